import ClusterVocabulary
import Determinism

/// What nodes say, and their falling silent.
extension Scheduler {
    mutating func onMessage(
        _ message: WorkerMessage, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        if case .register(let description) = message {
            onRegister(description, from: node, moment, &effects)
            return
        }
        guard var entry = nodes[node], entry.record.state != .left,
            entry.record.state != .awaited
        else {
            // Unknown since this start: the worker registers when it is told so.
            effects.send(
                .refused(Reason(.notFound, "node \(node) is not registered; register first")),
                to: node)
            return
        }
        entry.lastHeard = moment.instant
        let returned = entry.record.state == .suspect
        if returned {
            entry.record.state = .ready
            needsPlacement = true
            effects.nodes.append(entry.record)
        }
        nodes[node] = entry
        if returned { onReturn(of: node, moment, &effects) }
        switch message {
        case .register: break
        case .heartbeat(let heartbeat): onHeartbeat(heartbeat, from: node, moment, &effects)
        case .status(let status): onStatus(status, from: node, moment, &effects)
        case .progress(let progress): onProgress(progress, from: node, moment, &effects)
        case .staged(let staged): onStaged(staged, from: node, moment, &effects)
        case .log(let line):
            if let job = jobs[line.attempt.job], job.attempt == line.attempt {
                effects.logs.append(line)
            }
        case .checkpointed(let written): onCheckpointed(written, from: node, moment, &effects)
        case .command(let status):
            onCommandStatus(status, from: node, moment, &effects, isRepeated: false)
        case .output(let output): onCommandOutput(output, from: node, &effects)
        case .leaving:
            loseNode(node, .left, Reason(.replaced, "the node stopped"), moment, &effects)
        }
    }

    private mutating func onRegister(
        _ description: NodeDescription, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let known = nodes[node]
        if let reason = registrationRefusal(description, from: node) {
            effects.send(.refused(reason), to: node)
            return
        }
        if let known, known.record.description.incarnation != description.incarnation,
            known.record.state != .left
        {
            // A new life holds nothing of the old one.
            loseNode(
                node, .left, Reason(.replaced, "the worker on \(node) restarted"), moment, &effects)
        }
        if let known, known.record.description.isEarlierBoot(of: description) {
            machineBooted(node, moment, &effects)
        }
        var entry =
            nodes[node]
            ?? NodeEntry(
                record: NodeRecord(
                    description: description, state: .ready,
                    registeredAt: moment.wallMilliseconds),
                lastHeard: moment.instant)
        let isNews = entry.record.state != .ready || known == nil
        entry.record.description = description
        entry.record.description.heldDatasets = []
        entry.record.state = .ready
        entry.record.registeredAt = moment.wallMilliseconds
        entry.lastHeard = moment.instant
        entry.leaseExtension = .zero
        entry.staging = [:]
        entry.datasets = [:]
        for key in description.heldDatasets.prefix(NodeDescription.mostDatasets) {
            entry.datasets[key] = 0
        }
        nodes[node] = entry
        if known == nil { bookCommands(on: node) }
        onReturn(of: node, moment, &effects)
        if known == nil {
            nodeOrder.append(node)
            nodeOrder.sort()
        }
        needsPlacement = true
        if isNews {
            effects.facts.append(
                LedgerFact(
                    kind: .nodeRegistered, node: node.name, at: moment.wallMilliseconds,
                    reason: Reason(.none, "version \(description.version)")))
        }
        effects.nodes.append(entry.record)
        effects.send(
            .welcome(
                Welcome(
                    scheduler: incarnation,
                    heartbeatMilliseconds: configuration.heartbeatInterval.wholeMilliseconds,
                    suspectMilliseconds: configuration.suspectAfter.wholeMilliseconds,
                    artifactEndpoint: artifactEndpoint, worker: description.incarnation)),
            to: node)
    }

    /// Why a node may not register; `nil` when it may.
    private func registrationRefusal(_ description: NodeDescription, from node: NodeID) -> Reason? {
        if description.node != node {
            return Reason(.invalid, "the connection belongs to \(node), not \(description.node)")
        }
        guard NodeDescription.protocols.contains(description.protocolVersion) else {
            return Reason(
                .invalid,
                "the worker speaks protocol \(description.protocolVersion), this scheduler "
                    + NodeDescription.protocols.map { "\($0)" }.joined(separator: " and ")
                    + "; install the same release")
        }
        if nodes[node] == nil, nodeOrder.count >= configuration.mostNodes {
            return Reason(.limitReached, "\(configuration.mostNodes) nodes are registered")
        }
        return nil
    }

    /// Reconciles what the node holds with what it should hold: whatever was lost is said again.
    private mutating func onHeartbeat(
        _ heartbeat: Heartbeat, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = nodes[node] else { return }
        guard heartbeat.incarnation == entry.record.description.incarnation else {
            effects.send(
                .refused(Reason(.replaced, "node \(node) has another life now; register again")),
                to: node)
            return
        }
        effects.send(.heartbeatAcknowledged(sequence: heartbeat.sequence), to: node)
        var held: Set<JobID> = []
        for status in heartbeat.held {
            if jobs[status.attempt.job]?.attempt == status.attempt {
                held.insert(status.attempt.job)
            }
            onStatus(status, from: node, moment, &effects, isRepeated: true)
        }
        for job in entry.lanes.keys.sorted() where !held.contains(job) {
            onNotHeld(job, by: node, moment, &effects)
        }
        reconcileCommands(heartbeat, from: node, moment, &effects)
    }

    private mutating func onStaged(
        _ staged: DatasetStaged, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        nodes[node]?.staging[staged.key] = nil
        nodes[node]?.stagingProblems[staged.key] = nil
        if staged.isHeld {
            let isNews = nodes[node]?.datasets[staged.key] != staged.rows
            let count = nodes[node]?.datasets.count ?? 0
            guard isNews, count < NodeDescription.mostDatasets else { return }
            nodes[node]?.datasets[staged.key] = staged.rows
            needsPlacement = true
            return
        }
        nodes[node]?.datasets[staged.key] = nil
        guard staged.reason.code == .badData else {
            // A host's own trouble: asked again after the staging interval.
            nodes[node]?.staging[staged.key] = moment.instant
            nodes[node]?.stagingProblems[staged.key] = staged.reason
            return
        }
        for job in waiting.reading(staged.key, among: jobs) {
            end(job, .failed, .failed, staged.reason, moment, &effects)
        }
    }

    mutating func onDisconnected(
        _ node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = nodes[node], entry.isReady else { return }
        loseNode(
            node, .suspect, Reason(.silent, "the connection to \(node) closed"), moment, &effects)
    }

    /// A node is gone for now (`suspect`) or for good (`left`): its replicas move.
    mutating func loseNode(
        _ node: NodeID, _ state: NodeState, _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard var entry = nodes[node] else { return }
        entry.record.state = state
        entry.staging = [:]
        nodes[node] = entry
        effects.nodes.append(entry.record)
        effects.facts.append(
            LedgerFact(
                kind: .nodeLost, node: node.name, at: moment.wallMilliseconds, reason: reason))
        for job in entry.lanes.keys.sorted() {
            memberLost(job, node, reason, moment, &effects)
        }
        needsPlacement = true
    }

    mutating func onWake(_ moment: Moment, _ effects: inout SchedulerEffects) {
        let now = moment.instant
        let silent = nodeOrder.compactMap { id in silenceReason(of: id, now).map { (id, $0) } }
        // All first: a job must not move to a member that fell silent in the same moment.
        for (id, _) in silent { nodes[id]?.record.state = .suspect }
        for (id, reason) in silent { loseNode(id, .suspect, reason, moment, &effects) }
        for job in limited { checkTimeLimit(of: job, moment, &effects) }
        for job in running {
            checkReturn(of: job, moment, &effects)
            checkLeases(of: job, moment, &effects)
        }
        wakeResting(moment)
        if waiting.runnableCount > 0 || !running.isEmpty { needsPlacement = true }
        sweepRetention(moment, &effects)
    }

    /// Why a node's lease is over; `nil` while it holds.
    private func silenceReason(of id: NodeID, _ now: LogicalInstant) -> Reason? {
        guard let node = nodes[id] else { return nil }
        let silence = now - node.lastHeard
        switch node.record.state {
        case .ready where silence > configuration.suspectAfter:
            return Reason(.silent, "nothing heard of \(id) for \(silence.wholeMilliseconds) ms")
        case .awaited where silence > configuration.registrationGrace:
            return Reason(.silent, "\(id) did not register again after the scheduler's start")
        default: return nil
        }
    }

    private mutating func checkTimeLimit(
        of job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], let limit = entry.timeLimitAt, moment.instant >= limit else {
            return
        }
        let seconds = entry.record.requirements.timeLimitSeconds
        let reason = Reason(.timeLimit, "runPolicy.timeLimit of \(seconds) s passed")
        if entry.commandRun != nil {
            // Its ranks may be ending already; only another try is still to be prevented.
            guard entry.record.commandState.ending.map({ $0.kind == .retry }) ?? true else {
                return
            }
            beginEnding(job, CommandEnding(.fail, reason), moment, &effects)
            return
        }
        end(job, .failed, .failed, reason, moment, &effects)
    }

    private mutating func checkReturn(
        of job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let giveUpAt = jobs[job]?.giveUpAt, moment.instant >= giveUpAt else { return }
        goOn(
            job, Reason(.nodesLost, "nodes that held the job did not come back"), moment, &effects)
    }

    /// The most jobs one step deletes for their age.
    private static let mostExpiredAtOnce = 1_000

    /// Deletes ended jobs whose time to live passed; looked at once a minute.
    private mutating func sweepRetention(_ moment: Moment, _ effects: inout SchedulerEffects) {
        guard moment.instant - lastRetentionSweep >= .seconds(60) else { return }
        let expired = expiring.takeExpired(
            at: moment.wallMilliseconds, most: Scheduler.mostExpiredAtOnce)
        // A full batch is followed by the next one at the next wake.
        if expired.count < Scheduler.mostExpiredAtOnce { lastRetentionSweep = moment.instant }
        for job in expired {
            forget(
                job, Reason(.timeLimit, "runPolicy.ttlAfterFinished passed"), moment, &effects)
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension Int64 {
    /// The product, or the largest value when it does not fit.
    func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
