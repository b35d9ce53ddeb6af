import LinearAlgebra

/// The sum of many gradients over a fixed binary tree, in memory for one gradient per level.
///
/// Parts are joined as a binary counter carries: the sum depends on the parts and their order
/// alone, and its rounding error grows with the logarithm of their number.
struct GradientSum {
    private let count: Int
    private let levels: [FloatBuffer]
    private var parts = 0

    /// Room for at most `mostParts` gradients of `count` elements.
    init(count: Int, mostParts: Int) {
        self.count = count
        let bits = Int.bitWidth - max(1, mostParts).leadingZeroBitCount
        levels = (0..<bits).map { _ in FloatBuffer(count: count) }
    }

    mutating func clear() { parts = 0 }

    /// Adds one gradient, which is overwritten.
    mutating func add(_ gradient: UnsafeMutablePointer<Float>) {
        var level = 0
        while (parts >> level) & 1 == 1 {
            VectorKernels.add(levels[level].pointer, to: gradient, count: count)
            level += 1
        }
        levels[level].load(from: gradient)
        parts += 1
    }

    /// Writes the sum of all parts; zeros without any.
    func write(into out: UnsafeMutablePointer<Float>) {
        out.update(repeating: 0, count: count)
        for level in levels.indices where (parts >> level) & 1 == 1 {
            VectorKernels.add(levels[level].pointer, to: out, count: count)
        }
    }
}
