import Determinism
import Testing

struct FastDigestTests {
    /// The buffer and answers of the self-test of xxHash's command line tool.
    @Test func xxHash64MatchesThePublishedVectors() {
        var generator: UInt64 = 2_654_435_761
        let buffer = (0..<222).map { _ in
            defer { generator &*= 11_400_714_785_074_694_797 }
            return UInt8(generator >> 56)
        }
        let seed: UInt64 = 2_654_435_761
        let vectors: [(count: Int, seed: UInt64, answer: UInt64)] = [
            (0, 0, 0xEF46_DB37_51D8_E999),
            (0, seed, 0xAC75_FDA2_929B_17EF),
            (1, 0, 0xE934_A84A_DB05_2768),
            (1, seed, 0x5014_6076_43A9_B4C3),
            (4, 0, 0x9136_A0DC_A574_57EE),
            (14, 0, 0x8282_DCC4_994E_35C8),
            (14, seed, 0xC3BD_6BF6_3DEB_6DF0),
            (222, 0, 0xB641_AE8C_B691_C174),
            (222, seed, 0x20CB_8AB7_AE10_C14A),
        ]
        for vector in vectors {
            let hash = buffer.withUnsafeBytes {
                xxHash64(UnsafeRawBufferPointer(rebasing: $0[..<vector.count]), seed: vector.seed)
            }
            #expect(hash == vector.answer, "\(vector.count) bytes, seed \(vector.seed)")
        }
        let sentence = Array("Nobody inspects the spammish repetition".utf8)
        #expect(sentence.withUnsafeBytes { xxHash64($0, seed: 0) } == 0xFBCE_A83C_8A37_8BF1)
        let letters = Array("abc".utf8)
        #expect(letters.withUnsafeBytes { xxHash64($0, seed: 0) } == 0x44BC_2CF5_AD77_0999)
    }

    @Test func everyBitOfTheInputChangesBothHalves() {
        var bytes = (0..<77).map { UInt8($0) }
        let original = bytes.withUnsafeBytes { FastDigest.of($0) }
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8)
            let changed = bytes.withUnsafeBytes { FastDigest.of($0) }
            #expect(changed.high != original.high && changed.low != original.low)
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
    }

    @Test func placeInMemoryDoesNotMatter() {
        let bytes = (0..<100).map { UInt8($0) }
        let shifted = [0xFF] + bytes
        let original = bytes.withUnsafeBytes { FastDigest.of($0) }
        let moved = shifted.withUnsafeBytes {
            FastDigest.of(UnsafeRawBufferPointer(rebasing: $0[1...]))
        }
        #expect(original == moved)
    }

    @Test func chainsDependOnOrder() {
        let first = FastDigest(high: 1, low: 2)
        let second = FastDigest(high: 3, low: 4)
        #expect(first.chained(with: second) != second.chained(with: first))
        #expect(first.chained(with: second) != first)
        let bytes: [UInt64] = [1, 2, 3, 4]
        #expect(first.chained(with: second) == bytes.withUnsafeBytes { FastDigest.of($0) })
    }

    @Test func hexadecimalTextRoundTrips() {
        let digest = FastDigest(high: 0x0012_3456_789A_BCDE, low: 0xFF)
        #expect(digest.description == "00123456789abcde00000000000000ff")
        #expect(FastDigest(hex: digest.description) == digest)
        #expect(FastDigest(hex: digest.description.uppercased()) == digest)
        #expect(FastDigest(hex: "") == nil)
        #expect(FastDigest(hex: String(repeating: "0", count: 31)) == nil)
        #expect(FastDigest(hex: String(repeating: "0", count: 33)) == nil)
        #expect(FastDigest(hex: String(repeating: "g", count: 32)) == nil)
        #expect(FastDigest(hex: "+" + String(repeating: "0", count: 31)) == nil)
    }
}
