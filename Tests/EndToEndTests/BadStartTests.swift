import Foundation
import Testing

/// Daemons and jobs that cannot be: each with its named error, and nothing half-written.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadStartTests {
    @Test func aPortInUseIsNamedWithItsCure() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let other = cluster.run([
            "scheduler", "--state", "\(cluster.folder)/other", "--http",
            "127.0.0.1:\(cluster.http)", "--control", "127.0.0.1:\(RealCluster.freePort())",
            "--artifacts", "127.0.0.1:\(RealCluster.freePort())",
        ])
        #expect(other.code != 0)
        #expect(other.errors.contains("\(cluster.http)"), "\(other.errors)")
        #expect(other.errors.contains("PortInUse"), "\(other.errors)")
    }

    /// Damaged, newer and half-written ledgers: see LedgerTests.
    @Test func aLedgerHeldByAnotherProcessIsRefused() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let held = cluster.run([
            "scheduler", "--state", cluster.state, "--http",
            "127.0.0.1:\(RealCluster.freePort())", "--control",
            "127.0.0.1:\(RealCluster.freePort())", "--artifacts",
            "127.0.0.1:\(RealCluster.freePort())",
        ])
        #expect(held.code != 0)
        #expect(held.errors.contains("process"), "\(held.errors)")
    }

    @Test func aStateFolderThatCannotBeWrittenIsNamed() throws {
        let cluster = try RealCluster()
        let path = "\(cluster.folder)/file"
        _ = FileManager.default.createFile(atPath: path, contents: Data("x".utf8))
        let result = cluster.run(["scheduler", "--state", "\(path)/state"])
        #expect(result.code != 0)
        #expect(result.errors.contains(path), "\(result.errors)")
    }

    @Test(arguments: BadJob.all)
    func aBadJobIsRefusedBeforeAnythingIsSubmitted(_ bad: BadJob) async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let spec = "\(cluster.folder)/job.yaml"
        try Data(bad.specification.utf8).write(to: URL(fileURLWithPath: spec))
        if let data = bad.data {
            try Data(data.utf8).write(to: URL(fileURLWithPath: "\(cluster.folder)/data.csv"))
        }
        let result = cluster.run(["submit", spec])
        #expect(result.code == 2, "\(result)")
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(bad.names), "\(result.errors)")
        #expect(cluster.run(["get", "jobs", "-o", "name"]).output.isEmpty)
    }
}

/// A job that must be refused, and a word of the refusal.
struct BadJob: Sendable, CustomStringConvertible {
    let description: String
    let names: String
    var specification: String
    var data: String?

    private static func job(_ more: String = "", batch: Int = 2) -> String {
        """
        apiVersion: mlctl.dev/v1
        kind: TrainJob
        metadata: {name: bad}
        spec:
          replicas: 1
          data:
            source: {file: data.csv}
            format: {csv: {label: class}}
          model: {softmaxRegression: {}}
          training: {epochs: 1, batchSize: \(batch), optimizer: {sgd: {learningRate: 0.1}}}
          \(more)
        """
    }

    private static let rows = "a,class\n" + (0..<20).map { "\($0),\($0 % 2)\n" }.joined()

    static let all: [BadJob] = [
        BadJob(
            description: "malformed YAML", names: "job.yaml:",
            specification: "apiVersion: [", data: rows),
        BadJob(
            description: "a wrong type", names: "spec.replicas",
            specification: job().replacing("replicas: 1", with: "replicas: many"), data: rows),
        BadJob(
            description: "an unknown field", names: "did you mean",
            specification: job("averging: {every: 4}"), data: rows),
        BadJob(
            description: "missing data", names: "data.csv", specification: job(), data: nil),
        BadJob(description: "empty data", names: "EmptyFile", specification: job(), data: ""),
        BadJob(
            description: "a missing label column", names: "class", specification: job(),
            data: "a,b\n1,2\n3,4\n"),
        BadJob(
            description: "NaN in a numeric column", names: "nan", specification: job(),
            data: "a,class\n1,0\nnan,1\n2,0\n"),
        BadJob(
            description: "text in a numeric column", names: "blue", specification: job(),
            data: "a,class\n1,0\nblue,1\n2,0\n"),
        BadJob(
            description: "fewer rows than a batch", names: "batch", specification: job(batch: 64),
            data: rows),
    ]
}
