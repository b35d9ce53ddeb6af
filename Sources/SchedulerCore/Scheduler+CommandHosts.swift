import ClusterVocabulary
import Determinism

/// Command jobs and their hosts: where ranks fit, what a node holds, and losing contact.
extension Scheduler {
    /// Nodes with room for all ranks at once, roomiest first; `nil` when there is none.
    func placeGang(
        _ job: JobID, among ready: [NodeID], _ moment: Moment
    ) -> [(node: NodeID, lanes: Int)]? {
        guard let entry = jobs[job], let work = entry.record.command else { return nil }
        let offers = ready.compactMap { id -> (node: NodeID, lanes: Int)? in
            guard let node = nodes[id], node.record.description.runsCommands,
                entry.record.owner.mayRun(underWorkerOf: node.record.description.workerUser),
                entry.avoided[id].map({ $0 <= moment.instant }) ?? true
            else { return nil }
            let lanes = node.free.fitting(entry.record.requirements.perLane)
            return lanes > 0 ? (id, lanes) : nil
        }
        let limit = entry.record.requirements.mostHosts
        let mostHosts = limit > 0 ? limit : Int.max
        var left = work.ranks
        var taken: [(node: NodeID, lanes: Int)] = []
        // The fullest node that takes all ranks alone keeps the others free for larger jobs.
        let alone = offers.filter { $0.lanes >= left }.min {
            ($0.lanes, $0.node) < ($1.lanes, $1.node)
        }
        if let alone { return [(alone.node, left)] }
        for offer in offers.sorted(by: { ($1.lanes, $0.node) < ($0.lanes, $1.node) })
        where left > 0 && taken.count < mostHosts {
            let lanes = min(left, offer.lanes)
            taken.append((offer.node, lanes))
            left -= lanes
        }
        return left == 0 ? taken.sorted { $0.node < $1.node } : nil
    }

    /// What a node lacks to take a rank of a waiting command job.
    func lack(of node: NodeEntry, _ id: NodeID, forCommand entry: JobEntry) -> Reason {
        guard node.record.description.runsCommands else {
            return Reason(.noSupervisor, "\(id) cannot run commands: its supervisor is not there")
        }
        if let worker = node.record.description.workerUser,
            !entry.record.owner.mayRun(underWorkerOf: worker)
        {
            return entry.record.owner.refusal(
                of: entry.record.user, on: id, underWorkerOf: worker)
        }
        if let until = entry.avoided[id], until > lastStep {
            return Reason(
                .hostFault,
                "\(id) failed the job\(lastCause(of: entry.record, on: id)) and is tried again in "
                    + "\((until - lastStep).wholeMilliseconds) ms")
        }
        let need = entry.record.requirements.perLane
        let ranks = entry.record.command?.ranks ?? 1
        let fits = node.free.fitting(need)
        if fits >= ranks { return .none }
        let have =
            "\(id) has room for \(fits) of \(ranks) ranks: \(node.free.milliCPU)m of "
            + "\(node.record.description.capacity.milliCPU)m cpu and "
            + "\(node.free.memoryBytes >> 20) of "
            + "\(node.record.description.capacity.memoryBytes >> 20) MiB free, a rank needs "
            + "\(need.milliCPU)m and \(need.memoryBytes >> 20) MiB"
        let isMemory = node.free.memoryBytes < need.memoryBytes
        return Reason(isMemory ? .notEnoughMemory : .notEnoughCPU, have)
    }

    /// A heartbeat lists what the node holds: whatever is missing is said again or is gone.
    mutating func reconcileCommands(
        _ heartbeat: Heartbeat, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        if heartbeat.knowsCommands, var record = nodes[node]?.record,
            !record.description.runsCommands
        {
            // Its registration as one that does may be lost behind the welcome to an earlier one.
            record.description.runsCommands = true
            nodes[node]?.record = record
            effects.nodes.append(record)
            needsPlacement = true
        }
        var held: Set<JobID> = []
        for status in heartbeat.commands {
            if jobs[status.attempt.job]?.attempt == status.attempt {
                held.insert(status.attempt.job)
            }
            onCommandStatus(status, from: node, moment, &effects, isRepeated: true)
        }
        guard heartbeat.knowsCommands, let booked = nodes[node]?.lanes.keys.sorted() else {
            return
        }
        for job in booked where !held.contains(job) {
            onCommandNotHeld(job, by: node, moment, &effects)
        }
    }

    /// A heartbeat does not list a try its node should hold.
    ///
    /// It may be older than the order, or than the node's own word of the try. So nothing is taken
    /// for gone by it: a try that is being ended is over when the node says so, which it does for
    /// one it never saw, too.
    private mutating func onCommandNotHeld(
        _ job: JobID, by node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], var run = entry.commandRun, !run.isOver(on: node) else {
            return
        }
        if entry.record.commandState.ending != nil {
            stopRanks(of: job, on: node, &effects)
        } else if (run.statuses[node]?.phase ?? .preparing) >= .running {
            let since = run.missingSince[node] ?? moment.instant
            run.missingSince[node] = since
            jobs[job]?.phase = .command(run)
            guard moment.instant - since >= configuration.suspectAfter else { return }
            hostFailed(
                job, node, Reason(.hostLost, "\(node) does not hold the job any more"), moment,
                &effects)
        } else {
            // The order was lost. Were it not, the supervisor would start nothing twice.
            sendOrder(job, to: node, &effects)
        }
    }

    /// A node with ranks is not heard any more: they go on there until its lease is over.
    mutating func commandHostSilent(
        _ job: JobID, _ node: NodeID, _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], let work = entry.record.command else { return }
        if entry.record.commandState.ending == nil {
            let limit = work.restartAfterSeconds
            jobs[job]?.record.reason = Reason(
                .silent,
                "\(reason.message); its ranks go on there"
                    + (limit > 0 ? ", and run again after \(limit) s without a word" : ""))
            effects.changedJobs.append(job)
        }
        conclude(job, moment, &effects)
    }

    /// A node is heard again: its ranks never stopped.
    mutating func commandHostReturned(
        _ job: JobID, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], entry.commandRun != nil,
            entry.record.reason.code == .silent,
            entry.record.members.allSatisfy({ nodes[$0.node]?.isReady ?? false })
        else { return }
        jobs[job]?.record.reason = .none
        effects.changedJobs.append(job)
    }

    /// The machine of a node booted anew: nothing of what ran there can be left.
    mutating func machineBooted(
        _ node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        for job in nodes[node]?.lanes.keys.sorted() ?? [] {
            loseRanks(
                of: job, on: node, Reason(.hostLost, "\(node) booted anew"), moment, &effects)
        }
    }

    /// Takes silent members for lost once nothing of the job can run there any more.
    mutating func checkLeases(
        of job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], let run = entry.commandRun, let work = entry.record.command
        else { return }
        // Of a failed try, what silent members could still tell is awaited for a while only.
        if entry.record.commandState.ending?.kind == .fail { conclude(job, moment, &effects) }
        guard work.restartAfterSeconds > 0 else { return }
        let lease =
            Duration.seconds(work.restartAfterSeconds)
            + .seconds(CommandLease.marginSeconds(restartAfter: work.restartAfterSeconds))
        for member in entry.record.members where !run.isOver(on: member.node) {
            if let end = run.leftAt[member.node], moment.instant >= end {
                let reason = Reason(.requested, "the node \(member.node) was deleted")
                loseRanks(of: job, on: member.node, reason, moment, &effects)
                continue
            }
            guard let node = nodes[member.node], !node.isReady,
                moment.instant - node.lastHeard >= lease + node.leaseExtension
            else { continue }
            loseRanks(
                of: job, on: member.node,
                Reason(
                    .hostLost,
                    "nothing heard of \(member.node) for "
                        + "\((moment.instant - node.lastHeard).wholeMilliseconds / 1_000) s, "
                        + "onHostLost.restartAfter is \(work.restartAfterSeconds) s"),
                moment, &effects)
        }
    }

    /// A person deleted a node with ranks: it cannot tell their end any more, so its lease decides.
    /// Where there is none, the deletion itself says that nothing of it is left.
    mutating func commandHostRemoved(
        _ job: JobID, _ node: NodeID, lastHeard: LogicalInstant, _ reason: Reason,
        _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let work = jobs[job]?.record.command, let run = jobs[job]?.commandRun,
            !run.isOver(on: node)
        else { return }
        let limit = work.restartAfterSeconds
        guard limit > 0 else {
            loseRanks(of: job, on: node, reason, moment, &effects)
            return
        }
        jobs[job]?.commandRun?.leftAt[node] =
            lastHeard + .seconds(limit + CommandLease.marginSeconds(restartAfter: limit))
        if jobs[job]?.record.commandState.ending == nil {
            hostFailed(job, node, reason, moment, &effects)
        } else {
            conclude(job, moment, &effects)
        }
    }

    /// A node is here again under a name that members still hold: a deleted one that joined anew.
    mutating func bookCommands(on node: NodeID) {
        for job in running {
            guard let entry = jobs[job], entry.commandRun != nil,
                let member = entry.record.members.first(where: { $0.node == node }),
                nodes[node]?.lanes[job] == nil
            else { continue }
            // It tells itself what is left there.
            jobs[job]?.commandRun?.leftAt[node] = nil
            takeLanes(member.lanes, for: job, on: node)
        }
    }

    /// Counts the ranks on a node as over: it will tell nothing of them any more.
    mutating func loseRanks(
        of job: JobID, on node: NodeID, _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard var run = jobs[job]?.commandRun, !run.isOver(on: node) else { return }
        run.gone.insert(node)
        jobs[job]?.phase = .command(run)
        if jobs[job]?.record.commandState.ending == nil {
            hostFailed(job, node, reason, moment, &effects)
        } else {
            conclude(job, moment, &effects)
        }
    }

    /// Values a command printed become the job's measurements, as those of training are. They are
    /// durable before the piece they come from is stored and answered, and taken once however
    /// often that comes.
    mutating func onCommandOutput(
        _ output: CommandOutput, from node: NodeID, _ effects: inout SchedulerEffects
    ) {
        let job = output.attempt.job
        guard var entry = jobs[job], entry.attempt == output.attempt, entry.isMember(node),
            entry.commandRun != nil
        else { return }
        var state = entry.record.commandState
        let known = state.measuredPosition
        // Values are those of rank 0.
        for measurement in output.measurements
        where output.rank == 0 && measurement.position > known {
            state.take(measurement)
            var report = TrainingProgress(
                attempt: output.attempt, term: entry.record.term,
                completeRounds: state.measurements, totalRounds: 0, stateDigest: "", samples: 0,
                samplesPerSecond: 0, trainLoss: .nan, epoch: state.epoch, metrics: state.metrics)
            entry.progress = report
            entry.progressNode = node
            // What is shown and kept as a curve are the values of this line.
            report.metrics = measurement.metrics
            effects.progress.append(report)
        }
        if state != entry.record.commandState {
            entry.record.commandState = state
            jobs[job] = entry
            effects.changedJobs.append(job)
        }
        effects.measured.append(
            .init(node: node, attempt: output.attempt, rank: output.rank, position: output.end))
    }
}

extension CommandState {
    /// `epoch` as the command printed it: how far it is.
    fileprivate var epoch: Int64 {
        let value = metrics.first { $0.name == "epoch" }?.value ?? 0
        return max(0, Int64(exactly: value.rounded()) ?? 0)
    }

    /// Takes the values of a line over.
    fileprivate mutating func take(_ measurement: CommandMeasurement) {
        measurements += 1
        measuredPosition = max(measuredPosition, measurement.position)
        for metric in measurement.metrics {
            if let known = metrics.firstIndex(where: { $0.name == metric.name }) {
                metrics[known] = metric
            } else if metrics.count < Metric.most {
                metrics.append(metric)
                metrics.sort { $0.name < $1.name }
            }
        }
    }
}
