import Testing

@testable import Client

struct AddressTests {
    @Test(arguments: [
        ("http://127.0.0.1:7070", "http://127.0.0.1:7070"), ("lab", "http://lab:7070"),
        ("lab:8080/", "http://lab:8080"), ("https://lab", "https://lab:443"),
        ("http://[::1]:9", "http://[::1]:9"), ("HTTPS://Lab:1", "https://Lab:1"),
    ])
    func readsWhatPeopleType(text: String, expected: String) {
        #expect(ServerAddress(text)?.description == expected)
    }

    @Test(arguments: [
        "", "http://", "lab:0", "lab:65536", "lab:x", "http://a/b", "user@lab", "http://u:p@lab",
        "lab?x", "[::1", "[lab]:1", "ftp://lab", "a b", "lab\r\nX: y", "[::1]7",
    ])
    func refusesWhatIsNoAddress(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test(arguments: [
        ("localhost", true), ("127.1.2.3", true), ("[::1]", true), ("a.localhost", true),
        ("127.evil.example.org", false), ("127.0.0.1.example.org", false), ("10.0.0.1", false),
    ])
    func knowsThisMachine(host: String, isLoopback: Bool) {
        #expect(ServerAddress(host)?.isLoopback == isLoopback)
    }

    @Test func proxyVariablesAreHonouredButNeverForLoopback() throws {
        let environment = [
            "http_proxy": "http://u:p@proxy:3128", "HTTPS_PROXY": "proxy2",
            "no_proxy": ".inner.org, exact:7070",
        ]
        func proxy(_ text: String) throws -> ProxyChoice? {
            let server = try #require(ServerAddress(text))
            return try ProxyChoice.proxy(for: server, environment: environment)
        }
        #expect(try proxy("127.0.0.1") == nil)
        #expect(try proxy("localhost:1") == nil)
        #expect(try proxy("lab")?.address.host == "proxy")
        #expect(try proxy("lab")?.credentials == "u:p")
        #expect(try proxy("https://lab")?.address.host == "proxy2")
        #expect(try proxy("a.inner.org") == nil)
        #expect(try proxy("inner.org") == nil)
        #expect(try proxy("notinner.org") != nil)
        #expect(try proxy("exact") == nil)
        #expect(try proxy("exact:7071") != nil)
    }

    @Test func aBadProxyIsNamed() throws {
        let server = try #require(ServerAddress("lab"))
        let failure = #expect(throws: ClientFailure.self) {
            _ = try ProxyChoice.proxy(for: server, environment: ["http_proxy": "socks5://x"])
        }
        #expect(failure?.status == .wrongUsage)
        #expect(failure?.message.hasPrefix("http_proxy: ") == true)
    }
}
