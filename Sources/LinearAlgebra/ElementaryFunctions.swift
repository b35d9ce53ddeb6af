/// Exponential and logarithm as written-out polynomials with explicit fused multiply-add.
///
/// The functions of C libraries differ in their last bits between versions; these give the same
/// bits on every machine that rounds as IEEE 754 says. Coefficients are those of Cephes.
package enum ElementaryFunctions {
    /// Magnitudes below this (2⁻¹⁰⁰) are replaced by zero where kernels say so.
    ///
    /// Numbers under 2⁻¹²⁶ make arithmetic many times slower; cutting off well above keeps their
    /// products with ordinary weights out of that range, without touching the CPU's mode bits.
    package static var negligible: Float { 0x1p-100 }

    /// eˣ, relative error below 2·10⁻⁷.
    ///
    /// Under -80 it is exactly 0, above 88.37 infinity; NaN stays NaN.
    @inline(__always)
    package static func exp(_ x: Float) -> Float {
        let high: Float = 88.37
        let low: Float = -80
        var clamped = x > high ? high : x
        clamped = clamped < low ? low : clamped
        // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
        let magic: Float = 0x1.8p23
        let shifted = magic.addingProduct(clamped, 1.442_695_04)
        let whole = shifted - magic
        var r = clamped.addingProduct(whole, -0.693_359_375)
        r = r.addingProduct(whole, 2.121_944_4e-4)
        var p: Float = 1.987_569_15e-4
        p = Float(1.398_199_950_7e-3).addingProduct(p, r)
        p = Float(8.333_451_907_3e-3).addingProduct(p, r)
        p = Float(4.166_579_589_4e-2).addingProduct(p, r)
        p = Float(1.666_666_545_9e-1).addingProduct(p, r)
        p = Float(5.000_000_120_1e-1).addingProduct(p, r)
        let y = (r + 1).addingProduct(p, r * r)
        let exponent = shifted.bitPattern &- magic.bitPattern
        let scale = Float(bitPattern: (exponent &+ 127) &<< 23)
        let value = y * scale
        let bounded = x < low ? 0 : value
        return x > high ? .infinity : bounded
    }

    /// line = exp(line - maximum) in place; returns the sum of the results.
    ///
    /// Order of the sum: eight lanes, lane j takes elements j, j+8, …; then lanes j and j+4,
    /// j and j+2, 0 and 1. It stands beside `exp` so that the loop becomes vector code also where
    /// files are compiled one by one.
    package static func exponentiate(
        _ line: UnsafeMutablePointer<Float>,
        count: Int,
        maximum: Float
    ) -> Float {
        for index in 0..<count {
            line[index] = exp(line[index] - maximum)
        }
        var lanes = SIMD8<Float>(repeating: 0)
        var index = 0
        while index &+ 8 <= count {
            lanes += UnsafeRawPointer(line + index).loadUnaligned(as: SIMD8<Float>.self)
            index &+= 8
        }
        var rest = SIMD8<Float>(repeating: 0)
        for lane in 0..<(count &- index) {
            rest[lane] = line[index &+ lane]
        }
        lanes += rest
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }

    /// The natural logarithm, relative error below 2·10⁻⁷ away from 1 and absolute near it.
    ///
    /// 0 gives minus infinity, negative numbers NaN; infinity and NaN stay.
    @inline(__always)
    package static func log(_ x: Float) -> Float {
        guard x > 0 else { return x == 0 ? -.infinity : .nan }
        guard x < .infinity else { return x }
        let isSubnormal = x < Float.leastNormalMagnitude
        let bits = (isSubnormal ? x * 0x1p25 : x).bitPattern
        // The mantissa is brought to [sqrt(1/2), sqrt(2)).
        let offset = Int32(bitPattern: bits &- 0x3F35_04F3) >> 23
        let mantissa = Float(bitPattern: bits &- UInt32(bitPattern: offset &<< 23))
        let exponent = Float(offset) - (isSubnormal ? 25 : 0)
        let f = mantissa - 1
        let square = f * f
        var p: Float = 7.037_683_629_2e-2
        p = Float(-1.151_461_031_0e-1).addingProduct(p, f)
        p = Float(1.167_699_874_0e-1).addingProduct(p, f)
        p = Float(-1.242_014_084_6e-1).addingProduct(p, f)
        p = Float(1.424_932_278_7e-1).addingProduct(p, f)
        p = Float(-1.666_805_766_5e-1).addingProduct(p, f)
        p = Float(2.000_071_476_5e-1).addingProduct(p, f)
        p = Float(-2.499_999_399_3e-1).addingProduct(p, f)
        p = Float(3.333_333_117_4e-1).addingProduct(p, f)
        var y = p * (f * square)
        y = y.addingProduct(exponent, -2.121_944_4e-4)
        y = y.addingProduct(square, -0.5)
        return (f + y).addingProduct(exponent, 0.693_359_375)
    }
}
