/// A small generator with a seed, for a simulation's choices only (SplitMix64).
struct SimulationRandom: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of the range, which is not empty.
    mutating func number(_ range: Range<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound))
    }

    /// Whether something of this chance happens.
    mutating func happens(perMille: Int64) -> Bool {
        number(0..<1_000) < perMille
    }

    /// A span of milliseconds.
    mutating func span(_ milliseconds: Range<Int64>) -> Duration {
        .milliseconds(number(milliseconds))
    }
}
