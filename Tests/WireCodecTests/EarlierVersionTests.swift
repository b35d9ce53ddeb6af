import Foundation
import Testing
import WireCodec

/// The messages and records of released versions, as they were sent and stored: each is still
/// understood. These files never change; a new version gets a folder of its own.
struct EarlierVersionTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Version1")

    private static func bytes(_ name: String) throws -> [UInt8]? {
        let file = folder.appending(path: "\(name).hex")
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let digits = Array(try String(contentsOf: file, encoding: .utf8).utf8.filter { $0 > 32 })
        return stride(from: 0, to: digits.count, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
    }

    @Test(arguments: WireSample.all)
    func theFirstVersionsBytesAreUnderstood(_ sample: WireSample) throws {
        guard let bytes = try Self.bytes(sample.name) else { return }
        // Whatever was added since has its default: reading must not refuse.
        _ = try sample.recoded(bytes)
    }

    @Test func noStoredMessageIsForgotten() throws {
        let stored = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .map { $0.replacing(".hex", with: "") }
        let known = Set(WireSample.all.map(\.name) + ["ExchangeFrame", "ReplicaScalars"])
        #expect(stored.count >= 36)
        #expect(Set(stored).subtracting(known).isEmpty)
    }
}
