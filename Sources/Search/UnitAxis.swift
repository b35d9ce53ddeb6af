/// The map between a parameter's values and the unit interval, on which all samplers work.
///
/// A parameter with n levels (a step, whole numbers, choices) gives each level an interval of its
/// own: 1/n wide, or on a logarithmic scale as wide as the level reaches half a step to both sides.
/// Log-uniform values are therefore uniform here, and a truncated normal prior too: the axis is its
/// distribution function.
struct UnitAxis: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case float
        case int
        case choice
    }

    let kind: Kind
    /// How many different values there are; nil for infinitely many.
    let levels: Int?
    /// Whether neighbouring levels mean neighbouring values.
    let isOrdered: Bool
    private let minimum: Double
    private let maximum: Double
    /// Distance of two levels; 0 without a step.
    private let step: Double
    private let isLogarithmic: Bool
    private let isNormal: Bool
    /// The ends of the axis before the prior's distribution function: logarithms on a log scale.
    private let low: Double
    private let high: Double

    init(_ domain: ParameterDomain) {
        switch domain {
        case .float(let range):
            kind = .float
            isOrdered = true
            minimum = range.minimum
            isNormal = range.density == .normal
            isLogarithmic = range.scale == .logarithmic
            if let step = range.step {
                self.step = step
                // A range that is a whole number of steps but for rounding keeps its last level.
                let count = ((range.maximum - range.minimum) / step + 1e-9).rounded(.down)
                levels = count < 1e15 ? Int(count) + 1 : nil
                maximum = min(range.maximum, range.minimum + count * step)
            } else {
                step = 0
                levels = range.minimum == range.maximum ? 1 : nil
                maximum = range.maximum
            }
        case .int(let range):
            kind = .int
            isOrdered = true
            minimum = Double(range.minimum)
            isNormal = range.density == .normal
            isLogarithmic = range.scale == .logarithmic
            step = Double(range.step)
            let count = (range.maximum - range.minimum) / range.step
            levels = count + 1
            maximum = minimum + Double(count * range.step)
        case .categorical(let count), .ordinal(let count):
            kind = .choice
            if case .ordinal = domain { isOrdered = true } else { isOrdered = false }
            minimum = 0
            maximum = Double(count - 1)
            step = 1
            isLogarithmic = false
            isNormal = false
            levels = count
        }
        if isLogarithmic {
            // Half a step below the minimum may reach zero; half the minimum is then the end.
            low = RealFunctions.log(max(minimum - step / 2, minimum / 2))
            high = RealFunctions.log(maximum + step / 2)
        } else {
            low = minimum - step / 2
            high = maximum + step / 2
        }
    }

    /// Whether neighbouring values cannot be told from a continuous range.
    var isContinuous: Bool { levels == nil }

    /// The value that stands at a place of the unit interval; places outside are moved to its ends.
    func value(at unit: Double) -> ParameterValue {
        let bounded = unit > 0 ? (unit < 1 ? unit : 1) : 0
        if kind == .choice {
            let count = levels ?? 1
            return .choice(min(Int(bounded * Double(count)), count - 1))
        }
        var axis = low + quantile(bounded) * (high - low)
        if isLogarithmic { axis = RealFunctions.exp(axis) }
        if step > 0 {
            // The first level's interval may have been cut at half the minimum.
            let level = max(0, ((axis - minimum) / step).rounded())
            axis = minimum + level * step
        }
        axis = min(max(axis, minimum), maximum)
        return kind == .int ? .int(Int(axis)) : .float(axis)
    }

    /// The place of a value: for a level the middle of its interval.
    func unit(of value: ParameterValue) -> Double {
        switch value {
        case .choice(let choice):
            return (Double(choice) + 0.5) / Double(levels ?? 1)
        case .int(let number):
            return unit(ofNumber: Double(number))
        case .float(let number):
            return unit(ofNumber: number)
        }
    }

    private func unit(ofNumber number: Double) -> Double {
        guard step > 0 else { return place(of: number) }
        let level = ((min(max(number, minimum), maximum) - minimum) / step).rounded()
        let middle = minimum + level * step
        return (place(of: middle - step / 2) + place(of: middle + step / 2)) / 2
    }

    /// The interval of the level that holds a place; nil for a continuous parameter.
    func interval(around unit: Double) -> ClosedRange<Double>? {
        guard let levels else { return nil }
        guard kind != .choice else {
            let count = Double(levels)
            let choice = min((min(max(unit, 0), 1) * count).rounded(.down), count - 1)
            return choice / count...(choice + 1) / count
        }
        guard step > 0 else { return 0...1 }
        let number: Double
        switch value(at: unit) {
        case .float(let value): number = value
        case .int(let value): number = Double(value)
        case .choice: return 0...1
        }
        let lower = place(of: number - step / 2)
        return lower...max(lower, place(of: number + step / 2))
    }

    /// The value of a level, from 0.
    func value(ofLevel level: Int) -> ParameterValue {
        switch kind {
        case .choice: .choice(level)
        case .int: .int(Int(minimum + Double(level) * step))
        case .float: .float(min(minimum + Double(level) * step, maximum))
        }
    }

    private func place(of number: Double) -> Double {
        guard high > low else { return 0.5 }
        let axis =
            isLogarithmic ? (number > 0 ? RealFunctions.log(number) : low) : number
        let fraction = min(max((axis - low) / (high - low), 0), 1)
        guard isNormal else { return fraction }
        let tail = RealFunctions.normalDistribution(-3)
        return (RealFunctions.normalDistribution(6 * fraction - 3) - tail) / (1 - 2 * tail)
    }

    private func quantile(_ unit: Double) -> Double {
        guard isNormal else { return unit }
        let tail = RealFunctions.normalDistribution(-3)
        let deviate = RealFunctions.normalQuantile(tail + unit * (1 - 2 * tail))
        return min(max((deviate + 3) / 6, 0), 1)
    }
}
