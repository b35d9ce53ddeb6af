import Determinism

/// The random numbers of one decision of a search: a pure function of (seed, purpose, trial, draw).
///
/// The Philox key is the first two words of `Philox(key: seed).block(purpose, trial low, trial
/// high, 0x73726368)`, low half first; draw i is half i % 2 of the block `(i / 2)`. Nothing is
/// carried from one trial to the next, so a restarted scheduler draws the same numbers.
struct SearchRandom: Sendable {
    /// What numbers are drawn for; the raw value is part of every result, never renumber it.
    enum Purpose: UInt32, Sendable {
        case values = 1
        case scramble = 2
        case model = 3
        case evolution = 4
        case fallback = 5
        case importance = 6
    }

    private let generator: Philox
    private var draw: UInt64 = 0
    private var spare: UInt64 = 0

    /// The numbers of this trial (or generation, or table) for this purpose.
    init(seed: UInt64, purpose: Purpose, trial: UInt64) {
        let words = Philox(key: seed).block(
            purpose.rawValue, UInt32(truncatingIfNeeded: trial),
            UInt32(truncatingIfNeeded: trial >> 32), 0x7372_6368)
        generator = Philox(key: UInt64(words.1) << 32 | UInt64(words.0))
    }

    /// 64 random bits.
    @inline(__always)
    mutating func bits() -> UInt64 {
        defer { draw &+= 1 }
        if draw & 1 == 1 { return spare }
        let place = draw >> 1
        let words = generator.block(
            UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place >> 32), 0, 0)
        spare = UInt64(words.3) << 32 | UInt64(words.2)
        return UInt64(words.1) << 32 | UInt64(words.0)
    }

    /// Uniform in the open interval (0, 1), on a grid of 2⁻⁵².
    @inline(__always)
    mutating func uniform() -> Double {
        (Double(bits() >> 12) + 0.5) * 0x1p-52
    }

    /// Uniform among 0..<count; the bias is below count / 2⁵².
    mutating func index(below count: Int) -> Int {
        min(Int(uniform() * Double(count)), count - 1)
    }

    /// Standard normal.
    mutating func normal() -> Double {
        RealFunctions.normalQuantile(uniform())
    }
}
