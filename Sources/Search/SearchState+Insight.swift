/// How much one parameter matters.
package struct ParameterImportance: Sendable, Hashable {
    /// The parameter's name.
    package let name: String
    /// The part of the variance it explains by itself, 0 to 1.
    package let share: Double
}

extension SearchState {
    /// Parameters by the part of the first objective's variance each explains by itself (functional
    /// ANOVA), the most important first; empty with fewer than four succeeded trials.
    ///
    /// Costs are warped as for the Gaussian process, so that a few exploded trials do not decide; a
    /// parameter that was inactive counts as standing in its middle.
    package func importance() -> [ParameterImportance] {
        let entries = history.ranking.best(history.rankedCount)
        guard entries.count >= 4 else { return [] }
        let rows = entries.map(\.row).sorted()
        let span = (rows.count - 1) / ImportanceForest.observationLimit + 1
        let chosen = rows.indices.filter { $0 % span == 0 }.map { rows[$0] }
        let space = configuration.space
        let points = chosen.map { row in
            (0..<space.count).map { position in
                let unit = history.unit(row, position)
                return unit.isNaN ? 0.5 : unit
            }
        }
        let forest = ImportanceForest(
            points: points, values: OutcomeWarp(chosen.map { history.costs[$0] }).values,
            dimensions: space.count, seed: configuration.seed)
        return space.parameters.indices.map {
            ParameterImportance(name: space.parameters[$0].name, share: forest.shares[$0])
        }.sorted { $0.share > $1.share }
    }

    /// The succeeded trials no other one beats in every objective, by number.
    package func paretoFront() -> [Int] {
        let rows = history.ranking.best(history.rankedCount).map(\.row).filter {
            history.numbers[$0] >= 0
        }.sorted()
        return ParetoFront.indices(of: rows.map { history.costVector($0) }).map {
            history.numbers[rows[$0]]
        }
    }

    /// How many succeeded trials are better than this one; nil when it has not succeeded.
    package func rank(of number: Int) -> Int? {
        guard let row = history.row(of: number), history.ranking.contains(row) else { return nil }
        return history.ranking.rank(cost: history.costs[row], row: row)
    }
}
