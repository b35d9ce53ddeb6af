import Testing

@testable import Messaging

@Suite
struct ZAPRequestTests {
    private let key = [UInt8](repeating: 7, count: 32)

    private func parse(_ frames: [[UInt8]]) -> ZAPRequest? {
        let joined = frames.flatMap { $0 }
        return joined.withUnsafeBytes { all in
            var start = 0
            let views = frames.map { frame in
                defer { start += frame.count }
                return UnsafeRawBufferPointer(rebasing: all[start..<(start + frame.count)])
            }
            return ZAPRequest(frames: views)
        }
    }

    private func frames(mechanism: String = "CURVE", version: String = "1.0") -> [[UInt8]] {
        [
            [], Array(version.utf8), [1, 2], Array("control".utf8), Array("10.0.0.9".utf8), [],
            Array(mechanism.utf8),
        ]
    }

    @Test
    func curveRequestIsReadAndAnswered() throws {
        let request = try #require(parse(frames() + [key]))
        #expect(request.requestID == [1, 2])
        #expect(request.domain == "control")
        #expect(request.address == "10.0.0.9")
        #expect(request.publicKey.map(CurveKeyPair.isKey) == true)
        let admitted = request.reply(userID: "h1").map { String(decoding: $0, as: UTF8.self) }
        #expect(admitted == ["", "1.0", "\u{1}\u{2}", "200", "OK", "h1", ""])
        let refused = request.reply(userID: nil).map { String(decoding: $0, as: UTF8.self) }
        #expect(refused == ["", "1.0", "\u{1}\u{2}", "400", "not admitted", "", ""])
    }

    @Test
    func otherMechanismsAndKeyLengthsCarryNoKey() throws {
        #expect(try #require(parse(frames(mechanism: "NULL"))).publicKey == nil)
        #expect(try #require(parse(frames(mechanism: "PLAIN") + [key, key])).publicKey == nil)
        #expect(try #require(parse(frames() + [[1, 2, 3]])).publicKey == nil)
        #expect(try #require(parse(frames() + [[]])).publicKey == nil)
        #expect(try #require(parse(frames() + [key, key])).publicKey == nil)
    }

    @Test
    func malformedRequestIsNoRequest() {
        #expect(parse([]) == nil)
        #expect(parse(frames().dropLast()) == nil)
        #expect(parse(frames(version: "2.0") + [key]) == nil)
        var long = frames() + [key]
        long[3] = [UInt8](repeating: 65, count: 1025)
        #expect(parse(long) == nil)
    }
}
