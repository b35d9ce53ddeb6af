import ClusterVocabulary
import ControlAPI
import Foundation
import Testing

struct JSONTextTests {
    private func parsed(_ json: JSONText) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(json.bytes), options: .fragmentsAllowed)
    }

    @Test(arguments: [
        "", "plain", "quote \" and \\ backslash", "line\nfeed\r\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
        "Grüße 🚀 \u{2028}", "</script>", String(repeating: "ä", count: 5_000),
    ])
    func everyTextIsReadBackUnchanged(_ text: String) throws {
        var json = JSONText()
        json.beginObject()
        json.key(text: text)
        json.value(text)
        json.endObject()
        #expect(try parsed(json) as? [String: String] == [text: text])
    }

    @Test
    func numbersThatJSONLacksBecomeNull() throws {
        var json = JSONText()
        json.beginArray()
        for value in [Double.nan, .infinity, -.infinity] { json.value(value) }
        json.value(Float.nan)
        json.endArray()
        #expect(json.text == "[null,null,null,null]")
    }

    @Test
    func wholeNumbersAreExactAtTheirEnds() {
        var json = JSONText()
        json.beginArray()
        json.value(UInt64.max)
        json.value(Int64.min)
        json.value(0)
        json.endArray()
        #expect(json.text == "[18446744073709551615,-9223372036854775808,0]")
    }

    @Test
    func numbersKeepTheirShortestForm() {
        var json = JSONText()
        json.beginArray()
        json.value(0.1)
        json.value(Float(0.05))
        json.value(1e300)
        json.endArray()
        #expect(json.text == "[0.1,0.05,1e+300]")
    }

    @Test
    func commasStandBetweenValuesOnly() throws {
        var json = JSONText()
        json.beginObject()
        json.key("a")
        json.beginArray()
        json.endArray()
        json.field("b", ["x", "y"])
        json.key("c")
        json.beginObject()
        json.endObject()
        json.field("d", true)
        json.field("e", String?.none)
        json.endObject()
        #expect(json.text == #"{"a":[],"b":["x","y"],"c":{},"d":true,"e":null}"#)
    }
}
