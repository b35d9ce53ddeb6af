import ClusterVocabulary
import Determinism
import SchedulerCore

/// The checkers: rules of ARCHITECTURE.md ("Invariants"), held against what becomes durable, what
/// is said and what is answered, from outside the cores.
extension SimulatedCluster {
    // MARK: What was acknowledged stands

    /// At a start everything acknowledged has to be on the disk.
    mutating func checkRecovery() {
        for (index, customer) in customers.enumerated() {
            guard let job = customer.job else { continue }
            guard let record = ledger.jobs[job] else {
                note("job \(job) of submission \(index) was acknowledged and is lost")
                continue
            }
            // A command's ranks may still be ending; nothing but the cancellation may follow.
            let isEnding = record.commandState.ending?.kind == .cancel
            if customer.isCancelConfirmed, record.state != .cancelled, !isEnding {
                note("job \(job) was confirmed as cancelled and is \(record.state)")
            }
            if customer.isDeleteConfirmed, !ledger.deleted.contains(job) {
                note("job \(job) was confirmed as deleted and is there")
            }
        }
    }

    // MARK: What the scheduler hears and says

    /// Remembers who answered which proposal.
    mutating func checkHeard(_ event: SchedulerEvent) {
        guard case .message(let node, let message) = event else { return }
        switch message {
        case .status(let status): hear(status, from: node)
        case .heartbeat(let heartbeat): for status in heartbeat.held { hear(status, from: node) }
        default: break
        }
    }

    private mutating func hear(_ status: AttemptStatus, from node: NodeID) {
        guard status.phase == .prepared else { return }
        let membership = CheckerState.Membership(attempt: status.attempt, term: status.term)
        checks.answers[membership, default: [:]][node] = status.completeRounds
    }

    /// Nothing of an old attempt or term is taken over: `before` is the record of the job an
    /// event speaks of, before the step.
    mutating func checkStep(_ effects: SchedulerEffects, before: JobRecord?) {
        for progress in effects.progress {
            let job = progress.attempt.job
            guard let before, before.id == job else {
                note("progress of the unknown job \(job) was accepted")
                continue
            }
            if before.attempt != progress.attempt.number || before.term != progress.term {
                note("job \(job): progress of an old attempt or term was accepted")
            }
        }
    }

    /// A membership begins once, with every member's answer to that very proposal, at the newest
    /// round any of them has.
    mutating func checkSent(_ message: SchedulerMessage, to node: NodeID) {
        guard case .go(let go) = message else { return }
        let job = go.attempt.job
        let membership = CheckerState.Membership(attempt: go.attempt, term: go.term)
        if let known = checks.starts[membership] {
            if known != go { note("job \(job): term \(go.term) began in two ways") }
            return
        }
        checks.starts[membership] = go
        let answers = checks.answers[membership] ?? [:]
        for member in go.members where answers[member.node] == nil {
            note("job \(job): term \(go.term) began without \(member.node)'s answer")
        }
        let newest = go.members.compactMap { answers[$0.node] }.max() ?? -1
        if go.startRound != max(newest, 0) {
            note("job \(job): term \(go.term) began at \(go.startRound), the newest is \(newest)")
        }
    }

    // MARK: What becomes durable

    /// A batch before it is applied: legal moves, attempts and terms that only grow, models that
    /// are right.
    mutating func checkBatch(_ batch: SimulatedBatch) {
        for fact in batch.facts { checkFact(fact) }
        for record in batch.jobs {
            checkRecord(record)
            checkCommand(record)
        }
        checkDuties(batch)
        for model in batch.models { checkModel(model, in: batch) }
    }

    private mutating func checkFact(_ fact: LedgerFact) {
        guard fact.job.number > 0 else { return }
        guard let state = fact.state else {
            note("a fact of job \(fact.job) has no state")
            return
        }
        guard var line = checks.folded[fact.job] else {
            if fact.kind != .submitted || state != .pending {
                note("job \(fact.job) begins with \(fact.kind)")
            }
            checks.folded[fact.job] = CheckerState.Line(state: state, term: 0)
            return
        }
        if fact.kind == .submitted { note("job \(fact.job) was submitted twice") }
        if state != line.state, !line.state.canBecome(state) {
            note("job \(fact.job) went from \(line.state) to \(state)")
        }
        line.state = state
        if fact.kind == .attemptStarted {
            let number = fact.metrics.first { $0.name == "attempt" }.map { UInt64($0.value) } ?? 0
            if number <= line.term { note("job \(fact.job) began try \(number) again") }
            line.term = number
        }
        if fact.kind == .termProposed {
            let term = fact.metrics.first { $0.name == "term" }.map { UInt64($0.value) } ?? 0
            if term <= line.term { note("job \(fact.job) proposed term \(term) again") }
            line.term = term
        }
        checks.folded[fact.job] = line
    }

    private mutating func checkRecord(_ record: JobRecord) {
        if let other = checks.names[record.fullName], other != record.id {
            note("\(record.fullName) is job \(other) and job \(record.id)")
        }
        checks.names[record.fullName] = record.id
        guard let known = ledger.jobs[record.id] else { return }
        if known.state.isFinal, known != record {
            note("job \(record.id) changed after it had ended")
        }
        if record.attempt < known.attempt || record.term < known.term {
            note("job \(record.id) went back in attempts or terms")
        }
        if known.work.stepsPerRound != 0, known.work != record.work {
            note("job \(record.id): what is trained changed")
        }
        if !known.fingerprint.isEmpty, known.fingerprint != record.fingerprint {
            note("job \(record.id): its frozen kernel changed")
        }
    }

    /// Nobody becomes a member on a node that is out of service all the while.
    private mutating func checkDuties(_ batch: SimulatedBatch) {
        for record in batch.jobs {
            let known = ledger.jobs[record.id]?.members.map(\.node) ?? []
            for member in record.members where !known.contains(member.node) {
                guard let before = ledger.nodes[member.node], before.assignment.duty != .open
                else { continue }
                // Several decisions may be committed at once.
                let wasOpen = batch.nodes.contains {
                    $0.description.node == member.node && $0.assignment.duty == .open
                }
                // Opened, given work and deleted at once: what is written last of it is its end.
                if !wasOpen, !batch.removedNodes.contains(member.node) {
                    note("job \(record.id) came to \(member.node), which takes no work")
                }
            }
        }
    }

    private mutating func checkModel(_ model: ModelRecord, in batch: SimulatedBatch) {
        guard let record = batch.jobs.first(where: { $0.id == model.job }) else {
            note("a model of job \(model.job) without its record")
            return
        }
        let expected = SimulatedTrainer.expectedModel(of: record.work)
        if model.model.weightsDigest != expected {
            note("job \(model.job): model \(model.model.weightsDigest), expected \(expected)")
        }
        if model.model.descriptionDigest != "attempt \(record.attempt)" {
            note(
                "job \(model.job): a model of \(model.model.descriptionDigest) was taken in "
                    + "attempt \(record.attempt)")
        }
        if !storedModels.contains(model.model.weightsDigest) {
            note("job \(model.job): its model was recorded before it was stored")
        }
        if ledger.models.contains(where: { $0.job == model.job }) {
            note("job \(model.job) has several models")
        }
    }

    /// The ledger after a batch: facts and records agree, no node is promised twice, and a start
    /// from here would find a sound state.
    mutating func checkLedger(_ batch: SimulatedBatch) {
        for record in batch.jobs {
            guard let line = checks.folded[record.id] else {
                note("job \(record.id) has a record and no facts")
                continue
            }
            if line != CheckerState.Line(state: record.state, term: record.term.number) {
                note("job \(record.id): facts end in \(line), the record says \(record.state)")
            }
        }
        if !batch.jobs.isEmpty { checkCapacity() }
        if ledger.commits.isMultiple(of: 32) { checkPrefix() }
    }

    private mutating func checkCapacity() {
        var used: [NodeID: ResourceAmount] = [:]
        for id in ledger.jobs.keys.sorted() {
            guard let record = ledger.jobs[id], record.state == .running else { continue }
            for member in record.members {
                used[member.node] =
                    (used[member.node] ?? .zero) + record.requirements.perLane.times(member.lanes)
            }
        }
        for node in used.keys.sorted() {
            guard let record = ledger.nodes[node], let taken = used[node] else {
                if !ledger.removedNodes.contains(node) {
                    note("\(node) holds work and is not in the ledger")
                }
                continue
            }
            let free = record.description.capacity - taken
            if free.milliCPU < 0 || free.memoryBytes < 0 { note("\(node) is promised twice") }
        }
    }

    /// A start from this prefix of the ledger gives the records it holds, and sound tables.
    private mutating func checkPrefix() {
        let core = recoveredScheduler()
        for sentence in core.checkInvariants() { note("a start from here: \(sentence)") }
        for (id, record) in ledger.jobs where !ledger.deleted.contains(id) {
            if core.record(of: id) != record { note("job \(id): a start from here changes it") }
        }
    }
}
