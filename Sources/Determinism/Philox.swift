/// Philox4x32-10 (Salmon et al. 2011): a counter-based generator, one keyed bijection of 128 bits.
///
/// The same key and counter give the same four words on every machine; there is no state to carry.
package struct Philox: Sendable {
    private let key: UInt64

    /// A generator with the 64-bit key; key word 0 is the low half, key word 1 the high half.
    @inline(__always)
    package init(key: UInt64) {
        self.key = key
    }

    /// The four words of the counter `(c0, c1, c2, c3)`, in the order Random123 prints them.
    @inline(__always)
    package func block(
        _ c0: UInt32,
        _ c1: UInt32,
        _ c2: UInt32,
        _ c3: UInt32
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var word0 = c0
        var word1 = c1
        var word2 = c2
        var word3 = c3
        var key0 = UInt32(truncatingIfNeeded: key)
        var key1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<10 {
            let product0 = UInt64(word0) &* 0xD251_1F53
            let product1 = UInt64(word2) &* 0xCD9E_8D57
            word0 = UInt32(truncatingIfNeeded: product1 >> 32) ^ word1 ^ key0
            word1 = UInt32(truncatingIfNeeded: product1)
            word2 = UInt32(truncatingIfNeeded: product0 >> 32) ^ word3 ^ key1
            word3 = UInt32(truncatingIfNeeded: product0)
            key0 &+= 0x9E37_79B9
            key1 &+= 0xBB67_AE85
        }
        return (word0, word1, word2, word3)
    }
}
