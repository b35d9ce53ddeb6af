/// Element-wise loops over whole buffers; each element is rounded once, so vector width and
/// unrolling cannot change bits.
enum VectorArithmetic {
    /// `out[i] = left[i] + right[i]`; nothing may overlap.
    static func add(
        _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            out[index] = left[index] + right[index]
        }
    }

    /// `target[i] = target[i] + values[i]`; nothing may overlap.
    ///
    /// A loop of its own: with `out` equal to `left` the one above would fail the compiler's
    /// overlap check and run an element at a time.
    static func accumulate(
        _ values: UnsafePointer<Float>,
        into target: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index] + values[index]
        }
    }

    /// `out[i] = values[i] * factor`; nothing may overlap.
    static func scale(
        _ values: UnsafePointer<Float>,
        by factor: Float,
        into out: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            out[index] = values[index] * factor
        }
    }
}
