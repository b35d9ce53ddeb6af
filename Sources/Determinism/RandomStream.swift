/// What a random stream is drawn for; the raw value is part of every result, never renumber it.
package enum StreamPurpose: UInt32, Sendable {
    /// First values of parameters; the lane is the tensor, the counter the element.
    case initialization = 1
    /// Order of training rows within an epoch.
    case shuffle = 2
    /// Assignment of rows to training, validation and test.
    case split = 3
    /// Dropout masks.
    case dropout = 4
    /// Choices of learning-rate and round schedules.
    case schedule = 5
}

/// A named stream of random numbers: a pure function of (seed, purpose, lane, counter).
///
/// The Philox key of a stream is the first two words of
/// `Philox(key: seed).block(purpose, 0, 0, 0x6D6C6374)`, low half first, so that streams of the
/// same seed with different purposes share nothing. Word `counter` of a lane is word
/// `counter % 4` of the block `(counter / 4 low, counter / 4 high, lane, 0)`. Blocks whose fourth
/// counter word is not 0 belong to `RowPermutation`.
package struct RandomStream: Sendable {
    let generator: Philox

    init(generator: Philox) {
        self.generator = generator
    }

    /// The stream of this seed for this purpose.
    package init(seed: UInt64, purpose: StreamPurpose) {
        let words = Philox(key: seed).block(purpose.rawValue, 0, 0, 0x6D6C_6374)
        generator = Philox(key: UInt64(words.1) << 32 | UInt64(words.0))
    }

    /// The 32-bit word at a place of a lane.
    package func word(at counter: UInt64, lane: UInt32) -> UInt32 {
        let words = block(counter >> 2, lane: lane, domain: 0)
        switch counter & 3 {
        case 0: return words.0
        case 1: return words.1
        case 2: return words.2
        default: return words.3
        }
    }

    /// The number at a place of a lane, uniform in [0, 1): the upper 24 bits of the word, times
    /// 2⁻²⁴.
    package func uniform(at counter: UInt64, lane: UInt32) -> Float {
        Self.unitInterval(word(at: counter, lane: lane))
    }

    /// Fills a buffer with uniform numbers: element i is `fma(uniform(at: i), high - low, low)`.
    ///
    /// The rounding of the last addition may give `high` itself. Shape: any count.
    package func fillUniform(
        _ out: UnsafeMutableBufferPointer<Float>,
        lane: UInt32,
        low: Float,
        high: Float
    ) {
        let span = high - low
        let count = out.count
        let wholeBlocks = count >> 2
        for index in 0..<wholeBlocks {
            let words = block(UInt64(index), lane: lane, domain: 0)
            let base = index << 2
            out[base] = low.addingProduct(Self.unitInterval(words.0), span)
            out[base + 1] = low.addingProduct(Self.unitInterval(words.1), span)
            out[base + 2] = low.addingProduct(Self.unitInterval(words.2), span)
            out[base + 3] = low.addingProduct(Self.unitInterval(words.3), span)
        }
        for index in (wholeBlocks << 2)..<count {
            out[index] = low.addingProduct(uniform(at: UInt64(index), lane: lane), span)
        }
    }

    /// The raw block at a counter; `domain` 0 is the word stream, others are for permutations.
    @inline(__always)
    func block(
        _ counter: UInt64,
        lane: UInt32,
        domain: UInt32
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        generator.block(
            UInt32(truncatingIfNeeded: counter),
            UInt32(truncatingIfNeeded: counter >> 32),
            lane,
            domain
        )
    }

    @inline(__always)
    private static func unitInterval(_ word: UInt32) -> Float {
        Float(word >> 8) * 0x1p-24
    }
}
