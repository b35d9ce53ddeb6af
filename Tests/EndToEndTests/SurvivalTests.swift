import Foundation
import Testing

/// The real processes under fire: the model's bits stay the same, nothing acknowledged is lost.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SurvivalTests {
    private let digits = "\(RealCluster.root)/jobs/02-digits-mlp.yaml"
    /// Seconds of work, so that a kill comes in the middle.
    private let long = ["--set", "training.epochs=60", "--set", "model.mlp.hidden=[512, 256]"]

    @Test func aWorkerThatJoinsHalfWayAndIsKilledInARoundChangesNoBit() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let more = ["--set", "training.epochs=120", "--set", "model.mlp.hidden=[512, 256]"]
        let undisturbed = try cluster.digestAtEnd(of: cluster.submit(digits, more))
        let job = try cluster.submit(digits, more)
        try await cluster.eventually(within: 30, "under way") { try cluster.progress(job) > 0.05 }
        try await cluster.startWorker("h2")
        try await cluster.eventually(within: 30, "h2 is used") { try cluster.terms(job) >= 2 }
        let before = try cluster.progress(job)
        try await cluster.eventually(within: 30, "both train") {
            try cluster.progress(job) > before
        }
        cluster.kill9("h2")
        #expect(try cluster.digestAtEnd(of: job) == undisturbed)
        #expect(try cluster.terms(job) >= 3, "h2 was killed too late")
    }

    @Test func aKilledSchedulerFindsTrainingAgainAndLosesNoSubmission() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let undisturbed = try cluster.digestAtEnd(of: cluster.submit(digits, long))
        let job = try cluster.submit(digits, long)
        let suspended = try (1...5).map { number in
            try cluster.submit(
                digits, ["--set", "runPolicy.suspend=true", "--set", "metadata.name=held\(number)"])
        }
        try await cluster.eventually(within: 30, "started") { try cluster.progress(job) > 0.1 }
        cluster.kill9("scheduler")
        try await Task.sleep(for: .milliseconds(300))
        try await cluster.startScheduler()
        #expect(try cluster.digestAtEnd(of: job) == undisturbed)
        let attempts = try #require(try cluster.status(job)["attempts"] as? [Any])
        #expect(attempts.isEmpty, "training did not go on: \(attempts)")
        for name in suspended {
            #expect(try cluster.status(name)["state"] as? String == "Pending")
        }
        #expect(cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"]).code == 0)
    }

    @Test func theDigitsJobHasItsGoldenDigest() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        #expect(try cluster.digestAtEnd(of: cluster.submit(digits)) == Golden.digits)
        #expect(cluster.terminate("h1") == 0)
        #expect(cluster.terminate("scheduler") == 0)
    }
}

/// Digests of `numerics: portable`, the same on every x86-64-v3 host with the same OpenBLAS.
enum Golden {
    /// The model of `jobs/02-digits-mlp.yaml`.
    static let digits =
        "ce7f9483fe890e1bb63aa0088d487632889ec81c25834d2a8f3e58d277b8eae9"
}
