import ClusterVocabulary
import Search

extension ExperimentSpecification {
    /// The job of a trial at the beginning of every range and the first of every list; `nil` when
    /// trials are external.
    package func exampleJob() -> TrialTemplate.Rendering? {
        guard let template, let space = try? space() else { return nil }
        return template.render(
            beginning(in: space), of: parameters, name: "trial", namespace: namespace,
            budget: leastBudget)
    }

    /// The beginning of every range and the first of every list.
    func beginning(in space: SearchSpace) -> [TrialAssignment] {
        let values = parameters.map { TrialAssignment($0.name, $0.extremes[0]) }
        return consistent(values, in: space, keeping: nil) ?? []
    }

    /// The values without those that are inactive; `nil` when the kept one is.
    func consistent(
        _ values: [TrialAssignment], in space: SearchSpace, keeping kept: Int?
    ) -> [TrialAssignment]? {
        var assignment = Assignment(Array(repeating: nil, count: parameters.count))
        for (position, parameter) in parameters.enumerated() {
            guard let value = values.first(where: { $0.name == parameter.name })?.value else {
                continue
            }
            guard space.isActive(position, in: assignment) else {
                if position == kept { return nil }
                continue
            }
            assignment[position] = parameter.parameterValue(value)
        }
        return self.values(assignment)
    }
}

extension ParameterSpecification {
    /// The two ends of a range, or the first choices.
    var extremes: [TrialValue] {
        switch domain {
        case .float(let range): [.number(range.minimum), .number(range.maximum)]
        case .int(let range): [.integer(Int64(range.minimum)), .integer(Int64(range.maximum))]
        case .categorical, .ordinal:
            choices.prefix(Limits.probedChoices).map { .choice($0.text) }
        }
    }
}
