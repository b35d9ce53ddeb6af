import LinearAlgebra

/// How the learning rate moves during a job: a pure function of the global step.
///
/// Everything is computed by additions, products and polynomials written out here, so the rates,
/// and with them the model's bits, are the same on every machine.
package enum LearningRateSchedule: Sendable, Hashable {
    /// The rate as given, always.
    case constant
    /// Times `factor` after every `epochs` passes.
    case step(epochs: Int, factor: Float)
    /// Times `factor` after every pass.
    case exponential(factor: Float)
    /// Half a cosine from the rate down to `minimum` times the rate at the last step.
    case cosine(minimum: Float)
    /// Linearly up from 0 during the first `warmup` share of the steps, then ``cosine(minimum:)``.
    case warmupCosine(warmup: Float, minimum: Float)
    /// Divided by (t + 1) to the `power`, t the steps done (scikit-learn's `invscaling`).
    case inverseScaling(power: Float)
    /// From a 25th of the rate up to it in the first `rise` share of the steps and down to its
    /// 250 000th, both as half cosines (Smith and Topin 2018; PyTorch's `OneCycleLR`).
    case oneCycle(rise: Float)

    /// The rate of a step.
    ///
    /// `step` counts from 0 to below `totalSteps`; `epoch` are the complete passes before it.
    package func rate(base: Float, step: Int, epoch: Int, totalSteps: Int) -> Float {
        let rate = Double(base)
        let done = totalSteps > 1 ? Double(step) / Double(totalSteps - 1) : 1
        switch self {
        case .constant: return base
        case .step(let epochs, let factor):
            return Float(rate * Self.power(Double(factor), epoch / max(1, epochs)))
        case .exponential(let factor):
            return Float(rate * Self.power(Double(factor), epoch))
        case .cosine(let minimum):
            return Float(rate * Self.descent(from: 1, to: Double(minimum), done))
        case .warmupCosine(let warmup, let minimum):
            let rising = Double(warmup) * Double(totalSteps)
            guard Double(step) >= rising else {
                return Float(rate * Double(step + 1) / (rising + 1))
            }
            let left = Double(totalSteps - 1) - rising
            let part = left > 0 ? (Double(step) - rising) / left : 1
            return Float(rate * Self.descent(from: 1, to: Double(minimum), part))
        case .inverseScaling(let power):
            return base * ElementaryFunctions.exp(-power * ElementaryFunctions.log(Float(step + 1)))
        case .oneCycle(let rise):
            let start = 1.0 / 25
            let peak = max(0, Double(rise) * Double(totalSteps) - 1)
            if Double(step) < peak {
                return Float(rate * Self.descent(from: start, to: 1, Double(step) / peak))
            }
            let left = Double(totalSteps - 1) - peak
            let part = left > 0 ? (Double(step) - peak) / left : 1
            return Float(rate * Self.descent(from: 1, to: start / 10_000, part))
        }
    }

    /// Half a cosine wave from one value to another, `part` in 0...1.
    private static func descent(from start: Double, to end: Double, _ part: Double) -> Double {
        let clamped = min(1, max(0, part))
        return end + (start - end) * (1 + cosine(ofHalfTurns: clamped)) / 2
    }

    /// cos(pi * x) for x in 0...1, error below 1e-15: the Taylor series up to the 18th power of an
    /// angle of at most a quarter turn.
    private static func cosine(ofHalfTurns x: Double) -> Double {
        let isBeyond = x > 0.5
        let angle = (isBeyond ? 1 - x : x) * 3.141_592_653_589_793
        let square = angle * angle
        var term = 1.0
        var sum = 1.0
        for index in stride(from: 2.0, through: 18, by: 2) {
            term = -term * square / (index * (index - 1))
            sum += term
        }
        return isBeyond ? -sum : sum
    }

    /// base^exponent by repeated squaring; exponent at least 0.
    static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var left = exponent
        while left > 0 {
            if left & 1 == 1 { result *= square }
            square *= square
            left >>= 1
        }
        return result
    }
}
