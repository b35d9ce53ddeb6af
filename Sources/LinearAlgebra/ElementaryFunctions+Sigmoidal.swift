// Functions with two flat ends, built on `exp`; coefficients are those of Cephes.
extension ElementaryFunctions {
    /// The hyperbolic tangent, error below 2·10⁻⁷ relative; NaN stays NaN.
    @inline(__always)
    package static func tanh(_ x: Float) -> Float {
        let size = x.magnitude
        let square = x * x
        var p: Float = -5.704_988_727_45e-3
        p = Float(2.063_908_879_54e-2).addingProduct(p, square)
        p = Float(-5.373_971_555_31e-2).addingProduct(p, square)
        p = Float(1.333_144_220_36e-1).addingProduct(p, square)
        p = Float(-3.333_328_194_22e-1).addingProduct(p, square)
        let near = x.addingProduct(p * square, x)
        let far = 1 - 2 / (exp(size + size) + 1)
        let signed = x < 0 ? -far : far
        return size < 0.625 ? near : signed
    }

    /// 1 / (1 + e⁻ˣ), error below 3·10⁻⁷ relative; under -88.37 it is 0.
    @inline(__always)
    package static func sigmoid(_ x: Float) -> Float {
        1 / (1 + exp(-x))
    }

    /// log(1 + eˣ) without overflow, error below 2·10⁻⁷ absolute plus relative.
    @inline(__always)
    package static func softplus(_ x: Float) -> Float {
        (x < 0 ? 0 : x) + log(1 + exp(-x.magnitude))
    }

    /// The error function, error below 3·10⁻⁷ absolute and relative; NaN stays NaN.
    @inline(__always)
    package static func erf(_ x: Float) -> Float {
        let size = x.magnitude
        let square = x * x
        var t: Float = 7.853_861_353_153_693e-5
        t = Float(-8.010_193_625_184_903e-4).addingProduct(t, square)
        t = Float(5.188_327_685_732_524e-3).addingProduct(t, square)
        t = Float(-2.685_381_193_529_856e-2).addingProduct(t, square)
        t = Float(1.128_358_514_861_418e-1).addingProduct(t, square)
        t = Float(-3.761_262_582_423_300e-1).addingProduct(t, square)
        t = Float(1.128_379_165_726_710).addingProduct(t, square)
        // From 1 on: 1 - e^(-x²) / x * P(1 / x²).
        let inverse = 1 / (size < 1 ? 1 : size)
        let q = inverse * inverse
        var p: Float = 2.326_819_970_068_386e-2
        p = Float(-1.387_039_388_740_657e-1).addingProduct(p, q)
        p = Float(3.687_424_674_597_105e-1).addingProduct(p, q)
        p = Float(-5.824_733_027_278_666e-1).addingProduct(p, q)
        p = Float(6.210_004_621_745_983e-1).addingProduct(p, q)
        p = Float(-4.944_515_323_274_145e-1).addingProduct(p, q)
        p = Float(3.404_879_937_665_872e-1).addingProduct(p, q)
        p = Float(-2.741_127_028_184_656e-1).addingProduct(p, q)
        p = Float(5.638_259_427_386_472e-1).addingProduct(p, q)
        // Beyond 4 the polynomial of 1...2 is worthless, and the product is below half an ulp of 1.
        let rest = exp(-square) * inverse * p
        let far = 1 - (size > 4 ? 0 : rest)
        let signed = x < 0 ? -far : far
        let known = size < 1 ? x * t : signed
        return x == x ? known : x
    }
}
