import ClusterVocabulary
import JobSpecification
import Search

/// One experiment in the core: its durable record and what is derived from its trials.
struct ExperimentEntry: Sendable {
    var record: ExperimentRecord
    let specification: ExperimentSpecification
    /// The search with everything known; `nil` once the experiment ended.
    var search: SearchState?
    /// When trials are ended early; `nil` without a rule, or once the experiment ended.
    var stopping: EarlyStopping?
    /// The trials that run, by number.
    var active: [UInt32: Trial] = [:]
    /// The trials that wait at a rung, by number.
    var paused: [UInt32: Trial] = [:]
    /// The value of every trial that has one, where a trial may have several in its life.
    var values: [UInt32: Double] = [:]
    /// The jobs whose state other trials may copy, by trial.
    var jobs: [UInt32: JobID] = [:]
    /// Trials whose job could not be submitted yet, by number.
    var unplaced: [UInt32] = []
    /// Why the search gives no more trials for good.
    var exhausted: String?

    var objectives: [ObjectiveSpecification] { specification.objectives }
    var isExternal: Bool { specification.template == nil }
    /// Whether trials copy others.
    var isPopulation: Bool { specification.algorithm.name == "pbt" }

    /// Whether a trial that came to the end of its budget waits there.
    func pauses(_ trial: Trial) -> Bool {
        guard let rung = trial.rung, let most = specification.algorithm.maximumBudget else {
            return false
        }
        return rung.budget < most && trial.rungs.count < Trial.mostRungs
    }

    /// Remembers what a trial came to; the best one of all may be another now.
    mutating func rank(_ trial: Trial) {
        guard let value = trial.values.first, trial.state == .succeeded || trial.state == .paused
        else { return }
        guard specification.algorithm.isHalving else {
            if isBetter(trial) { setBest(trial.number, value) }
            return
        }
        values[trial.number] = value
        if record.best != trial.number {
            if isBetter(trial) { setBest(trial.number, value) }
            return
        }
        let objective = objectives[0]
        let best = values.min { left, right in
            objective.isBetter(left.value, than: right.value)
                || (!objective.isBetter(right.value, than: left.value) && left.key < right.key)
        }
        if let best { setBest(best.key, best.value) }
    }

    private mutating func setBest(_ number: UInt32, _ value: Double) {
        record.best = number
        record.bestValue = value
    }

    /// The trial a suggestion makes.
    func trial(_ suggestion: Suggestion, at wallMilliseconds: Int64) -> Trial {
        var trial = Trial(
            experiment: record.id, number: UInt32(clamping: suggestion.number + 1), job: JobID(0),
            assignments: specification.values(suggestion.assignment),
            origin: Trial.Origin(rawValue: suggestion.origin.rawValue) ?? .sampled,
            decision: String(suggestion.reason.prefix(Trial.longestDecision / 4)),
            createdAt: wallMilliseconds)
        trial.rung = suggestion.rung.map { Trial.Rung($0) }
        trial.generation = suggestion.generation
        trial.parent = suggestion.parent.map { UInt32(clamping: $0 + 1) } ?? 0
        trial.values = Array(repeating: .nan, count: objectives.count)
        return trial
    }

    /// The suggestion a trial was made from; `nil` when the space does not have it any more.
    func suggestion(_ trial: Trial, _ space: SearchSpace) -> Suggestion? {
        guard let assignment = coordinates(trial, space) else { return nil }
        return Suggestion(
            number: Int(trial.number) - 1, assignment: assignment,
            origin: Suggestion.Origin(rawValue: trial.origin.rawValue) ?? .sampled,
            reason: trial.decision,
            rung: (trial.rungs.first?.rung ?? trial.rung)?.place, generation: trial.generation,
            parent: trial.parent > 0 ? Int(trial.parent) - 1 : nil)
    }

    /// What the search was told of a trial at a rung where it paused.
    func record(_ result: Trial.RungResult, of trial: Trial, _ assignment: Assignment)
        -> TrialRecord
    {
        TrialRecord(
            number: Int(trial.number) - 1, assignment: assignment, state: .paused,
            objectives: result.values, rung: result.rung.place, generation: trial.generation)
    }

    /// What the search learns of a trial.
    func record(_ trial: Trial, _ assignment: Assignment) -> TrialRecord {
        let state: Search.TrialState =
            switch trial.state {
            case .running: .running
            case .succeeded: .succeeded
            case .stopped: .pruned
            case .paused: .paused
            case .failed, .cancelled, .unavailable: .failed
            }
        let metric = objectives.first?.metric
        let curve = trial.reports.compactMap { report -> CurvePoint? in
            guard let value = report.metrics.first(where: { $0.name == metric })?.value else {
                return nil
            }
            return CurvePoint(step: Int(clamping: report.step), value: value)
        }
        return TrialRecord(
            number: Int(trial.number) - 1, assignment: assignment, state: state,
            objectives: trial.state == .succeeded || trial.state == .paused ? trial.values : [],
            curve: trial.state == .stopped ? curve : [],
            rung: trial.rung?.place, generation: trial.generation)
    }

    /// The values of a trial at the search's coordinates, whatever the space is now.
    func coordinates(_ trial: Trial, _ space: SearchSpace) -> Assignment? {
        var assignment = Assignment(Array(repeating: nil, count: specification.parameters.count))
        for (position, parameter) in specification.parameters.enumerated() {
            guard let given = trial.assignments.first(where: { $0.name == parameter.name }) else {
                continue
            }
            guard let value = parameter.parameterValue(given.value) else { return nil }
            assignment[position] = value
        }
        return assignment
    }

    /// Whether a trial is better than the best so far; equal ones do not take its place.
    func isBetter(_ trial: Trial) -> Bool {
        guard trial.state == .succeeded || trial.state == .paused,
            let objective = objectives.first, let value = trial.values.first
        else { return false }
        return objective.isBetter(value, than: record.bestValue)
    }
}

extension Trial.Rung {
    /// The rung as the search has it.
    var place: RungPlace { RungPlace(bracket: bracket, rung: rung, budget: budget) }

    /// The rung of a suggestion.
    init(_ place: RungPlace) {
        self.init(bracket: place.bracket, rung: place.rung, budget: place.budget)
    }
}

extension ObjectiveSpecification {
    /// The objective's value after one more measurement.
    func value(after value: Double, measured: Double) -> Double {
        switch strategy {
        case .last: return measured
        case .best:
            return isBetter(measured, than: value) ? measured : value
        case .min:
            if measured.isNaN { return value }
            return value.isNaN ? measured : Swift.min(value, measured)
        case .max:
            if measured.isNaN { return value }
            return value.isNaN ? measured : Swift.max(value, measured)
        }
    }
}
