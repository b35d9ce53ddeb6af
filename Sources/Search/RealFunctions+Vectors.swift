// Casts between `Double` and `UInt64` lanes are sound: both are 64 bytes of any bits.
extension RealFunctions {
    /// eˣ in eight lanes: the same polynomial as the scalar one, so the same bits.
    @inline(__always)
    static func exp(_ x: SIMD8<Double>) -> SIMD8<Double> {
        typealias Lanes = SIMD8<Double>
        // Not `clamped`, which becomes a branch for every lane.
        let clamped = x.replacing(with: -708, where: x .< -708)
            .replacing(with: 709, where: x .> 709)
        let magic = Lanes(repeating: 0x1.8p52)
        let shifted = magic.addingProduct(clamped, Lanes(repeating: 1.442_695_040_888_963_4))
        let whole = shifted - magic
        var r = clamped.addingProduct(whole, Lanes(repeating: -6.931_471_803_691_238_2e-1))
        r = r.addingProduct(whole, Lanes(repeating: -1.908_214_929_270_587_7e-10))
        var p = Lanes(repeating: 1.605_904_383_682_161_3e-10)
        p = Lanes(repeating: 2.087_675_698_786_809_9e-9).addingProduct(p, r)
        p = Lanes(repeating: 2.505_210_838_544_171_9e-8).addingProduct(p, r)
        p = Lanes(repeating: 2.755_731_922_398_589_1e-7).addingProduct(p, r)
        p = Lanes(repeating: 2.755_731_922_398_589_1e-6).addingProduct(p, r)
        p = Lanes(repeating: 2.480_158_730_158_730_2e-5).addingProduct(p, r)
        p = Lanes(repeating: 1.984_126_984_126_984_1e-4).addingProduct(p, r)
        p = Lanes(repeating: 1.388_888_888_888_888_9e-3).addingProduct(p, r)
        p = Lanes(repeating: 8.333_333_333_333_333_3e-3).addingProduct(p, r)
        p = Lanes(repeating: 4.166_666_666_666_666_7e-2).addingProduct(p, r)
        p = Lanes(repeating: 1.666_666_666_666_666_7e-1).addingProduct(p, r)
        p = Lanes(repeating: 0.5).addingProduct(p, r)
        let y = (r + 1).addingProduct(p, r * r)
        let exponent =
            unsafeBitCast(shifted, to: SIMD8<UInt64>.self)
            &- unsafeBitCast(magic, to: SIMD8<UInt64>.self)
        let scale = unsafeBitCast(
            (exponent &+ SIMD8<UInt64>(repeating: 1023)) &<< SIMD8<UInt64>(repeating: 52),
            to: Lanes.self)
        return (y * scale).replacing(with: 0, where: x .< -708)
    }

    /// The square root in eight lanes of numbers not below 0, by Newton's steps for 1/√x; relative
    /// error below 10⁻¹⁵. The method of the type itself takes a branch for every lane.
    @inline(__always)
    static func squareRoot(_ x: SIMD8<Double>) -> SIMD8<Double> {
        typealias Lanes = SIMD8<Double>
        let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self)
        let guess =
            SIMD8<UInt64>(repeating: 0x5FE6_EB50_C7B5_37A9)
            &- (bits &>> SIMD8<UInt64>(repeating: 1))
        var y = unsafeBitCast(guess, to: Lanes.self)
        let half = -0.5 * x
        let threeHalves = Lanes(repeating: 1.5)
        y *= threeHalves.addingProduct(half * y, y)
        y *= threeHalves.addingProduct(half * y, y)
        y *= threeHalves.addingProduct(half * y, y)
        y *= threeHalves.addingProduct(half * y, y)
        return x * y
    }

    /// The chance that a standard normal exceeds z, in eight lanes of numbers not below 0; the same
    /// fit as `complementaryError`.
    @inline(__always)
    static func normalTail(_ z: SIMD8<Double>) -> SIMD8<Double> {
        typealias Lanes = SIMD8<Double>
        let scaled = z * 0.707_106_781_186_547_5
        let t = 1 / Lanes(repeating: 1).addingProduct(scaled, Lanes(repeating: 0.5))
        var p = Lanes(repeating: 0.170_872_77)
        p = Lanes(repeating: -0.822_152_23).addingProduct(p, t)
        p = Lanes(repeating: 1.488_515_87).addingProduct(p, t)
        p = Lanes(repeating: -1.135_203_98).addingProduct(p, t)
        p = Lanes(repeating: 0.278_868_07).addingProduct(p, t)
        p = Lanes(repeating: -0.186_288_06).addingProduct(p, t)
        p = Lanes(repeating: 0.096_784_18).addingProduct(p, t)
        p = Lanes(repeating: 0.374_091_96).addingProduct(p, t)
        p = Lanes(repeating: 1.000_023_68).addingProduct(p, t)
        p = Lanes(repeating: -1.265_512_23).addingProduct(p, t)
        return 0.5 * t * exp(p - scaled * scaled)
    }
}
