/// Loops over contiguous `Double`s in eight lanes, for the small dense systems of the samplers.
///
/// Sums go by lanes, then pairwise, then the rest, the same on every machine; a search must not
/// depend on which kernel a BLAS picks for a CPU.
enum DenseVectors {
    typealias Lanes = SIMD8<Double>

    @inline(__always)
    static func load(_ from: UnsafePointer<Double>) -> Lanes {
        UnsafeRawPointer(from).loadUnaligned(as: Lanes.self)
    }

    @inline(__always)
    static func store(_ lanes: Lanes, _ to: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(to).storeBytes(of: lanes, as: Lanes.self)
    }

    /// Σ a[i] b[i]
    @inline(__always)
    static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double
    {
        var first = Lanes(repeating: 0)
        var index = 0
        while index &+ 8 <= count {
            first.addProduct(load(a + index), load(b + index))
            index &+= 8
        }
        var sum = pairwise(first)
        while index < count {
            sum.addProduct(a[index], b[index])
            index &+= 1
        }
        return sum
    }

    /// y[i] += a x[i]
    @inline(__always)
    static func add(
        _ a: Double, _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, _ count: Int
    ) {
        let factor = Lanes(repeating: a)
        var index = 0
        while index &+ 8 <= count {
            store(load(y + index).addingProduct(factor, load(x + index)), y + index)
            index &+= 8
        }
        while index < count {
            y[index].addProduct(a, x[index])
            index &+= 1
        }
    }

    @inline(__always)
    static func pairwise(_ lanes: Lanes) -> Double {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}
