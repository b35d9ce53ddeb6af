import ClusterVocabulary
import Determinism
import WorkerCore

@testable import SchedulerCore

/// What a walk looks like at its end, for people.
extension MiniCluster {
    /// Every job that has not ended with all that is known of it, and every node.
    func account() -> String {
        guard let scheduler else { return "the scheduler is down" }
        var lines = ["after \(steps) steps, \(acknowledged.count) of \(submissions.count) accepted"]
        lines += EffectPrinter(scheduler: scheduler, ledger: ledger).state()
        for id in scheduler.jobs.keys.sorted() {
            guard let entry = scheduler.jobs[id], !entry.record.state.isFinal else { continue }
            let patience = entry.giveUpAt.map { ", patient for \($0 - now)" } ?? ""
            lines.append("job \(id): \(entry.phase)\(patience)")
            if let explanation = scheduler.explain(id) { lines.append("  \(explanation.reason)") }
        }
        for name in nodeNames {
            guard let node = nodes[name] else { continue }
            for trainer in node.trainers.keys.sorted() {
                guard let fake = node.trainers[trainer], let prepared = fake.prepared else {
                    continue
                }
                lines.append(
                    "\(name) trainer \(trainer.number): job \(prepared.attempt.job) "
                        + "#\(prepared.attempt.number) term \(prepared.term) \(fake.phase) "
                        + "\(fake.rounds) alive \(fake.isAlive)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Lanes still booked when every job has ended.
    func leftovers() -> String {
        guard let scheduler else { return "the scheduler is down" }
        return scheduler.nodeSummaries().filter { $0.used != .zero || !$0.jobs.isEmpty }
            .map { "\($0.record.description.node) still books \($0.used)" }
            .joined(separator: "\n")
    }
}
