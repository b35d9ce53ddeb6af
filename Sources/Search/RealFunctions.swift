/// Elementary functions of `Double`, written out so that a search takes the same decisions on every
/// machine: C libraries differ in their last bits, and a last bit may decide which trial is best.
package enum RealFunctions {
    /// eˣ, relative error below 10⁻¹⁵; below -708 it is 0, above 709 infinity, NaN stays.
    @inline(__always)
    package static func exp(_ x: Double) -> Double {
        let clamped = x > 709 ? 709 : (x < -708 ? -708 : x)
        let magic = 0x1.8p52
        let shifted = magic.addingProduct(clamped, 1.442_695_040_888_963_4)
        let whole = shifted - magic
        var r = clamped.addingProduct(whole, -6.931_471_803_691_238_2e-1)
        r = r.addingProduct(whole, -1.908_214_929_270_587_7e-10)
        // The Taylor series to r¹³; |r| is at most ln(2)/2.
        var p = 1.605_904_383_682_161_3e-10
        p = (2.087_675_698_786_809_9e-9).addingProduct(p, r)
        p = (2.505_210_838_544_171_9e-8).addingProduct(p, r)
        p = (2.755_731_922_398_589_1e-7).addingProduct(p, r)
        p = (2.755_731_922_398_589_1e-6).addingProduct(p, r)
        p = (2.480_158_730_158_730_2e-5).addingProduct(p, r)
        p = (1.984_126_984_126_984_1e-4).addingProduct(p, r)
        p = (1.388_888_888_888_888_9e-3).addingProduct(p, r)
        p = (8.333_333_333_333_333_3e-3).addingProduct(p, r)
        p = (4.166_666_666_666_666_7e-2).addingProduct(p, r)
        p = (1.666_666_666_666_666_7e-1).addingProduct(p, r)
        p = (0.5).addingProduct(p, r)
        let y = (r + 1).addingProduct(p, r * r)
        let exponent = shifted.bitPattern &- magic.bitPattern
        let scaled = y * Double(bitPattern: (exponent &+ 1023) &<< 52)
        let bounded = x < -708 ? 0 : scaled
        return x > 709 ? .infinity : (x.isNaN ? x : bounded)
    }

    /// The natural logarithm, relative error below 10⁻¹⁵ away from 1 and absolute near it.
    ///
    /// 0 gives minus infinity, negative numbers NaN; infinity and NaN stay.
    @inline(__always)
    package static func log(_ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? -.infinity : .nan }
        guard x < .infinity else { return x }
        let isSubnormal = x < Double.leastNormalMagnitude
        let bits = (isSubnormal ? x * 0x1p54 : x).bitPattern
        // The mantissa is brought to [sqrt(1/2), sqrt(2)).
        let offset = Int64(bitPattern: bits &- 0x3FE6_A09E_667F_3BCD) >> 52
        let mantissa = Double(bitPattern: bits &- UInt64(bitPattern: offset &<< 52))
        let exponent = Double(offset) - (isSubnormal ? 54 : 0)
        // log m = 2 artanh((m - 1) / (m + 1))
        let s = (mantissa - 1) / (mantissa + 1)
        let z = s * s
        var p = 1.0 / 23
        p = (1.0 / 21).addingProduct(p, z)
        p = (1.0 / 19).addingProduct(p, z)
        p = (1.0 / 17).addingProduct(p, z)
        p = (1.0 / 15).addingProduct(p, z)
        p = (1.0 / 13).addingProduct(p, z)
        p = (1.0 / 11).addingProduct(p, z)
        p = (1.0 / 9).addingProduct(p, z)
        p = (1.0 / 7).addingProduct(p, z)
        p = (1.0 / 5).addingProduct(p, z)
        p = (1.0 / 3).addingProduct(p, z)
        let small = (2 * s).addingProduct(2 * s * z, p)
        let low = small.addingProduct(exponent, 1.908_214_929_270_587_7e-10)
        return low.addingProduct(exponent, 6.931_471_803_691_238_2e-1)
    }

    /// x to the power y for x above 0.
    package static func power(_ x: Double, _ y: Double) -> Double {
        exp(y * log(x))
    }

    /// The complementary error function, fractional error below 1.2·10⁻⁷ everywhere.
    ///
    /// Chebyshev fit of Press et al., Numerical Recipes, section 6.2.
    @inline(__always)
    package static func complementaryError(_ x: Double) -> Double {
        let z = abs(x)
        let t = 1 / (1 + 0.5 * z)
        let tail = t * exp(complementaryErrorExponent(t) - z * z)
        return x >= 0 ? tail : 2 - tail
    }

    @inline(__always)
    private static func complementaryErrorExponent(_ t: Double) -> Double {
        var p = 0.170_872_77
        p = (-0.822_152_23).addingProduct(p, t)
        p = (1.488_515_87).addingProduct(p, t)
        p = (-1.135_203_98).addingProduct(p, t)
        p = (0.278_868_07).addingProduct(p, t)
        p = (-0.186_288_06).addingProduct(p, t)
        p = (0.096_784_18).addingProduct(p, t)
        p = (0.374_091_96).addingProduct(p, t)
        p = (1.000_023_68).addingProduct(p, t)
        return (-1.265_512_23).addingProduct(p, t)
    }

    /// The distribution function of the standard normal.
    @inline(__always)
    package static func normalDistribution(_ x: Double) -> Double {
        0.5 * complementaryError(-x * 0.707_106_781_186_547_5)
    }

    /// The logarithm of the distribution function of the standard normal, also far in the tail.
    package static func logNormalDistribution(_ x: Double) -> Double {
        guard x < -5 else { return log(normalDistribution(x)) }
        let z = -x * 0.707_106_781_186_547_5
        let t = 1 / (1 + 0.5 * z)
        return complementaryErrorExponent(t) - z * z + log(0.5 * t)
    }

    /// The density of the standard normal.
    @inline(__always)
    package static func normalDensity(_ x: Double) -> Double {
        0.398_942_280_401_432_7 * exp(-0.5 * x * x)
    }

    /// The quantile of the standard normal, relative error below 1.2·10⁻⁹ (Acklam 2003).
    ///
    /// 0 and 1 give the infinities.
    package static func normalQuantile(_ p: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        guard p >= 0.02425, p <= 0.97575 else {
            let q = (-2 * log(min(p, 1 - p))).squareRoot()
            var numerator = -7.784_894_002_430_293e-3
            for c in tailNumerator { numerator = c.addingProduct(numerator, q) }
            var denominator = 7.784_695_709_041_462e-3
            for c in tailDenominator { denominator = c.addingProduct(denominator, q) }
            let tail = numerator / denominator
            return p < 0.5 ? tail : -tail
        }
        let q = p - 0.5
        let r = q * q
        var numerator = -39.696_830_286_653_76
        for c in middleNumerator { numerator = c.addingProduct(numerator, r) }
        var denominator = -54.476_098_798_224_06
        for c in middleDenominator { denominator = c.addingProduct(denominator, r) }
        return numerator * q / denominator
    }

    private static let tailNumerator: [Double] = [
        -3.223_964_580_411_365e-1, -2.400_758_277_161_838, -2.549_732_539_343_734,
        4.374_664_141_464_968, 2.938_163_982_698_783,
    ]
    private static let tailDenominator: [Double] = [
        3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1,
    ]
    private static let middleNumerator: [Double] = [
        220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269, -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ]
    private static let middleDenominator: [Double] = [
        161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72,
        -13.280_681_552_885_72, 1,
    ]
}
