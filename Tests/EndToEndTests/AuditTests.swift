import Foundation
import Testing

/// `mlctl audit` on the real processes: a run that was computed rightly is found to be so, and one
/// flipped bit of one replica in one round is found, with the name of the worker it happened on.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct AuditTests {
    private let digits = "\(RealCluster.root)/jobs/02-digits-mlp.yaml"

    @Test func aFlippedBitIsFoundAndItsWorkerNamed() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        // A core of h2 fails once: a bit of replica 6 in the round after three.
        cluster.moreVariables["MLCTL_FLIP_DELTA"] = "3:6"
        try await cluster.startWorker("h2")
        cluster.moreVariables = [:]
        let job = try cluster.submit(digits)
        #expect(try cluster.digestAtEnd(of: job) != Golden.digits)
        _ = cluster.terminate("h2")
        try await cluster.startWorker("h1")
        let audit = cluster.run(["audit", job, "--rounds", "5"])
        #expect(audit.code == 1)
        #expect(audit.output.contains("round 3, replica 6: h2 computed "), "\(audit)")
        #expect(audit.output.contains(", h1 gets "))
        #expect(audit.output.contains("mlctl node cordon h2"))

        // Done again without h2 it is right, and the audit says so.
        let again = cluster.run(["rerun", "--exact", job])
        let second = again.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try cluster.digestAtEnd(of: second) == Golden.digits)
        let whole = cluster.run(["audit", second, "-o", "json"])
        #expect(whole.code == 0, "\(whole)")
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(whole.output.utf8)) as? [String: Any])
        let rounds = try #require(found["rounds"] as? Int)
        #expect(rounds == 7)
        #expect((found["pairs"] as? [Any])?.count == rounds * 8)
        // An audit leaves no model behind.
        #expect(!cluster.run(["get", "models"]).output.contains("audit"))
        #expect(cluster.run(["audit", "nobody"]).code == 3)
        #expect(cluster.run(["audit", second, "--rounds", "0"]).code == 2)
    }
}
