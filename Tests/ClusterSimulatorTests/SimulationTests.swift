import ClusterSimulator
import ClusterVocabulary
import Foundation
import Testing

/// Seeded lives of whole clusters on virtual time; a failing seed is a bug report.
///
/// `MLCTL_SEEDS=1..10000 swift test --filter SimulationTests` takes other seeds, as `make swarm`
/// does.
struct SimulationTests {
    /// Two hundred, and those that were stuck once: a publisher obeyed a late prepare.
    static let usual: ClosedRange<UInt64> = 1...200

    static var seeds: ClosedRange<UInt64> {
        let wish = ProcessInfo.processInfo.environment["MLCTL_SEEDS"] ?? ""
        let ends = wish.split(separator: ".").compactMap { UInt64($0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return usual }
        return ends[0]...ends[1]
    }

    @Test func everyRuleHoldsForEverySeed() {
        for seed in SimulationTests.seeds {
            let report = simulate(SimulationPlan(seed: seed))
            #expect(report.isSound, "\(report.broken.joined(separator: "\n"))")
        }
    }

    /// 274: a registration of a late supervisor was lost behind the welcome to an earlier one.
    /// 23: a command's exit was lost with its host and the scheduler, just after it was reported.
    /// 4575, 3592: a rebooted node took the welcome of its life before for its own, and commands
    /// ran there that the scheduler took for gone.
    @Test(
        arguments: [(274, 40, nil), (23, 300, 7), (4_575, 40, nil), (3_592, 300, nil)]
            as [(UInt64, Int64, Int?)])
    func aSeedThatWasBrokenHolds(_ seed: UInt64, _ faultySeconds: Int64, _ jobs: Int?) {
        var plan = SimulationPlan(seed: seed)
        plan.faultySeconds = faultySeconds
        plan.isLong = false
        plan.jobs = jobs
        let report = simulate(plan)
        #expect(report.isSound, "\(report.broken.joined(separator: "\n"))")
    }

    @Test func aLargeClusterHolds() {
        var plan = SimulationPlan(seed: 1)
        plan.nodes = 12
        plan.jobs = 40
        let report = simulate(plan)
        #expect(report.isSound, "\(report.broken.joined(separator: "\n"))")
        #expect(report.jobs == 40)
    }

    @Test func withoutFaultsEverythingSucceedsAtOnce() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let report = simulate(SimulationPlan(seed: seed, isChaotic: false))
            #expect(report.isSound, "\(report.broken.joined(separator: "\n"))")
            #expect(report.states == [.succeeded: report.jobs])
            #expect(report.faults == FaultCounts())
            #expect(report.facts[.requeued] == nil)
            #expect(report.schedulerLives == 1)
        }
    }

    @Test func theSimulationsReachTheCorners() {
        var facts: [LedgerFact.Kind: Int] = [:]
        var states: [JobState: Int] = [:]
        var faults: [String: Int] = [:]
        for seed in 1...40 as ClosedRange<UInt64> {
            let report = simulate(SimulationPlan(seed: seed))
            facts.merge(report.facts, uniquingKeysWith: +)
            states.merge(report.states, uniquingKeysWith: +)
            for fault in report.faults.all { faults[fault.name, default: 0] += fault.count }
        }
        #expect(facts[.nodeLost, default: 0] > 200)
        #expect(facts[.requeued, default: 0] > 20)
        #expect(facts[.deleted, default: 0] > 3)
        #expect(facts[.termProposed, default: 0] > 150)
        #expect(facts[.attemptStarted, default: 0] > 100)
        for state in JobState.allCases where state != .running {
            #expect(states[state, default: 0] > 3, "\(state)")
        }
        for (name, count) in faults { #expect(count > 20, "\(name)") }
    }

    @Test func theSameSeedGivesTheSameTrace() {
        let first = simulate(SimulationPlan(seed: 7))
        #expect(first == simulate(SimulationPlan(seed: 7)))
        #expect(first.trace != simulate(SimulationPlan(seed: 8)).trace)
        #expect(first.events > 500)
    }

    private func simulate(_ plan: SimulationPlan) -> SimulationReport {
        var cluster = SimulatedCluster(plan)
        return cluster.run()
    }
}
