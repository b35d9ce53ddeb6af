import Foundation
import Testing

/// The REST API over TLS, and clients that trust the right certificate alone.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SecureHTTPTests {
    @Test func clientsSpeakOnlyToTheHolderOfTheCertificate() async throws {
        let cluster = try RealCluster()
        let port = RealCluster.freePort()
        let made = cluster.run([
            "cluster", "certificate", "--renew", "--name", "127.0.0.1", "--state", cluster.state,
        ])
        try #require(made.code == 0, "\(made.errors)")
        #expect(made.output.hasPrefix("-----BEGIN CERTIFICATE-----"))
        let keys = "\(cluster.state)/keys"
        try cluster.start(
            "scheduler",
            [
                "scheduler", "--state", cluster.state, "--http", "127.0.0.1:\(port)",
                "--control", "127.0.0.1:\(RealCluster.freePort())",
                "--artifacts", "127.0.0.1:\(RealCluster.freePort())",
                "--certificate-file", "\(keys)/http.crt",
                "--certificate-key-file", "\(keys)/http.key",
            ])
        func set(_ name: String, _ server: String, _ more: [String] = []) {
            let words = ["config", "set", name, "--server", server]
            let done = cluster.run(words + ["--token-file", "\(keys)/admin.token"] + more)
            #expect(done.code == 0, "\(done.errors)")
        }
        let server = "https://127.0.0.1:\(port)"
        try cluster.write(made.output, to: "lab.crt")
        set("lab", server, ["--certificate-file", "\(cluster.folder)/lab.crt"])
        try await cluster.eventually(within: 30, "the scheduler answers over TLS") {
            cluster.run(["get", "nodes", "--context", "lab"]).code == 0
        }
        // On the scheduler's own host its certificate is found by itself.
        set("own", server)
        #expect(cluster.run(["get", "nodes", "--context", "own"]).code == 0)
        // Somebody else's certificate is no proof, and the token is not sent.
        let other = cluster.run([
            "cluster", "certificate", "--renew", "--state", "\(cluster.folder)/other",
        ])
        try #require(other.code == 0, "\(other.errors)")
        try cluster.write(other.output, to: "other.crt")
        set("wrong", server, ["--certificate-file", "\(cluster.folder)/other.crt"])
        let wrong = cluster.run(["get", "nodes", "--context", "wrong"])
        #expect(wrong.code == 5, "\(wrong)")
        #expect(wrong.errors.contains("mlctl cluster certificate"), "\(wrong.errors)")
        // Nothing is answered in the clear.
        set("plain", "http://127.0.0.1:\(port)")
        let plain = cluster.run(["get", "nodes", "--context", "plain"])
        #expect(plain.code == 5, "\(plain)")
        #expect(plain.errors.contains("https://127.0.0.1:\(port)"), "\(plain.errors)")
        // A name that the certificate does not carry is not the scheduler's.
        set(
            "name", "https://127.0.0.2:\(port)",
            [
                "--certificate-file", "\(cluster.folder)/lab.crt",
            ])
        #expect(cluster.run(["get", "nodes", "--context", "name"]).code == 5)
    }

    @Test func aKeyOfAnotherCertificateIsRefusedAtTheStart() throws {
        let cluster = try RealCluster()
        for name in ["state", "other"] {
            let made = cluster.run([
                "cluster", "certificate", "--renew", "--state", "\(cluster.folder)/\(name)",
            ])
            try #require(made.code == 0, "\(made.errors)")
        }
        let result = cluster.run([
            "scheduler", "--state", cluster.state, "--http",
            "127.0.0.1:\(RealCluster.freePort())",
            "--control", "127.0.0.1:\(RealCluster.freePort())",
            "--artifacts", "127.0.0.1:\(RealCluster.freePort())",
            "--certificate-file", "\(cluster.state)/keys/http.crt",
            "--certificate-key-file", "\(cluster.folder)/other/keys/http.key",
        ])
        #expect(result.code != 0)
        #expect((result.errors + result.output).contains("Certificate:"), "\(result)")
    }
}
