import ClusterVocabulary
package import ControlAPI

/// How much of the spread of an objective each parameter explains by itself: the first order of a
/// functional analysis of variance, estimated over at most eight levels of each parameter.
///
/// The estimate is omega squared, `(SSB - (k - 1) MSW) / (SST + MSW)`, which takes off what chance
/// alone explains (Hays 1963); negative estimates are 0. Interactions belong to no parameter, so
/// shares need not add up to one.
package enum ParameterImportance {
    /// Levels a numeric parameter is cut into, of equal counts.
    private static let mostLevels = 8
    /// Trials below which nothing is said.
    package static let leastTrials = 8

    /// The shares, the largest first; empty with too few trials.
    package static func shares(
        _ experiment: ExperimentBody, _ trials: [TrialBody]
    ) -> [(name: String, share: Double)] {
        let points = trials.compactMap { trial -> (trial: TrialBody, value: Double)? in
            guard trial.state == "Succeeded", let value = trial.values.first ?? nil else {
                return nil
            }
            return (trial, value)
        }
        guard points.count >= leastTrials else { return [] }
        let found = experiment.parameters.map { name in
            (name: name, share: share(of: name, points))
        }
        return found.sorted { ($1.share, $0.name) < ($0.share, $1.name) }
    }

    private static func share(
        of name: String, _ points: [(trial: TrialBody, value: Double)]
    ) -> Double {
        let known = points.compactMap { point in
            point.trial.parameters[name].map { (given: $0, value: point.value) }
        }
        let groups = levels(known).filter { !$0.isEmpty }
        let count = groups.reduce(0) { $0 + $1.count }
        guard groups.count > 1, count > groups.count else { return 0 }
        let mean = groups.flatMap { $0 }.reduce(0, +) / Double(count)
        var between = 0.0
        var within = 0.0
        for group in groups {
            let own = group.reduce(0, +) / Double(group.count)
            between += Double(group.count) * (own - mean) * (own - mean)
            within += group.reduce(0) { $0 + ($1 - own) * ($1 - own) }
        }
        let noise = within / Double(count - groups.count)
        let all = between + within + noise
        guard all > 0 else { return 0 }
        return min(1, max(0, (between - Double(groups.count - 1) * noise) / all))
    }

    /// The values of the objective by level of the parameter.
    private static func levels(_ known: [(given: TrialValue, value: Double)]) -> [[Double]] {
        let distinct = Set(known.map(\.given))
        let isNumeric = known.allSatisfy { $0.given.number != nil }
        guard isNumeric, distinct.count > mostLevels else {
            let order = distinct.sorted { "\($0)" < "\($1)" }
            return order.map { level in known.filter { $0.given == level }.map(\.value) }
        }
        let sorted = known.sorted { ($0.given.number ?? 0) < ($1.given.number ?? 0) }
        let count = min(mostLevels, max(2, sorted.count / 4))
        return (0..<count).map { level in
            let range = (level * sorted.count / count)..<((level + 1) * sorted.count / count)
            return sorted[range].map(\.value)
        }
    }
}
