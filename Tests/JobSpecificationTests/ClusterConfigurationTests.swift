import Foundation
import Testing

@testable import JobSpecification

@Suite("Cluster files")
struct ClusterConfigurationTests {
    @Test func theLocalClusterIsReadAsWritten() throws {
        let file = Samples.root.appending(path: "cluster/local.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        guard case .configuration(let cluster) = ClusterConfiguration.read(text, file: "local")
        else {
            Issue.record("refused")
            return
        }
        #expect(cluster.scheduler == ClusterConfiguration.Scheduler())
        #expect(cluster.workers.map(\.name) == ["h1", "h2"])
        #expect(cluster.workers.map(\.memoryBytes) == [2 << 30, 2 << 30])
        #expect(
            cluster.workers.map(\.exchange.description) == ["127.0.0.1:7072", "127.0.0.1:7073"])
    }

    @Test func everythingHasADefault() {
        let text = "apiVersion: mlctl.dev/v1\nkind: Cluster\n"
        let expected = ClusterConfiguration(scheduler: .init(), workers: [])
        #expect(ClusterConfiguration.read(text, file: "a") == .configuration(expected))
    }

    @Test func retentionIsRead() {
        let head = "apiVersion: mlctl.dev/v1\nkind: Cluster\nscheduler:\n  retention: "
        let text = head + "{endedJobs: 365d, logs: 7d, files: 12h}\n"
        guard case .configuration(let cluster) = ClusterConfiguration.read(text, file: "a") else {
            Issue.record("refused")
            return
        }
        #expect(cluster.scheduler.retention.endedJobsSeconds == 365 * 86_400)
        #expect(cluster.scheduler.retention.logsSeconds == 7 * 86_400)
        #expect(cluster.scheduler.retention.filesSeconds == 43_200)
        #expect(cluster.scheduler.retention.curvesSeconds == 90 * 86_400)
        for wrong in ["{logs: 0s}", "{models: 1d}", "{curves: 9000d}"] {
            guard case .refused = ClusterConfiguration.read(head + wrong + "\n", file: "a") else {
                Issue.record("\(wrong) was accepted")
                continue
            }
        }
    }

    @Test(arguments: ["[::1]:7070", "node-1.example.org:7070", "0.0.0.0:7070"])
    func addressesOfAllKindsAreAccepted(address: String) {
        let text =
            "apiVersion: mlctl.dev/v1\nkind: Cluster\nscheduler: {http: \"\(address)\"}\n"
        guard case .configuration(let cluster) = ClusterConfiguration.read(text, file: "a") else {
            Issue.record("refused")
            return
        }
        #expect(cluster.scheduler.http.description == address)
    }

    @Test(arguments: [
        "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", ":7070", "1.2.3:1", "256.0.0.1:1", "a b:1",
        "::1:80", "a:x", "-a:1", "[x]:1", "",
    ])
    func brokenAddressesAreRefused(address: String) {
        let text =
            "apiVersion: mlctl.dev/v1\nkind: Cluster\nscheduler: {http: \"\(address)\"}\n"
        guard case .refused(let diagnostics) = ClusterConfiguration.read(text, file: "a") else {
            Issue.record("accepted")
            return
        }
        #expect(diagnostics.map(\.path) == ["scheduler.http"])
    }
}
