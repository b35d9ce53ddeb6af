import Foundation
import Testing

/// Taking a host out of service, as an operator does it.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct DrainTests {
    private let digits = "\(RealCluster.root)/jobs/02-digits-mlp.yaml"
    private let long = ["--set", "training.epochs=240", "--set", "model.mlp.hidden=[512, 256]"]

    @Test func aDrainedNodesWorkMovesWithItsState() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let undisturbed = try cluster.digestAtEnd(of: cluster.submit(digits, long))
        let job = try cluster.submit(digits, long)
        try await cluster.eventually(within: 30, "under way") { try cluster.progress(job) > 0.05 }
        try await cluster.startWorker("h2")
        let drain = cluster.run(["node", "drain", "h1", "--deadline", "2m", "--wait"])
        #expect(drain.code == 0, "\(drain.errors)")
        #expect(drain.output == "h1\n")
        let status = try cluster.status(job)
        if status["state"] as? String == "Running" {
            #expect(status["hosts"] as? [String] == ["h2"])
        }
        #expect(cluster.run(["get", "nodes", "h1"]).output.contains("Ready,Drained"))
        #expect(try cluster.digestAtEnd(of: job) == undisturbed)
        let ended = try cluster.status(job)
        #expect((ended["attempt"] as? NSNumber)?.intValue == 1, "it was started anew")
        #expect(ended["hosts"] as? [String] == ["h2"], "who computed it is kept")

        #expect(cluster.run(["describe", "node/h1"]).output.contains("mlctl node uncordon h1"))
        #expect(cluster.run(["node", "uncordon", "h1"]).code == 0)
        #expect(!cluster.run(["get", "nodes", "h1"]).output.contains("Drained"))
        #expect(cluster.run(["node", "drain", "h9"]).code == 3)
        let look = cluster.run(["gc", "--dry-run"])
        #expect(look.code == 0, "\(look.errors)")
        #expect(look.output.contains("WOULD REMOVE") && look.output.contains("job rows"))
    }
}
