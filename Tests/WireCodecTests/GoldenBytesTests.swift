import ClusterVocabulary
import Foundation
import Testing
import WireCodec

/// The bytes of today, stored: a changed field number or layout would part old peers and ledgers.
///
/// `UPDATE_GOLDEN=1 swift test --filter GoldenBytesTests` rewrites the files.
struct GoldenBytesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    @Test(arguments: WireSample.all)
    func messagesHaveTheStoredBytes(_ sample: WireSample) throws {
        let stored = try Self.stored(sample.name, now: sample.bytes)
        #expect(sample.bytes == stored)
        #expect(try sample.isValue(stored))
    }

    @Test func theExchangeHeaderHasTheStoredBytes() throws {
        let bytes = ExchangeFixtures.frame.encoded
        let stored = try Self.stored("ExchangeFrame", now: bytes)
        #expect(bytes == stored)
    }

    @Test func replicaScalarsHaveTheStoredBytes() throws {
        let bytes = ReplicaScalars.encode(ExchangeFixtures.scalars)
        let stored = try Self.stored("ReplicaScalars", now: bytes)
        #expect(bytes == stored)
    }

    /// The stored bytes of a name; stores `now` first when asked to.
    private static func stored(_ name: String, now bytes: [UInt8]) throws -> [UInt8] {
        let file = folder.appending(path: "\(name).hex")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(hexadecimalLines(bytes).utf8).write(to: file)
        }
        let digits = try String(contentsOf: file, encoding: .utf8).filter { !$0.isWhitespace }
        var result: [UInt8] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            result.append(try #require(UInt8(rest.prefix(2), radix: 16)))
            rest = rest.dropFirst(2)
        }
        return result
    }

    /// 32 bytes a line.
    private static func hexadecimalLines(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 32).map { start in
            bytes[start..<min(start + 32, bytes.count)]
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
        }.joined()
    }
}
