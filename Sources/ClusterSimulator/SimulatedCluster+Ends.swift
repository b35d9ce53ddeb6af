import ClusterVocabulary
import Determinism
import SchedulerCore
import WorkerCore

/// The end of a simulation: what had to end has ended well, and nothing is left over.
extension SimulatedCluster {
    mutating func checkEnds() {
        guard broken.isEmpty else { return }
        checkRecovery()
        guard isDone else {
            note("stuck:\n\(account())")
            return
        }
        for customer in customers { checkEnd(of: customer) }
        for node in scheduler?.nodeSummaries() ?? [] where node.used != .zero {
            note("\(node.record.description.node) still books \(node.used)")
        }
        let succeeded = ledger.jobs.values.count {
            $0.state == .succeeded && $0.command == nil
        }
        if ledger.models.count != succeeded {
            note("\(succeeded) jobs succeeded, there are \(ledger.models.count) models")
        }
        if ledger.jobs.count != customers.count {
            note("\(customers.count) submissions became \(ledger.jobs.count) jobs")
        }
    }

    private mutating func checkEnd(of customer: Customer) {
        guard let job = customer.job, let record = ledger.jobs[job] else { return }
        if !customer.legalEnds.contains(record.state) {
            note(
                "\(record.fullName) (\(customer.kind)) ended as \(record.state): \(record.reason)")
        }
        let reason = record.reason.code
        switch (customer.kind, record.state) {
        case (.fragile, .failed) where reason != .backoffLimit,
            (.limited, .failed) where reason != .timeLimit,
            (.unreadable, .failed) where reason != .badData && reason != .cannotStart,
            (.failing, .failed) where reason != .commandFailed:
            note("\(record.fullName) failed for the wrong reason: \(record.reason)")
        case (.oversized, _):
            let why = scheduler?.explain(job)?.reason.code ?? .none
            if why == .none || why == .queued {
                note("\(record.fullName) waits without a reason")
            }
        default: break
        }
    }

    /// Every job that has not ended with all that is known of it, and every node, for people.
    private func account() -> String {
        guard let scheduler else { return "the scheduler is down" }
        var lines: [String] = []
        for customer in customers {
            guard let job = customer.job, let record = scheduler.record(of: job) else {
                lines.append("a \(customer.kind) submission is unanswered or gone")
                continue
            }
            guard !record.state.isFinal else { continue }
            let members = record.members.map { "\($0.node) on \($0.lanes)" }
            lines.append(
                "\(record.fullName) (\(customer.kind)) \(record.state.word) #\(record.attempt) "
                    + "term \(record.term) \(members) \(record.reason)")
            if let explanation = scheduler.explain(job) { lines.append("  \(explanation.reason)") }
        }
        for node in scheduler.nodeSummaries() {
            lines.append(
                "\(node.record.description.node) \(node.record.state.word), uses "
                    + "\(node.used.milliCPU)m for \(node.jobs)")
        }
        for host in hosts {
            for id in host.supervisor.taskOrder {
                let state = host.supervisor.tasks[id]?.state
                lines.append(
                    "\(host.name) task \(id): \(state?.phase ?? .ended) code \(state?.code ?? 0) "
                        + "signal \(state?.signal ?? 0) \(state?.reason ?? .none)")
            }
            for id in host.livingTrainers {
                guard let trainer = host.trainers[id], let prepared = trainer.prepared else {
                    continue
                }
                lines.append(
                    "\(host.name) trainer \(id.number): job \(prepared.attempt.job) "
                        + "#\(prepared.attempt.number) term \(prepared.term) \(trainer.phase) "
                        + "\(trainer.rounds)")
            }
        }
        return lines.joined(separator: "\n")
    }

    func report() -> SimulationReport {
        var states: [JobState: Int] = [:]
        for record in ledger.jobs.values { states[record.state, default: 0] += 1 }
        return SimulationReport(
            seed: plan.seed, nodes: hosts.count, jobs: customers.count, events: events,
            commits: ledger.commits, schedulerLives: (schedulerLife + 1) / 2,
            virtualMilliseconds: now.nanoseconds / 1_000_000, faults: counts, states: states,
            facts: ledger.factCounts, trace: trace, broken: broken)
    }
}
