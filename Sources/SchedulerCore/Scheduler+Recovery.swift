package import ClusterVocabulary
import Determinism

/// What a scheduler knows after a start, before it hears anybody: the ledger's projections.
package struct RecoveredState: Sendable {
    /// All jobs that were not deleted.
    package var jobs: [JobRecord]
    /// All nodes.
    package var nodes: [NodeRecord]
    /// All models.
    package var models: [ModelRecord]
    /// The number after the last one ever given.
    package var nextJob: JobID
    /// The last run by `namespace/name`, deleted jobs included.
    package var lastRuns: [String: UInt32]
    /// Jobs by `namespace/key`, deleted jobs included.
    package var jobsByKey: [String: JobID]

    /// Makes the state.
    package init(
        jobs: [JobRecord], nodes: [NodeRecord], models: [ModelRecord], nextJob: JobID,
        lastRuns: [String: UInt32], jobsByKey: [String: JobID]
    ) {
        self.jobs = jobs
        self.nodes = nodes
        self.models = models
        self.nextJob = nextJob
        self.lastRuns = lastRuns
        self.jobsByKey = jobsByKey
    }
}

extension Scheduler {
    /// Takes over a ledger's state; to be called once, before the first step.
    ///
    /// Running jobs stay running: their nodes are awaited for
    /// ``SchedulerConfiguration/registrationGrace`` and everything that should be said to them is
    /// derived again from what they report. The time limit of a running job counts anew, because
    /// no wall clock is trusted.
    package mutating func recover(_ state: RecoveredState, at moment: Moment) {
        precondition(jobs.isEmpty && nodes.isEmpty, "recovery comes before the first step")
        nextJob = state.nextJob
        lastRun = state.lastRuns
        jobOfKey = state.jobsByKey
        for model in state.models {
            let key = "\(model.namespace)/\(model.name)"
            modelVersions[key] = max(modelVersions[key] ?? 0, model.version)
        }
        for record in state.nodes {
            var entry = NodeEntry(record: record, lastHeard: moment.instant)
            entry.leaseExtension = configuration.restoredLease
            if record.state != .left { entry.record.state = .awaited }
            resumeDrain(&entry, moment)
            nodes[record.description.node] = entry
        }
        nodeOrder = nodes.keys.sorted()
        for record in state.jobs.sorted(by: { $0.id < $1.id }) {
            var entry = JobEntry(record: record)
            switch record.state {
            case .pending:
                if record.startedAt > 0 { resumeTimeLimit(&entry, moment) }
                if record.reason.code == .backingOff {
                    // How much of the pause has passed is not known on this clock.
                    entry.notBefore =
                        moment.instant
                        + configuration.backOff(
                            after: record.failures
                                + record.commandState.infrastructureFailures)
                    resting.append(record.id)
                }
                if let line = waiting.insert(record.id, entry) { freshLines.append(line) }
            case .running:
                running.append(record.id)
                entry.phase = record.command == nil ? .training(nil) : .command(CommandRun())
                entry.expandAfter = moment.instant + configuration.registrationGrace
                resumeTimeLimit(&entry, moment)
                awaitDeletedHosts(of: &entry, moment)
                if record.command == nil, record.members.contains(where: { !stands($0) }) {
                    entry.giveUpAt = moment.instant + configuration.lostAfter
                }
            case .succeeded, .failed, .cancelled: expiring.insert(record)
            }
            jobs[record.id] = entry
            for member in record.members {
                takeLanes(member.lanes, for: record.id, on: member.node)
            }
        }
        needsPlacement = true
    }

    /// Ranks on nodes that were deleted get a whole lease, as those on any other node.
    private func awaitDeletedHosts(of entry: inout JobEntry, _ moment: Moment) {
        guard let work = entry.record.command else { return }
        let limit = work.restartAfterSeconds
        let lease = limit > 0 ? limit + CommandLease.marginSeconds(restartAfter: limit) : 0
        for member in entry.record.members where nodes[member.node] == nil {
            entry.commandRun?.leftAt[member.node] = moment.instant + .seconds(lease)
        }
    }

    /// Counts the whole limit anew: what passed before the restart is not known on this clock.
    private mutating func resumeTimeLimit(_ entry: inout JobEntry, _ moment: Moment) {
        let limit = entry.record.requirements.timeLimitSeconds
        guard limit > 0 else { return }
        entry.timeLimitAt = moment.instant + .seconds(limit)
        limited.append(entry.record.id)
    }
}
