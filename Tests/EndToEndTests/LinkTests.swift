import Foundation
import Testing

/// Links between trainers that fail while both workers reach the scheduler.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct LinkTests {
    private let digits = "\(RealCluster.root)/jobs/02-digits-mlp.yaml"
    private let long = ["--set", "training.epochs=200", "--set", "model.mlp.hidden=[512, 256]"]
    private let there = ExchangeRelay.Link(from: "h1", to: "h2")
    private let back = ExchangeRelay.Link(from: "h2", to: "h1")

    /// Two workers that train a job together, over a relay.
    private func together(_ cluster: RealCluster, _ relay: ExchangeRelay) async throws -> String {
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        try await cluster.startWorker("h2")
        let job = try cluster.submit(digits, long)
        try await cluster.eventually(within: 60, "both train") {
            relay.passed(there) > 1 << 20 && relay.passed(back) > 1 << 20
        }
        return job
    }

    /// Nothing passes for a while, shorter than trainers wait: it costs that time and no restart.
    @Test func aBlipCostsNoRestart() async throws {
        let cluster = try RealCluster()
        let relay = try cluster.relayExchange(silence: 20)
        defer { relay.stop() }
        let job = try await together(cluster, relay)
        let terms = try cluster.terms(job)
        for link in [there, back] { relay.hold(link, for: .seconds(2)) }
        let before = relay.passed(there)
        try await Task.sleep(for: .seconds(1))
        // What was being written when the hold began may have passed.
        #expect(relay.passed(there) - before < 8 << 20)
        let during = try cluster.progress(job)
        try await cluster.eventually(within: 30, "it goes on") {
            try cluster.progress(job) > during
        }
        #expect(try cluster.terms(job) == terms)
        let attempts = try #require(try cluster.status(job)["attempts"] as? [Any])
        #expect(attempts.isEmpty, "\(attempts)")
        cluster.run(["cancel", job])
    }

    /// One direction is cut for good: one of the two finishes alone, with the same bits.
    /// Part of the long table.
    @Test(.enabled(if: AveragingChaosTests.isLong)) func aOneWayCutLosesNoJob() async throws {
        let cluster = try RealCluster()
        let relay = try cluster.relayExchange(silence: 2)
        defer { relay.stop() }
        let job = try await together(cluster, relay)
        relay.hold(there, for: nil)
        try await cluster.eventually(within: 40, "one goes on alone") {
            (try cluster.status(job)["hosts"] as? [String])?.count == 1
        }
        let found = try cluster.digestAtEnd(of: job, seconds: 90)
        let log = cluster.run(["logs", job]).output
        #expect(log.contains("hears nothing of the other members"), "\(log)")
        _ = cluster.terminate("h2")
        #expect(try cluster.digestAtEnd(of: cluster.submit(digits, long), seconds: 90) == found)
    }
}
