import ClusterSimulator
import Testing

/// The checkers find what they are there for: each promise broken once.
struct SabotageTests {
    /// Whether one of the seeds finds this.
    private func finds(
        _ words: String, _ sabotage: Sabotage, seeds: ClosedRange<UInt64>,
        isLong: Bool? = nil
    ) -> Bool {
        seeds.contains { seed in
            var plan = SimulationPlan(seed: seed)
            plan.sabotage = sabotage
            plan.isLong = isLong
            plan.patienceSeconds = 100
            var cluster = SimulatedCluster(plan)
            return cluster.run().broken.contains { $0.contains(words) }
        }
    }

    @Test func aSkippedSyncShows() {
        #expect(finds("was acknowledged and is lost", .skipsSync, seeds: 1...20))
    }

    @Test func anAnswerBeforeItsCommitShows() {
        #expect(finds("was acknowledged and is lost", .actsBeforeCommit, seeds: 1...60))
    }

    @Test func anIgnoredTermShows() {
        #expect(finds("began without", .ignoresTerms, seeds: 1...40))
    }

    @Test func sendsForgottenAfterARecoveryShow() {
        #expect(finds("stuck", .forgetsSendsAfterRecovery, seeds: 1...20))
    }

    @Test func aLeaseThatIsNotKeptShows() {
        // It takes a link that is cut for longer than a lease, under a command of that length.
        #expect(finds("waits again while", .ignoresLeases, seeds: 1...20, isLong: true))
    }
}
