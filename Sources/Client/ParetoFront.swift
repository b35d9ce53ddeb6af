package import ControlAPI

/// The trials that no other is better than in every objective.
package struct ParetoFront: Sendable {
    /// A trial with all its values.
    package struct Point: Sendable {
        /// The trial.
        package let trial: TrialBody
        /// Its values, in the order of the objectives.
        package let values: [Double]
    }

    /// Every trial that succeeded with all values.
    package let all: [Point]
    /// Those on the front, by the first objective, the best first.
    package let ranked: [Point]

    /// Finds the front.
    package init(_ experiment: ExperimentBody, _ trials: [TrialBody]) {
        let signs = experiment.objectives.map { $0.direction == "maximize" ? -1.0 : 1.0 }
        all = trials.compactMap { trial in
            let values = trial.values.compactMap { $0 }
            guard trial.state == "Succeeded", values.count == signs.count else { return nil }
            return Point(trial: trial, values: values)
        }
        func cost(_ point: Point) -> [Double] { zip(point.values, signs).map(*) }
        // By the first cost, then the others: whoever dominates a point stands before it.
        let sorted = all.sorted {
            let (left, right) = (cost($0), cost($1))
            return left == right
                ? $0.trial.number < $1.trial.number : left.lexicographicallyPrecedes(right)
        }
        var front: [Point] = []
        for point in sorted {
            let own = cost(point)
            let isDominated = front.contains { other in
                let known = cost(other)
                return known != own && zip(known, own).allSatisfy { $0 <= $1 }
            }
            if !isDominated { front.append(point) }
        }
        ranked = front
    }
}
