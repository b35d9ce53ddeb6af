/// A scrambled low-discrepancy sequence over the unit cube: point i is a function of (seed, i).
struct QuasiRandomSequence: Sendable {
    enum Kind: Sendable {
        case sobol
        case halton
    }

    private let dimensions: Int
    private let sobol: [UInt32]
    private let shifts: [UInt32]
    private let halton: [HaltonDigits]

    /// A sequence of up to 256 dimensions.
    init(_ kind: Kind, dimensions: Int, seed: UInt64) {
        precondition(dimensions >= 1 && dimensions <= 256, "dimensions outside 1...256")
        self.dimensions = dimensions
        switch kind {
        case .sobol:
            var random = SearchRandom(seed: seed, purpose: .scramble, trial: 0)
            var columns = Self.directions(dimensions)
            for dimension in 0..<dimensions {
                let scrambled = Self.scramble(
                    Array(columns[dimension * 32..<(dimension + 1) * 32]), &random)
                columns.replaceSubrange(dimension * 32..<(dimension + 1) * 32, with: scrambled)
            }
            sobol = columns
            shifts = (0..<dimensions).map { _ in UInt32(truncatingIfNeeded: random.bits()) }
            halton = []
        case .halton:
            var random = SearchRandom(seed: seed, purpose: .scramble, trial: 1)
            var bases: [Int] = []
            var candidate = 2
            while bases.count < dimensions {
                if bases.allSatisfy({ candidate % $0 != 0 }) { bases.append(candidate) }
                candidate += 1
            }
            halton = bases.map { HaltonDigits(base: $0, random: &random) }
            sobol = []
            shifts = []
        }
    }

    /// The point at a place below 2³²; all coordinates are in (0, 1).
    func point(_ index: Int) -> [Double] {
        guard halton.isEmpty else { return halton.map { $0.inverse(index) } }
        return (0..<dimensions).map { dimension in
            var bits = shifts[dimension]
            var left = UInt32(truncatingIfNeeded: index)
            while left != 0 {
                let bit = left.trailingZeroBitCount
                bits ^= sobol[dimension * 32 + bit]
                left &= left &- 1
            }
            return (Double(bits) + 0.5) * 0x1p-32
        }
    }

    /// The 32 direction numbers of each dimension, the first bit in the highest place.
    private static func directions(_ dimensions: Int) -> [UInt32] {
        var numbers: [UInt32] = (0..<32).map { 1 << (31 - $0) }
        var place = 0
        for _ in 1..<max(dimensions, 1) {
            let polynomial = UInt32(SobolTable.entries[place])
            let degree = 31 - polynomial.leadingZeroBitCount
            var column: [UInt32] = (0..<degree).map {
                UInt32(SobolTable.entries[place + 1 + $0]) << (31 - $0)
            }
            for index in degree..<32 {
                var value = column[index - degree] ^ (column[index - degree] >> UInt32(degree))
                for term in 1..<degree where polynomial >> UInt32(degree - term) & 1 == 1 {
                    value ^= column[index - term]
                }
                column.append(value)
            }
            numbers += column
            place += 1 + degree
        }
        return numbers
    }

    /// Multiplies by a random lower-triangular matrix of bits with ones on its diagonal (Matoušek
    /// 1998): every digit gets random multiples of the digits above it, so nets stay nets.
    private static func scramble(_ column: [UInt32], _ random: inout SearchRandom) -> [UInt32] {
        let rows = (0..<32).map { digit -> UInt32 in
            let diagonal: UInt32 = 1 << (31 - UInt32(digit))
            let above = digit == 0 ? 0 : ~UInt32(0) << (32 - UInt32(digit))
            return UInt32(truncatingIfNeeded: random.bits()) & above | diagonal
        }
        return column.map { number in
            var result: UInt32 = 0
            for (digit, row) in rows.enumerated() where (number & row).nonzeroBitCount & 1 == 1 {
                result |= 1 << (31 - UInt32(digit))
            }
            return result
        }
    }
}

/// The digits of one base of Halton's sequence, each place with a permutation of its own.
private struct HaltonDigits: Sendable {
    let base: Int
    private let permutations: [[UInt16]]

    /// As many places as a `Double` can tell apart.
    init(base: Int, random: inout SearchRandom) {
        self.base = base
        var places = 0
        var power = 1.0
        while power < 0x1p52 {
            power *= Double(base)
            places += 1
        }
        permutations = (0..<places).map { _ in
            var order = (0..<base).map { UInt16($0) }
            for last in stride(from: base - 1, to: 0, by: -1) {
                order.swapAt(last, random.index(below: last + 1))
            }
            return order
        }
    }

    func inverse(_ index: Int) -> Double {
        var left = index
        var result = 0.0
        var weight = 1 / Double(base)
        for permutation in permutations {
            result += Double(permutation[left % base]) * weight
            left /= base
            weight /= Double(base)
        }
        return min(max(result, 0x1p-53), 1 - 0x1p-53)
    }
}
