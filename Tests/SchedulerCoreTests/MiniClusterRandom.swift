/// A small generator with a seed, for the walk's choices only.
struct WalkRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    /// The next 64 bits (SplitMix64).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of the range.
    mutating func number(_ range: Range<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound))
    }

    /// Whether something of this chance happens.
    mutating func happens(perMille: Int64) -> Bool {
        number(0..<1_000) < perMille
    }
}

/// A digest of everything that happened, to compare two walks by.
struct TraceDigest: Equatable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Folds a number in (FNV-1a over its bytes).
    mutating func fold(_ number: UInt64) {
        var rest = number
        for _ in 0..<8 {
            value = (value ^ (rest & 0xFF)) &* 0x100_0000_01B3
            rest >>= 8
        }
    }

    /// Folds a text in.
    mutating func fold(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
