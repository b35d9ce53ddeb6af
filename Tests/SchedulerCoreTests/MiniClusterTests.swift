import ClusterVocabulary
import Foundation
import Testing

@testable import SchedulerCore

/// Random walks of a whole cluster; a failing seed is a bug report.
///
/// `MLCTL_SEEDS=100..<500 swift test --filter MiniCluster` walks others.
struct MiniClusterTests {
    /// The last four were stuck once: a publisher obeyed a late prepare and left its model.
    static let usual: [UInt64] = Array(1...30) + [45, 75, 156, 200]

    static var seeds: [UInt64] {
        let wish = ProcessInfo.processInfo.environment["MLCTL_SEEDS"] ?? ""
        let ends = wish.split(separator: ".").compactMap {
            UInt64($0.trimmingPrefix("<"))
        }
        guard ends.count == 2, ends[0] < ends[1] else { return usual }
        return Array(ends[0]..<ends[1])
    }

    @Test(arguments: seeds)
    func everythingAcknowledgedEndsWell(seed: UInt64) {
        var cluster = MiniCluster(seed: seed)
        let isDone = cluster.run(faultySeconds: 40, patienceSeconds: 200)
        #expect(cluster.broken.isEmpty, "\(cluster.broken.joined(separator: "\n"))")
        #expect(isDone, "seed \(seed) is stuck:\n\(cluster.account())")
        #expect(cluster.acknowledged.values.allSatisfy { cluster.ledger.jobs[$0] != nil })
        for record in cluster.ledger.jobs.values {
            #expect(record.state == .succeeded, "seed \(seed): \(record.fullName) \(record.reason)")
            #expect(
                record.model?.weightsDigest == FakeTrainer.expectedModel(of: record.work),
                "seed \(seed): \(record.fullName)")
        }
        #expect(cluster.ledger.jobs.count == cluster.submissions.count)
        #expect(cluster.ledger.models.count == cluster.submissions.count)
        #expect(cluster.leftovers().isEmpty, "seed \(seed):\n\(cluster.leftovers())")
    }

    @Test func theWalksReachTheCorners() {
        var facts: [LedgerFact.Kind: Int] = [:]
        var lives: UInt64 = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var cluster = MiniCluster(seed: seed)
            _ = cluster.run(faultySeconds: 40, patienceSeconds: 200)
            for fact in cluster.ledger.facts { facts[fact.kind, default: 0] += 1 }
            lives += cluster.schedulerLife
        }
        #expect(facts[.nodeLost, default: 0] > 30)
        #expect(facts[.requeued, default: 0] > 3)
        #expect(facts[.termProposed, default: 0] > 2 * facts[.submitted, default: 0])
        #expect(lives > 12)
    }

    @Test func theSameSeedGivesTheSameTrace() {
        var first = MiniCluster(seed: 7)
        var second = MiniCluster(seed: 7)
        var other = MiniCluster(seed: 8)
        _ = first.run(faultySeconds: 40, patienceSeconds: 200)
        _ = second.run(faultySeconds: 40, patienceSeconds: 200)
        _ = other.run(faultySeconds: 40, patienceSeconds: 200)
        #expect(first.trace == second.trace)
        #expect(first.steps == second.steps)
        #expect(first.trace != other.trace)
        #expect(first.steps > 1_000)
    }
}
