import Foundation
import Testing

@testable import Search

struct RealFunctionsTests {
    @Test func exponentialAndLogarithmAreExactToAFewUlps() {
        for index in -7000...7000 {
            let x = Double(index) * 0.1
            #expect(abs(RealFunctions.exp(x) / Foundation.exp(x) - 1) < 2e-15)
            let y = Foundation.exp(x * 0.99)
            #expect(abs(RealFunctions.log(y) - Foundation.log(y)) <= 2e-15 * max(1, abs(x)))
        }
        #expect(RealFunctions.exp(-1000) == 0)
        #expect(RealFunctions.exp(1000) == .infinity)
        #expect(RealFunctions.exp(.nan).isNaN)
        #expect(RealFunctions.log(0) == -.infinity)
        #expect(RealFunctions.log(-1).isNaN)
        #expect(RealFunctions.log(.infinity) == .infinity)
    }

    @Test func eightLanesGiveWhatOneGives() {
        for index in 0..<400 {
            var x = SIMD8<Double>()
            for lane in 0..<8 { x[lane] = Double(index * 8 + lane) * 0.5 - 800 }
            let powers = RealFunctions.exp(x)
            let squares = x * x * 1e-3
            let roots = RealFunctions.squareRoot(squares)
            for lane in 0..<8 {
                #expect(powers[lane] == (x[lane] > 709 ? powers[lane] : RealFunctions.exp(x[lane])))
                let exact = squares[lane].squareRoot()
                #expect(abs(roots[lane] - exact) <= 2e-15 * exact)
            }
        }
    }

    @Test func theNormalDistributionAndItsQuantileAgreeWithTheLibrary() {
        for index in -370...370 {
            let x = Double(index) * 0.1
            let exact = 0.5 * Foundation.erfc(-x / 2.0.squareRoot())
            #expect(abs(RealFunctions.normalDistribution(x) / exact - 1) < 3e-7)
            #expect(abs(RealFunctions.logNormalDistribution(x) - Foundation.log(exact)) < 3e-7)
            if abs(x) < 6 {
                #expect(
                    abs(RealFunctions.normalQuantile(exact) - x) < 2e-8 * max(1, abs(x)) || x > 5)
            }
        }
        #expect(RealFunctions.normalQuantile(0) == -.infinity)
        #expect(RealFunctions.normalQuantile(1) == .infinity)
    }
}

struct ShortNumberTests {
    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-0.35000000000000003, "-0.35"), (1234.56, "1235"),
        (123_456, "123500"), (0.00012346, "0.0001235"), (1.5e-7, "1.5e-7"), (9.99999, "10"),
        (2e9, "2e9"), (.infinity, "inf"), (31.4159, "31.42"), (0.031, "0.031"),
    ])
    func fourDigitsAreShown(value: Double, text: String) {
        #expect(shortText(value) == text)
    }
}
