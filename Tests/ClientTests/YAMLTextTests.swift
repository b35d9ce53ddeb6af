import Testing

@testable import Client

struct YAMLTextTests {
    private func yaml(_ json: String) -> String? {
        YAMLText.text(ofJSON: Array(json.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func objectsAndListsBecomeBlocks() {
        let json = """
            {"a":1,"b":{"c":[],"d":{},"e":null},"f":[{"g":"h","i":[1,2]},"j"],"k l":true}
            """
        #expect(
            yaml(json) == """
                a: 1
                b:
                  c: []
                  d: {}
                  e: null
                f:
                  - g: h
                    i:
                      - 1
                      - 2
                  - j
                "k l": true

                """)
    }

    @Test func textsKeepTheirMeaning() {
        let json =
            #"{"a":"yes","b":"1.0","c":"x: y","d":"l1\n l2\n","#
            + #""e":"\u00e9\ud83d\ude00","f":"\u001b"}"#
        #expect(
            yaml(json) == """
                a: "yes"
                b: "1.0"
                c: "x: y"
                d: |
                  l1
                   l2
                e: "é😀"
                f: "\\U0000001b"

                """)
    }

    @Test(arguments: [
        "", "{", "[1", "{\"a\"}", "{\"a\":}", "[1,]", "nul", "\"a", "\"\\u12\"", "\"\\ud800x\"",
        "1 2", "{a:1}", "\"\\",
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(yaml(text) == nil)
    }

    @Test func deepNestingIsRefused() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(yaml(deep) == nil)
    }
}
