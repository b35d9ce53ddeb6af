import ClusterVocabulary

extension JobRecord: WireValue {
    init(wire: WireJobRecord) throws(WireError) {
        let check = FieldChecks("JobRecord")
        let command = wire.hasCommand ? try CommandWork(wire: wire.command) : nil
        self.init(
            id: try check.job(wire.id, "id"),
            namespace: try check.text(wire.namespace, "namespace", mayBeEmpty: false),
            name: try check.text(wire.name, "name", mayBeEmpty: false),
            run: try check.number(wire.run, "run", 1...UInt32.max - 1),
            user: try check.text(wire.user, "user"),
            labels: try check.list(
                Label.self, wire.labels, "labels", most: WireLimits.mostLabels),
            idempotencyKey: try check.text(wire.idempotencyKey, "idempotency_key"),
            work: try JobRecord.work(of: wire, command, check),
            requirements: try check.required(
                JobRequirements.self, wire.requirements, wire.hasRequirements, "requirements"),
            submittedAt: try check.count(wire.submittedAt, "submitted_at"))
        owner = CommandOwner(
            hostUser: wire.hasHostUser ? wire.hostUser : nil, ownsCluster: wire.ownsCluster)
        startedAt = try check.count(wire.startedAt, "started_at")
        finishedAt = try check.count(wire.finishedAt, "finished_at")
        state = try check.closed(JobState.self, wire.state.rawValue, "state")
        reason = try check.required(Reason.self, wire.reason, wire.hasReason, "reason")
        attempt = try check.number(wire.attempt, "attempt", 0...UInt32.max - 1)
        term = try check.term(wire.term, "term")
        members = try check.list(
            TermMember.self, wire.members, "members", most: WireLimits.mostMembers)
        coreType = try check.text(wire.coreType, "core_type")
        fingerprint = try check.digest(
            wire.fingerprint, "fingerprint", digits: 32, mayBeEmpty: true)
        failures = try check.integer(wire.failures, "failures")
        completeRounds = try check.count(wire.completeRounds, "complete_rounds")
        model = wire.hasModel ? try TrainedModel(wire: wire.model) : nil
        modelName = try check.text(wire.modelName, "model_name")
        samplesPerSecond = try check.amount(wire.samplesPerSecond, "samples_per_second")
        history = try check.list(
            AttemptHistory.self, wire.history, "history", most: JobRecord.mostHistory)
        computedBy = try check.list(
            wire.computedBy, "computed_by", most: WireLimits.mostMembers
        ) { (name) throws(WireError) in _ = try check.node(name, "computed_by") }
        .map { NodeID($0) }
        if wire.hasExchange { exchange = try ExchangeFigures(wire: wire.exchange) }
        checkpoint =
            wire.hasCheckpoint ? try CheckpointReference(wire: wire.checkpoint) : nil
        trial = wire.hasTrial ? try TrialReference(wire: wire.trial) : nil
        beginning = wire.hasBeginning ? try TrainingBeginning(wire: wire.beginning) : nil
        continuation = try check.integer(wire.continuation, "continuation")
        self.command = command
        if wire.hasCommandState { commandState = try CommandState(wire: wire.commandState) }
    }

    private static func work(
        of wire: WireJobRecord, _ command: CommandWork?, _ check: FieldChecks
    ) throws(WireError) -> TrainingWork {
        if let command { return .none(ranks: command.ranks) }
        return try check.required(TrainingWork.self, wire.work, wire.hasWork, "work")
    }

    var wire: WireJobRecord {
        var wire = WireJobRecord()
        wire.id = id.number
        wire.namespace = namespace
        wire.name = name
        wire.run = run
        wire.user = user
        if let hostUser = owner.hostUser { wire.hostUser = hostUser }
        wire.ownsCluster = owner.ownsCluster
        wire.labels = labels.map(\.wire)
        wire.idempotencyKey = idempotencyKey
        if let command {
            wire.command = command.wire
            wire.commandState = commandState.wire
        } else {
            wire.work = work.wire
        }
        wire.requirements = requirements.wire
        wire.submittedAt = submittedAt
        wire.startedAt = startedAt
        wire.finishedAt = finishedAt
        wire.state = state.wire
        wire.reason = reason.wire
        wire.attempt = attempt
        wire.term = term.number
        wire.members = members.map(\.wire)
        wire.coreType = coreType
        wire.fingerprint = fingerprint
        wire.failures = Int64(failures)
        wire.completeRounds = completeRounds
        if let model { wire.model = model.wire }
        wire.modelName = modelName
        wire.samplesPerSecond = samplesPerSecond
        wire.computedBy = computedBy.map(\.name)
        wire.history = history.map(\.wire)
        if exchange != ExchangeFigures() { wire.exchange = exchange.wire }
        if let checkpoint { wire.checkpoint = checkpoint.wire }
        if let trial { wire.trial = trial.wire }
        if let beginning { wire.beginning = beginning.wire }
        wire.continuation = Int64(continuation)
        return wire
    }
}

extension JobState {
    /// The generated case of this state.
    var wire: WireJobState { WireJobState(rawValue: Int(rawValue)) ?? .unspecified }
}

extension Label: WireValue {
    init(wire: WireLabel) throws(WireError) {
        let check = FieldChecks("Label")
        self.init(
            key: try check.text(wire.key, "key", mayBeEmpty: false),
            value: try check.text(wire.value, "value"))
    }

    var wire: WireLabel {
        var wire = WireLabel()
        wire.key = key
        wire.value = value
        return wire
    }
}

extension AttemptHistory: WireValue {
    init(wire: WireAttemptHistory) throws(WireError) {
        let check = FieldChecks("AttemptHistory")
        self.init(
            attempt: wire.attempt,
            term: try check.term(wire.term, "term"),
            endedAt: try check.count(wire.endedAt, "ended_at"),
            node: try check.nodeName(wire.node, "node"),
            reason: try check.required(Reason.self, wire.reason, wire.hasReason, "reason"))
    }

    var wire: WireAttemptHistory {
        var wire = WireAttemptHistory()
        wire.attempt = attempt
        wire.term = term.number
        wire.endedAt = endedAt
        wire.node = node
        wire.reason = reason.wire
        return wire
    }
}
