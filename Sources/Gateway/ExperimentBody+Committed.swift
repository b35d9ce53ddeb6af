import ClusterVocabulary
import ControlAPI
import JobSpecification
import SchedulerService

extension ExperimentBody {
    /// The body of a committed experiment.
    init(_ item: CommittedExperiments.Item, now: Int64) {
        let specification = item.specification
        self.init(
            item.record, algorithm: specification.algorithm.name,
            objectives: specification.objectives.map {
                Objective(metric: $0.metric, direction: $0.direction.rawValue, goal: $0.goal)
            },
            parameters: specification.parameters.map(\.name),
            best: item.trial(item.record.best).map { item.body($0, now: now) })
    }
}

extension Trial {
    /// Whether it has values that may be the best: it succeeded, or waits at a rung.
    fileprivate var isRanked: Bool { state == .succeeded || state == .paused }
}

extension CommittedExperiments.Item {
    /// The body of one of its trials.
    func body(_ trial: Trial, now: Int64) -> TrialBody {
        TrialBody(
            trial, experiment: record.fullName,
            metric: specification.objectives.first?.metric ?? "", now: now)
    }

    /// The trials that succeeded, the best first; of equal ones the earlier.
    func ranked(_ trials: some Sequence<Trial>) -> [Trial] {
        guard let objective = specification.objectives.first else { return [] }
        return trials.filter { $0.isRanked && !$0.values.isEmpty }.sorted {
            if objective.isBetter($0.values[0], than: $1.values[0]) { return true }
            if objective.isBetter($1.values[0], than: $0.values[0]) { return false }
            return $0.number < $1.number
        }
    }
}
