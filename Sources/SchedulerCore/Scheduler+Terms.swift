import ClusterVocabulary
import Determinism

/// Terms: who trains a job together, from proposal to stored model.
///
/// proposed ──all answered──▶ training ──a member finished──▶ publishing ──stored──▶ succeeded
///     ▲ any membership change        │                          │
///     └──────────────────────────────┴──────────────────────────┘
/// A round is a pure function, so proposing a term once too often costs time, never bits.
extension Scheduler {
    /// Makes `members` (node and lanes, ordered by node) the next membership and asks them.
    mutating func propose(
        _ job: JobID, members: [(node: NodeID, lanes: Int)], because reason: Reason,
        _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job] else { return }
        let old = entry.record.members
        freeLanes(of: job)
        entry.record.term = entry.record.term.next
        entry.record.members = Scheduler.split(
            replicas: entry.record.work.replicas, over: members)
        entry.record.reason = reason
        entry.phase = .proposed(answers: [:])
        entry.stateHolders = []
        entry.giveUpAt = nil
        entry.expandAfter = moment.instant + configuration.expansionInterval
        if let progress = entry.progress {
            entry.record.completeRounds = max(
                entry.record.completeRounds, progress.completeRounds)
            entry.keepFigures(of: progress)
        }
        jobs[job] = entry
        for member in entry.record.members { takeLanes(member.lanes, for: job, on: member.node) }
        for gone in old where !entry.isMember(gone.node) {
            effects.send(.release(entry.attempt), to: gone.node)
        }
        effects.facts.append(
            LedgerFact(
                kind: .termProposed, job: job, at: moment.wallMilliseconds,
                reason: Reason(
                    reason.code,
                    "term \(entry.record.term) on "
                        + entry.record.members.map(\.node.name).joined(separator: ", ")
                        + (reason.message.isEmpty ? "" : ": \(reason.message)")),
                metrics: [Metric("term", Double(entry.record.term.number))],
                state: entry.record.state))
        effects.changedJobs.append(job)
        for member in entry.record.members { sendPrepare(entry, to: member, &effects) }
    }

    /// Repeats `prepare` of the present term to a member.
    func askAgain(_ job: JobID, _ node: NodeID, _ effects: inout SchedulerEffects) {
        guard let entry = jobs[job],
            let member = entry.record.members.first(where: { $0.node == node })
        else { return }
        sendPrepare(entry, to: member, &effects)
    }

    private func sendPrepare(
        _ entry: JobEntry, to member: TermMember, _ effects: inout SchedulerEffects
    ) {
        var prepare = PrepareTraining(
            attempt: entry.attempt, term: entry.record.term, work: entry.record.work,
            coreType: entry.record.coreType, lanes: member.lanes, jobName: entry.record.fullName)
        if prepare.coreType == KernelFingerprint.anyCoreType {
            // Heartbeats of the present term repeat it, so a node always gets the same.
            prepare.coreType =
                nodes[member.node]?.bestCoreType ?? KernelFingerprint.portableCoreType
        }
        if entry.beginsFromCheckpoint, member.node == entry.record.members.first?.node {
            prepare.checkpoint = entry.record.checkpoint ?? entry.record.beginning?.checkpoint
            if entry.record.checkpoint == nil, let beginning = entry.record.beginning {
                prepare.checkpointJob = beginning.job
            }
        }
        effects.send(.prepare(prepare), to: member.node)
    }

    /// A node's word on one attempt; with `isRepeated` from a heartbeat, otherwise at a change.
    mutating func onStatus(
        _ status: AttemptStatus, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects, isRepeated: Bool = false
    ) {
        guard let entry = jobs[status.attempt.job], entry.attempt == status.attempt,
            entry.isMember(node), entry.record.state == .running
        else {
            // An ended job, an old attempt, or a node that is no member any more.
            effects.send(.release(status.attempt), to: node)
            return
        }
        guard status.term <= entry.record.term else { return }
        switch status.phase {
        case .failed:
            trainerFailed(status, on: node, moment, &effects, isRepeated: isRepeated)
        case .finished, .published:
            // The model of an attempt is the same whatever the term it was finished in.
            guard let model = status.model, agrees(model, from: node, entry, moment, &effects)
            else { return }
            if status.phase == .published {
                onPublished(model, status.attempt.job, moment, &effects)
            } else {
                onFinished(model, status, from: node, moment, &effects, isRepeated: isRepeated)
            }
        case .starting, .prepared, .training:
            switch entry.phase {
            case .idle, .command: break
            case .publishing(let publisher):
                // A term proposed while it finished took the model from it again.
                guard isRepeated, publisher == node else { break }
                goOn(
                    status.attempt.job, Reason(.starting, "\(node) left its finished model"),
                    moment, &effects)
            case .proposed:
                onAnswer(status, from: node, moment, &effects, isRepeated: isRepeated)
            case .training(let go):
                guard isRepeated else { break }
                onHolding(status, from: node, go, moment, &effects)
            }
        }
    }

    /// A heartbeat of a member while the job trains: repeats what it seems to have missed.
    private mutating func onHolding(
        _ status: AttemptStatus, from node: NodeID, _ go: GoTraining?, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let job = status.attempt.job
        guard let term = jobs[job]?.record.term, let begunAt = jobs[job]?.begunAt else { return }
        if status.term == term, status.phase == .training, status.completeRounds >= 0,
            status.completeRounds >= go?.startRound ?? 0
        {
            // A trainer reports rounds of this term only once it has the state they start from.
            jobs[job]?.stateHolders.insert(node)
        }
        if status.term < term {
            if go == nil {
                // The scheduler's last life proposed this term and nobody can have started it.
                jobs[job]?.phase = .proposed(answers: [:])
                askAgain(job, node, &effects)
            } else {
                goOn(job, Reason(.starting, "\(node) missed a start"), moment, &effects)
            }
        } else if status.phase == .prepared {
            // Soon after the start its go was lost; later the member itself stopped, because a
            // peer was silent to it, and asks for a new term.
            if let go, moment.instant - begunAt < configuration.suspectAfter {
                effects.send(.go(go), to: node)
            } else if let go, madeNoRound(job, since: go, status) {
                part(job, complaint: node, go, moment, &effects)
            } else {
                goOn(job, Reason(.starting, "\(node) waited for a start"), moment, &effects)
            }
        }
    }

    private mutating func onAnswer(
        _ status: AttemptStatus, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects, isRepeated: Bool
    ) {
        guard var entry = jobs[status.attempt.job], case .proposed(var answers) = entry.phase
        else { return }
        guard status.term == entry.record.term else {
            if isRepeated { askAgain(status.attempt.job, node, &effects) }
            return
        }
        if status.phase == .training, isRepeated {
            // It trains already under a start given by an earlier life of the scheduler.
            goOn(
                status.attempt.job, Reason(.starting, "\(node) started before the others"), moment,
                &effects)
            return
        }
        guard status.phase == .prepared else { return }
        answers[node] = status
        entry.phase = .proposed(answers: answers)
        jobs[status.attempt.job] = entry
        if answers.count == entry.record.members.count {
            begin(status.attempt.job, answers, moment, &effects)
        }
    }

    /// All members answered: start from the newest round any of them holds complete.
    private mutating func begin(
        _ job: JobID, _ answers: [NodeID: AttemptStatus], _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let newest = answers.values.map(\.completeRounds).max() ?? -1
        if newest < 0, askForCheckpoint(job, moment, &effects) { return }
        if recordInterval(job, at: newest, moment, &effects) { return }
        guard var entry = jobs[job] else { return }
        entry.beginsFromCheckpoint = false
        var source: NodeID?
        var digest = ""
        for member in entry.record.members {
            guard let answer = answers[member.node], answer.completeRounds == newest, newest >= 0
            else { continue }
            if source == nil {
                source = member.node
                digest = answer.stateDigest
            } else if answer.stateDigest != digest {
                end(
                    job, .failed, .failed,
                    Reason(
                        .digestMismatch,
                        "after round \(newest) \(source?.name ?? "") holds \(digest), "
                            + "\(member.node) holds \(answer.stateDigest)"),
                    moment, &effects)
                return
            }
        }
        let go = GoTraining(
            attempt: entry.attempt, term: entry.record.term,
            members: entry.record.members.map { member in
                var addressed = member
                addressed.exchange = answers[member.node]?.exchange ?? .none
                return addressed
            },
            startRound: max(newest, 0), stateSource: source)
        entry.phase = .training(go)
        entry.stateHolders = Set(
            entry.record.members.map(\.node).filter {
                newest < 0 || answers[$0]?.completeRounds == newest
            })
        entry.begunAt = moment.instant
        entry.record.reason = .none
        entry.record.completeRounds = max(newest, 0)
        if let known = entry.progress, known.completeRounds > newest {
            // The newest state died with its holders; people see the way back.
            entry.progress = nil
            entry.progressNode = nil
        }
        entry.expandAfter = moment.instant + configuration.expansionInterval
        jobs[job] = entry
        effects.facts.append(
            LedgerFact(
                kind: .termStarted, job: job, at: moment.wallMilliseconds,
                reason: Reason(.none, "term \(go.term) starts at round \(go.startRound)"),
                metrics: [
                    Metric("startRound", Double(go.startRound)),
                    Metric("term", Double(go.term.number)),
                ],
                state: .running))
        effects.changedJobs.append(job)
        for member in go.members { effects.send(.go(go), to: member.node) }
    }

    mutating func onProgress(
        _ progress: TrainingProgress, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let job = progress.attempt.job
        guard var entry = jobs[job], entry.attempt == progress.attempt, entry.isMember(node),
            entry.record.state == .running
        else { return }
        var progress = progress
        if let computed = progress.computed {
            // Rounds are what they are, whatever the term is by now.
            effects.computed.append(AttemptRounds(attempt: progress.attempt, computed: computed))
            progress.computed = nil
        }
        guard progress.term == entry.record.term else { return }
        if let known = entry.progress, known.completeRounds == progress.completeRounds,
            let knownNode = entry.progressNode, knownNode != node,
            known.stateDigest != progress.stateDigest
        {
            end(
                job, .failed, .failed,
                Reason(
                    .digestMismatch,
                    "after round \(progress.completeRounds) \(knownNode) holds "
                        + "\(known.stateDigest), \(node) holds \(progress.stateDigest)"),
                moment, &effects)
            return
        }
        if case .training(let go?) = entry.phase, progress.completeRounds >= go.startRound {
            jobs[job]?.stateHolders.insert(node)
            entry.stateHolders.insert(node)
        }
        guard progress.completeRounds >= entry.progress?.completeRounds ?? -1 else { return }
        let isNews = progress.completeRounds > entry.progress?.completeRounds ?? -1
        entry.progress = progress
        entry.progressNode = node
        jobs[job] = entry
        guard isNews else { return }
        effects.progress.append(progress)
        considerInterval(job, progress.exchange, moment, &effects)
    }
}
