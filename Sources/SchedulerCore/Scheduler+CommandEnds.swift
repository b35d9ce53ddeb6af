import ClusterVocabulary
import Determinism

/// How a try of a command job ends, and what follows it.
extension Scheduler {
    /// Ends the try when no process of it is left, or none that could run beside another.
    mutating func conclude(_ job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects) {
        guard let entry = jobs[job], let run = entry.commandRun else { return }
        let ending = entry.record.commandState.ending
        let isOver = entry.record.members.allSatisfy { member in
            if run.isOver(on: member.node) { return true }
            // Nothing runs again after a failure or a cancellation: who is silent is told to stop
            // when it is heard again. After a failure its exit and outputs are awaited for a while.
            guard let ending, ending.kind != .retry else { return false }
            guard let node = nodes[member.node] else { return true }
            if node.isReady { return false }
            return ending.kind == .cancel
                || moment.instant - node.lastHeard >= configuration.lostAfter
        }
        guard isOver else { return }
        keepResults(of: job, run)
        switch ending?.kind {
        case nil:
            end(
                job, .succeeded, .succeeded, Reason(.completed, "exit code 0"), moment, &effects)
        case .fail:
            end(job, .failed, .failed, ending?.reason ?? .none, moment, &effects)
        case .cancel:
            end(job, .cancelled, .cancelled, ending?.reason ?? .none, moment, &effects)
        case .retry: tryAgain(job, ending, moment, &effects)
        }
    }

    /// Exit, outputs and values of the try go into the record.
    private mutating func keepResults(of job: JobID, _ run: CommandRun) {
        guard var state = jobs[job]?.record.commandState, let entry = jobs[job] else { return }
        let statuses = entry.record.members.compactMap { member in
            run.statuses[member.node].map { (member.firstReplica, $0) }
        }
        let exits = statuses.compactMap(\.1.exit)
        // The rank that made the others end is told, not those that were killed for it.
        let blamed = statuses.first { $0.1.failure == .program || $0.1.failure == .job }?.1.exit
        state.exit = blamed ?? state.exit ?? exits.first { !$0.isSuccess } ?? exits.first
        state.outputs = statuses.compactMap { first, status in
            status.outputs.map { CommandOutputs(firstRank: first, archive: $0) }
        }
        jobs[job]?.record.commandState = state
    }

    /// Back to waiting, after a pause that grows with every failure.
    private mutating func tryAgain(
        _ job: JobID, _ ending: CommandEnding?, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let ending else { return }
        remember(ending.reason, node: ending.node, of: job, moment)
        guard var entry = jobs[job] else { return }
        let failures =
            entry.record.failures + entry.record.commandState.infrastructureFailures
        let pause = configuration.backOff(after: failures)
        entry.record.commandState.ending = nil
        entry.notBefore = moment.instant + pause
        let reason = Reason(
            .backingOff,
            "tried again in \(pause.wholeMilliseconds) ms, after: \(ending.reason)")
        putBack(job, as: entry, reason, moment, &effects)
    }
}
