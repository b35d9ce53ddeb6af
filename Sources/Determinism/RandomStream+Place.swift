extension RandomStream {
    /// The chance of one replica at one step: a family of streams that share nothing.
    ///
    /// Its Philox key is the first two words of the purpose's block `(step low, step high, replica,
    /// 1)`; the key of its stream n is the first two words of its own block `(n, 0, 0, 1)`.
    package struct Place: Sendable {
        fileprivate let generator: Philox

        /// The stream of this number, for instance of a layer.
        package func stream(_ number: Int) -> RandomStream {
            let words = generator.block(UInt32(truncatingIfNeeded: number), 0, 0, 1)
            return RandomStream(generator: Philox(key: UInt64(words.1) << 32 | UInt64(words.0)))
        }
    }

    /// The chance of a replica at a global step.
    package func place(replica: Int, step: Int) -> Place {
        let words = generator.block(
            UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32),
            UInt32(truncatingIfNeeded: replica), 1)
        return Place(generator: Philox(key: UInt64(words.1) << 32 | UInt64(words.0)))
    }

    /// Fills a buffer with `chosen` where the word at the place (lane 0) is below
    /// `probability * 2³²`, else with `other`. `probability` is in 0..<1.
    package func fillChoices(
        _ out: UnsafeMutableBufferPointer<Float>, probability: Float, chosen: Float, other: Float
    ) {
        let limit = UInt32(Double(probability) * 0x1p32)
        let count = out.count
        let wholeBlocks = count >> 2
        for index in 0..<wholeBlocks {
            let words = block(UInt64(index), lane: 0, domain: 0)
            let base = index << 2
            out[base] = words.0 < limit ? chosen : other
            out[base + 1] = words.1 < limit ? chosen : other
            out[base + 2] = words.2 < limit ? chosen : other
            out[base + 3] = words.3 < limit ? chosen : other
        }
        for index in (wholeBlocks << 2)..<count {
            out[index] = word(at: UInt64(index), lane: 0) < limit ? chosen : other
        }
    }
}
