import ClusterVocabulary

extension WireExperimentRecord: VersionedWire {}
extension WireTrial: VersionedWire {}

extension ExperimentRecord: WireValue {
    init(wire: WireExperimentRecord) throws(WireError) {
        let check = FieldChecks("ExperimentRecord")
        self.init(
            id: try check.experiment(wire.id, "id"),
            namespace: try check.text(wire.namespace, "namespace", mayBeEmpty: false),
            name: try check.text(wire.name, "name", mayBeEmpty: false),
            run: try check.number(wire.run, "run", 1...UInt32.max - 1),
            user: try check.text(wire.user, "user"),
            labels: try check.list(Label.self, wire.labels, "labels", most: WireLimits.mostLabels),
            idempotencyKey: try check.text(wire.idempotencyKey, "idempotency_key"),
            limits: try check.required(TrialLimits.self, wire.limits, wire.hasLimits, "limits"),
            submittedAt: try check.count(wire.submittedAt, "submitted_at"))
        state = try check.closed(ExperimentState.self, wire.state.rawValue, "state")
        reason = try check.required(Reason.self, wire.reason, wire.hasReason, "reason")
        resumptions = try check.integer(wire.resumptions, "resumptions")
        finishedAt = try check.count(wire.finishedAt, "finished_at")
        nextTrial = try check.number(wire.nextTrial, "next_trial", 1...UInt32.max)
        let states = Trial.State.allCases
        // A state that came later has no count in an older record.
        guard wire.counts.count <= states.count else {
            throw check.invalid("counts", "has \(wire.counts.count) entries, not \(states.count)")
        }
        for (state, count) in zip(states, wire.counts) {
            counts[state] = try check.integer(count, "counts")
        }
        best = wire.best
        bestValue = wire.bestValue
        owner = CommandOwner(
            hostUser: wire.hasHostUser ? wire.hostUser : nil, ownsCluster: wire.ownsCluster)
    }

    var wire: WireExperimentRecord {
        var wire = WireExperimentRecord()
        wire.id = id.number
        wire.namespace = namespace
        wire.name = name
        wire.run = run
        wire.user = user
        wire.labels = labels.map(\.wire)
        wire.idempotencyKey = idempotencyKey
        wire.limits = limits.wire
        wire.state = WireExperimentState(rawValue: Int(state.rawValue)) ?? .unspecified
        wire.reason = reason.wire
        wire.resumptions = Int64(resumptions)
        wire.submittedAt = submittedAt
        wire.finishedAt = finishedAt
        wire.nextTrial = nextTrial
        wire.counts = Trial.State.allCases.map { Int64(counts[$0]) }
        wire.best = best
        wire.bestValue = bestValue
        if let hostUser = owner.hostUser { wire.hostUser = hostUser }
        wire.ownsCluster = owner.ownsCluster
        return wire
    }
}

extension FieldChecks {
    /// The number of an existing experiment.
    func experiment(_ value: UInt64, _ field: String) throws(WireError) -> ExperimentID {
        ExperimentID(try number(value, field, 1...WireLimits.largestNumber))
    }
}

extension TrialLimits: WireValue {
    init(wire: WireTrialLimits) throws(WireError) {
        let check = FieldChecks("TrialLimits")
        self.init(
            most: try check.integer(wire.most, "most", from: 1),
            parallel: try check.integer(wire.parallel, "parallel", from: 1),
            mostFailed: wire.hasMostFailed
                ? try check.integer(wire.mostFailed, "most_failed") : nil)
    }

    var wire: WireTrialLimits {
        var wire = WireTrialLimits()
        wire.most = Int64(most)
        wire.parallel = Int64(parallel)
        if let mostFailed { wire.mostFailed = Int64(mostFailed) }
        return wire
    }
}

extension TrialReference: WireValue {
    init(wire: WireTrialReference) throws(WireError) {
        let check = FieldChecks("TrialReference")
        self.init(
            experiment: try check.experiment(wire.experiment, "experiment"),
            number: try check.number(wire.number, "number", 1...UInt32.max - 1))
    }

    var wire: WireTrialReference {
        var wire = WireTrialReference()
        wire.experiment = experiment.number
        wire.number = number
        return wire
    }
}
