import ClusterVocabulary
import Foundation

/// Maps values of one kind to places of a plot: numbers on a linear or logarithmic scale, choices
/// side by side.
struct PlotAxis: Sendable {
    private let least: Double
    private let most: Double
    private let isLog: Bool
    /// The choices, in their order; empty for numbers.
    let choices: [String]

    /// An axis over numbers; one that spans three decades above 0 becomes logarithmic.
    init(numbers: [Double], mayBeLogarithmic: Bool = false) {
        let finite = numbers.filter(\.isFinite)
        let low = finite.min() ?? 0
        let high = finite.max() ?? 1
        isLog = mayBeLogarithmic && low > 0 && high / low >= 100
        least = low == high ? low - 0.5 : low
        most = low == high ? high + 0.5 : high
        choices = []
    }

    /// An axis over the values of a parameter.
    init(values: [TrialValue]) {
        let numbers = values.compactMap(\.number)
        guard numbers.count == values.count else {
            self.init(choices: Set(values.map(\.description)).sorted())
            return
        }
        self.init(numbers: numbers, mayBeLogarithmic: true)
    }

    private init(choices: [String]) {
        self.choices = choices
        least = 0
        most = 1
        isLog = false
    }

    /// The place of a number, 0...1.
    func place(_ number: Double) -> Double {
        guard most > least else { return 0.5 }
        return isLog
            ? log(number / least) / log(most / least)
            : (number - least) / (most - least)
    }

    /// The place of a parameter's value, 0...1.
    func place(_ value: TrialValue) -> Double {
        if let number = value.number, choices.isEmpty { return place(number) }
        guard let index = choices.firstIndex(of: value.description), choices.count > 1 else {
            return 0.5
        }
        return Double(index) / Double(choices.count - 1)
    }

    /// Marks with their places, 0...1.
    var marks: [(place: Double, text: String)] {
        if !choices.isEmpty {
            return choices.map { (place(.choice($0)), String($0.prefix(20))) }
        }
        return stride(from: 0.0, through: 1.0, by: 0.25).map { share in
            let value =
                isLog
                ? least * pow(most / least, share) : least + (most - least) * share
            return (share, NumberText.measure(value))
        }
    }
}
