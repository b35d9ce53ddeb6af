import Testing

@testable import ClusterVocabulary

/// As whom commands may run under which worker.
struct CommandOwnerTests {
    @Test func rootBecomesTheMappedUserAndNobodyElseCan() {
        let mapped = CommandOwner(hostUser: 1_000)
        let stranger = CommandOwner()
        let cluster = CommandOwner(hostUser: 990, ownsCluster: true)
        #expect(mapped.mayRun(underWorkerOf: 0))
        #expect(!stranger.mayRun(underWorkerOf: 0))
        #expect(cluster.mayRun(underWorkerOf: 0))
        #expect(mapped.mayRun(underWorkerOf: 1_000))
        #expect(!mapped.mayRun(underWorkerOf: 1_001), "a second user")
        #expect(!stranger.mayRun(underWorkerOf: 1_001))
        #expect(cluster.mayRun(underWorkerOf: 1_001), "the one whose cluster it is")
        for owner in [mapped, stranger, cluster] {
            #expect(owner.mayRun(underWorkerOf: nil), "a worker of a release that does not tell")
        }
        #expect(stranger.isNobody)
        #expect(!mapped.isNobody)
        let reason = mapped.refusal(of: "ana", on: NodeID("h1"), underWorkerOf: 1_001)
        #expect(reason.message.contains("runs as uid 1001"), "\(reason)")
        #expect(reason.message.contains("ana is mapped to uid 1000"))
        let unmapped = stranger.refusal(of: "ben", on: NodeID("h1"), underWorkerOf: 0)
        #expect(unmapped.message.contains("mlctl user add ben --uid"))
    }
}
