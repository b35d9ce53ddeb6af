import Foundation
import Testing

/// A backup made while the scheduler works, brought back elsewhere; the worker follows.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct BackupTests {
    private func passphrase(_ cluster: RealCluster, _ text: String) throws -> String {
        let path = "\(cluster.folder)/pass-\(text.count)"
        try Data("\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func aRestoredSchedulerHasEverythingAndItsWorkerFollows() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 1)
        let done = try cluster.submit(
            RealCluster.root + "/jobs/02-digits-mlp.yaml", ["--set", "training.epochs=1"])
        let digest = try cluster.digestAtEnd(of: done)
        let waiting = try cluster.submit(
            RealCluster.root + "/jobs/02-digits-mlp.yaml",
            ["--set", "runPolicy.suspend=true"])
        let secret = try passphrase(cluster, "a long passphrase")
        let file = "\(cluster.folder)/cluster.backup"
        let backup = cluster.run([
            "cluster", "backup", file, "--passphrase-file", secret, "--state", cluster.state,
        ])
        try #require(backup.code == 0, "\(backup.errors)")
        #expect(backup.output.contains("2 jobs"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        // No key stands in it in the clear.
        for name in ["server.key", "admin.token", "join.token"] {
            let key =
                try String(
                    contentsOfFile: "\(cluster.state)/keys/\(name)", encoding: .utf8
                ).split(whereSeparator: \.isWhitespace).max { $0.count < $1.count } ?? ""
            #expect(bytes.range(of: Data(key.utf8)) == nil, "\(name)")
        }
        cluster.kill9("scheduler")
        let elsewhere = "\(cluster.folder)/elsewhere"
        let wrong = try passphrase(cluster, "another passphrase")
        let refused = cluster.run([
            "cluster", "restore", file, "--passphrase-file", wrong, "--state", elsewhere,
        ])
        #expect(refused.code == 4, "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: elsewhere))
        let restored = cluster.run([
            "cluster", "restore", file, "--passphrase-file", secret, "--state", elsewhere,
        ])
        try #require(restored.code == 0, "\(restored.errors)")
        let again = cluster.run([
            "cluster", "restore", file, "--passphrase-file", secret, "--state", elsewhere,
        ])
        #expect(again.code == 4, "an existing ledger was written over")
        // Another address: the worker is told, and goes on without a restart.
        let control = RealCluster.freePort()
        let told = cluster.run([
            "cluster", "follow", "127.0.0.1:\(control)", "--state",
            "\(cluster.folder)/worker-h1",
        ])
        try #require(told.code == 0, "\(told.errors)")
        try cluster.start(
            "restored",
            [
                "scheduler", "--state", elsewhere, "--http", "127.0.0.1:\(cluster.http)",
                "--control", "127.0.0.1:\(control)", "--artifacts",
                "127.0.0.1:\(RealCluster.freePort())",
            ])
        try await cluster.eventually(within: 60, "the worker follows") {
            cluster.run(["get", "nodes"]).output.contains("Ready")
        }
        #expect(try cluster.modelDigest(done) == digest)
        #expect(try cluster.status(waiting)["state"] as? String == "Pending")
        let exported = cluster.run([
            "model", "export", done, "--output", "\(cluster.folder)/model",
        ])
        #expect(exported.code == 0, "\(exported.errors)")
        #expect(cluster.run(["resume", waiting]).code == 0)
        _ = try cluster.digestAtEnd(of: waiting)
    }

    @Test func whatHasTheNameAlreadyStaysAsItIs() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let secret = try passphrase(cluster, "a long passphrase")
        try cluster.write("mine", to: "thesis.txt")
        let file = "\(cluster.folder)/thesis.txt"
        let refused = cluster.run([
            "cluster", "backup", file, "--passphrase-file", secret, "--state", cluster.state,
        ])
        #expect(refused.code == 4 && refused.errors.contains("stays as it is"), "\(refused)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        let names = try FileManager.default.contentsOfDirectory(atPath: cluster.folder)
        #expect(names.filter { $0.contains("partial") } == [])
    }

    @Test func aShortPassphraseOrNoLedgerIsRefused() throws {
        let cluster = try RealCluster()
        let short = try passphrase(cluster, "short")
        let refused = cluster.run([
            "cluster", "backup", "\(cluster.folder)/x", "--passphrase-file", short,
        ])
        #expect(refused.code == 2)
        let long = try passphrase(cluster, "long enough")
        let missing = cluster.run([
            "cluster", "backup", "\(cluster.folder)/x", "--passphrase-file", long,
        ])
        #expect(missing.code == 3, "\(missing.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(cluster.folder)/x"))
    }
}
