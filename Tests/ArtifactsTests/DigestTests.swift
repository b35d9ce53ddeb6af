import Artifacts
import Testing

struct DigestTests {
    @Test func matchesTheStandardVectors() {
        #expect(
            SHA256Hasher.digest(of: []).hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256Hasher.digest(of: Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func doesNotDependOnHowThePiecesAreCut() {
        let bytes = sampleBytes(100_000)
        let whole = SHA256Hasher.digest(of: bytes)
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: 777) {
            let piece = bytes[start..<min(start + 777, bytes.count)]
            piece.withUnsafeBytes { hasher.update($0) }
        }
        #expect(hasher.finish() == whole)
        #expect(hasher.finish() == SHA256Hasher.digest(of: []))
    }

    @Test func readsAFileInPieces() throws {
        let folder = try ScratchFolder()
        let bytes = sampleBytes((2 << 20) + 17)
        try folder.write(bytes, to: "x")
        let digest = try SHA256Hasher.digest(ofFile: "\(folder.path)/x")
        #expect(digest == SHA256Hasher.digest(of: bytes))
        #expect(failureKind { _ = try SHA256Hasher.digest(ofFile: "/none/x") } == .notFound)
    }

    @Test func comesBackFromHexAndBytes() throws {
        let digest = SHA256Hasher.digest(of: [1])
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(SHA256Digest(hex: String(digest.hex.dropLast())) == nil)
        #expect(SHA256Digest(hex: "g" + digest.hex.dropFirst()) == nil)
        #expect(SHA256Digest(hex: String(repeating: "../x", count: 16)) == nil)
        #expect(SHA256Digest(bytes: [1, 2, 3]) == nil)
    }

    @Test func ordersAsItsHexDoes() {
        let digests = (0..<50).map { SHA256Hasher.digest(of: [UInt8($0)]) }
        #expect(digests.sorted().map { $0.hex } == digests.map { $0.hex }.sorted())
    }
}
