import Glibc
import LinearAlgebra
import Testing

@Suite struct ElementaryFunctionTests {
    @Test func exponentialIsAccurateOverItsRange() {
        var worst = 0.0
        for step in -80_000...88_300 {
            let x = Float(step) / 1000
            let expected = Glibc.exp(Double(x))
            worst = max(worst, abs(Double(ElementaryFunctions.exp(x)) / expected - 1))
        }
        #expect(worst < 2e-7, "largest relative error \(worst)")
    }

    @Test func exponentialHandlesSpecialValues() {
        #expect(ElementaryFunctions.exp(0) == 1)
        #expect(ElementaryFunctions.exp(-80.01) == 0)
        #expect(ElementaryFunctions.exp(-.infinity) == 0)
        #expect(ElementaryFunctions.exp(.infinity) == .infinity)
        #expect(ElementaryFunctions.exp(100) == .infinity)
        #expect(ElementaryFunctions.exp(.nan).isNaN)
    }

    @Test func logarithmIsAccurateOverItsRange() {
        var worst = 0.0
        // All positive numbers, subnormal ones included, in steps of their bit pattern.
        for bits in stride(from: UInt32(1), to: Float.infinity.bitPattern, by: 2999) {
            let x = Float(bitPattern: bits)
            let expected = Glibc.log(Double(x))
            let error = abs(Double(ElementaryFunctions.log(x)) - expected)
            worst = max(worst, error / max(abs(expected), 0.1))
        }
        #expect(worst < 2e-7, "largest error \(worst)")
    }

    @Test func logarithmHandlesSpecialValues() {
        #expect(ElementaryFunctions.log(1) == 0)
        #expect(ElementaryFunctions.log(0) == -.infinity)
        #expect(ElementaryFunctions.log(-1).isNaN)
        #expect(ElementaryFunctions.log(.infinity) == .infinity)
        #expect(ElementaryFunctions.log(.nan).isNaN)
    }

    @Test func sumOfExponentialsFollowsTheWrittenOrder() {
        for count in 1...40 {
            let source = (0..<count).map { Float(($0 * 29) % 23) / 7 - 3 }
            var line = source
            let sum = ElementaryFunctions.exponentiate(&line, count: count, maximum: 0.25)
            let values = source.map { ElementaryFunctions.exp($0 - 0.25) }
            #expect(line == values)
            var lanes = [Float](repeating: 0, count: 8)
            for (index, value) in values.enumerated() { lanes[index % 8] += value }
            let four = (0..<4).map { lanes[$0] + lanes[$0 + 4] }
            let two = (0..<2).map { four[$0] + four[$0 + 2] }
            #expect(sum == two[0] + two[1], "count \(count)")
        }
    }

    /// Every 997th number of either sign, from the smallest to the largest.
    private static func sweep(_ body: (Float) -> Void) {
        for bits in stride(from: UInt32(0), to: Float.infinity.bitPattern, by: 997) {
            body(Float(bitPattern: bits))
            body(-Float(bitPattern: bits))
        }
    }

    /// The largest error in units in the last place of the result.
    private static func worst(
        _ own: (Float) -> Float, _ judge: (Double) -> Double, over range: ClosedRange<Float>
    ) -> Double {
        var worst = 0.0
        sweep { x in
            guard range.contains(x) else { return }
            let expected = judge(Double(x))
            let unit = Double(max(Float(abs(expected)).ulp, Float.leastNormalMagnitude))
            worst = max(worst, abs(Double(own(x)) - expected) / unit)
        }
        return worst
    }

    @Test func functionsAreWithinUnitsInTheLastPlace() {
        let all = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
        #expect(Self.worst(ElementaryFunctions.exp, Glibc.exp, over: -80...88.3) < 2)
        #expect(
            Self.worst(ElementaryFunctions.log, Glibc.log, over: 1e-38...1e38) < 2.5)
        #expect(Self.worst(ElementaryFunctions.tanh, Glibc.tanh, over: all) < 3)
        #expect(Self.worst(ElementaryFunctions.erf, Glibc.erf, over: all) < 4)
        #expect(
            Self.worst(ElementaryFunctions.sigmoid, { 1 / (1 + Glibc.exp(-$0)) }, over: -80...80)
                < 4)
        #expect(
            Self.worst(ElementaryFunctions.softplus, { Glibc.log1p(Glibc.exp($0)) }, over: 0...80)
                < 3)
    }

    @Test func sigmoidalFunctionsHandleSpecialValues() {
        #expect(ElementaryFunctions.tanh(.infinity) == 1)
        #expect(ElementaryFunctions.tanh(-.infinity) == -1)
        #expect(ElementaryFunctions.tanh(.nan).isNaN)
        #expect(ElementaryFunctions.erf(.infinity) == 1)
        #expect(ElementaryFunctions.erf(-.infinity) == -1)
        #expect(ElementaryFunctions.erf(.nan).isNaN)
        #expect(ElementaryFunctions.sigmoid(200) == 1)
        #expect(ElementaryFunctions.sigmoid(-200) == 0)
        #expect(ElementaryFunctions.sigmoid(.nan).isNaN)
        #expect(ElementaryFunctions.softplus(-200) == 0)
        #expect(ElementaryFunctions.softplus(1e30) == 1e30)
        #expect(ElementaryFunctions.softplus(.nan).isNaN)
    }
}
