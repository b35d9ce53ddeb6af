/// What one trial has reported, kept so that its standing at any step is quickly found.
struct PeerCurve: Sendable {
    /// Which halving it belongs to.
    let bracket: Int
    /// Steps of its reports, ascending.
    private(set) var steps: [Int] = []
    /// Best, mean and latest cost up to each step; NaN while there was no finite one.
    private var best: [Double] = []
    private var mean: [Double] = []
    private var latest: [Double] = []
    private var finiteCount = 0
    /// The step and cost of the last improvement that counted.
    private(set) var bestStep: Int?
    private(set) var improvedBest: Double?
    /// Costs at the rungs it has reached.
    var rungCosts: [Double] = []

    init(bracket: Int) {
        self.bracket = bracket
    }

    mutating func append(step: Int, cost: Double?, improvement: Double) {
        steps.append(step)
        let before = (best.last ?? .nan, mean.last ?? .nan)
        guard let cost else {
            best.append(before.0)
            mean.append(before.1)
            latest.append(.nan)
            return
        }
        best.append(before.0 <= cost ? before.0 : cost)
        finiteCount += 1
        let count = Double(finiteCount)
        mean.append(before.1.isNaN ? cost : before.1 + (cost - before.1) / count)
        latest.append(cost)
        if improvedBest.map({ cost < $0 - improvement }) ?? true {
            bestStep = step
            improvedBest = cost
        }
    }

    /// The mean of the first reports, at most so many; NaN without a finite one.
    func mean(ofFirst reports: Int) -> Double {
        mean.isEmpty ? .nan : mean[min(reports, mean.count) - 1]
    }

    /// The best cost so far; NaN without a finite one.
    var bestSoFar: Double { best.last ?? .nan }

    /// What stands for the trial at a step: that of its last report not after it; nil when the
    /// trial has not come so far, or had no finite value by then.
    func statistic(_ statistic: MedianSettings.Statistic, at step: Int) -> Double? {
        guard let last = steps.last, last >= step else { return nil }
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] <= step { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let value: Double
        switch statistic {
        case .best: value = best[low - 1]
        case .mean: value = mean[low - 1]
        case .latest: value = latest[low - 1]
        }
        return value.isNaN ? nil : value
    }
}
