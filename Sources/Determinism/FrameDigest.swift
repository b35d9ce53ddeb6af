/// A 128-bit digest of a frame's payload, at the speed of memory.
///
/// Sixteen sums of 64 bits take 128 bytes at a time: to each the neighbouring word is added, and
/// the product of the halves of its own word mixed with a key that changes with the place (the
/// accumulation of XXH3, xxHash's `xxh3.h`); the sums and the rest are then digested as
/// ``FastDigest`` does. A word that changed always changes a sum, because it was added to one. It
/// finds accidents; what may come from strangers is sealed.
extension FastDigest {
    /// The digest of a frame's payload.
    package static func ofFrame(_ bytes: UnsafeRawBufferPointer) -> FastDigest {
        let stripe = 128
        let whole = bytes.count / stripe * stripe
        var sums = FrameSums()
        if let start = bytes.baseAddress {
            sums.take(start, count: whole)
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[whole...])
        let tail = FastDigest(
            high: xxHash64(rest, seed: UInt64(bytes.count)), low: UInt64(bytes.count))
        return sums.digest.chained(with: tail)
    }
}

/// The sums of a payload's stripes.
private struct FrameSums {
    private var first = SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7) &* 0x9E37_79B1_85EB_CA87
    private var second = SIMD8<UInt64>(8, 9, 10, 11, 12, 13, 14, 15) &* 0xC2B2_AE3D_27D4_EB4F

    /// Takes `count` bytes, a multiple of 128, at any alignment.
    mutating func take(_ start: UnsafeRawPointer, count: Int) {
        let low = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
        let growth = SIMD8<UInt64>(repeating: 0x9E37_79B9_7F4A_7C15)
        var key1 = SIMD8<UInt64>(1, 3, 5, 7, 9, 11, 13, 15) &* 0x1656_67B1_9E37_79F9
        var key2 = SIMD8<UInt64>(17, 19, 21, 23, 25, 27, 29, 31) &* 0x27D4_EB2F_1656_67C5
        var (first, second) = (first, second)
        var offset = 0
        while offset < count {
            let words1 = (start + offset).loadUnaligned(as: SIMD8<UInt64>.self)
            let words2 = (start + offset + 64).loadUnaligned(as: SIMD8<UInt64>.self)
            let mixed1 = words1 ^ key1
            let mixed2 = words2 ^ key2
            first &+= Self.neighbours(words1) &+ (mixed1 & low) &* (mixed1 &>> 32)
            second &+= Self.neighbours(words2) &+ (mixed2 & low) &* (mixed2 &>> 32)
            key1 &+= growth
            key2 &+= growth
            offset += 128
        }
        (self.first, self.second) = (first, second)
    }

    /// Every word in the place of the one beside it.
    @inline(__always)
    private static func neighbours(_ words: SIMD8<UInt64>) -> SIMD8<UInt64> {
        SIMD8(
            words[1], words[0], words[3], words[2], words[5], words[4], words[7], words[6])
    }

    /// The digest of the sums, little-endian.
    var digest: FastDigest {
        withUnsafeBytes(of: (first, second)) { FastDigest.of($0) }
    }
}
