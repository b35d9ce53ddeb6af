import ClusterVocabulary
import Testing

@testable import JobSpecification

/// Specs of command jobs.
struct CommandJobTests {
    private func read(_ spec: String) -> SpecificationReader.Reading {
        SpecificationReader.read(
            "apiVersion: mlctl.dev/v1\nkind: Job\nmetadata: {name: bert}\nspec:\n\(spec)",
            file: "job.yaml")
    }

    private func job(_ spec: String) throws -> CommandJobSpecification {
        let reading = read(spec)
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        guard case .command(let job) = try #require(reading.documents.first) else {
            throw CancellationError()
        }
        return job
    }

    private static let full = """
          ranks: 2
          rendezvous: none
          command: [python, train.py, --lr, 3e-4, "", true]
          workdir: .
          env: {OMP_NUM_THREADS: "8", EMPTY: "", HF_TOKEN: {secret: hf}}
          checkpoint: {path: ./ckpt/, signal: USR1, grace: 2m}
          metrics: {stdout: {}}
          outputs: [out/, ./a/b.txt]
          resources: {cpu: 8, memory: 32Gi, maxHosts: 2}
          runPolicy:
            timeLimit: 12h
            retries: {program: 1, infrastructure: 20}
            onHostLost: {restartAfter: 5m}
            grace: 30s
        """

    @Test func everyFieldIsRead() throws {
        let job = try job(Self.full)
        #expect(job.command.ranks == 2)
        #expect(job.command.arguments == ["python", "train.py", "--lr", "3e-4", "", "true"])
        #expect(job.workdir == .folder("."))
        #expect(
            job.command.environment == [
                EnvironmentVariable(name: "EMPTY", value: ""),
                EnvironmentVariable(name: "HF_TOKEN", value: "", secret: "hf"),
                EnvironmentVariable(name: "OMP_NUM_THREADS", value: "8"),
            ])
        #expect(
            job.command.checkpoint
                == CheckpointRequest(path: "./ckpt/", signal: 10, graceSeconds: 120))
        #expect(job.command.metrics == .assignments)
        #expect(job.command.outputs == ["out", "a/b.txt"])
        #expect(job.perRank == ResourceAmount(milliCPU: 8_000, memoryBytes: 32 << 30))
        #expect(job.requirements.mostHosts == 2)
        #expect(job.requirements.timeLimitSeconds == 43_200)
        #expect(job.command.programRetries == 1)
        #expect(job.command.infrastructureRetries == 20)
        #expect(job.command.restartAfterSeconds == 300)
        #expect(job.command.graceSeconds == 30)
    }

    @Test func theShortestJobHasSafeDefaults() throws {
        let job = try job("  command: [true]")
        #expect(job.command == CommandWork(ranks: 1, arguments: ["true"]))
        #expect(job.command.restartAfterSeconds == 300)
        #expect(job.command.programRetries == 0)
        #expect(job.workdir == .none)
    }

    @Test(arguments: [
        full, "  command: [true]", "  script: |\n    echo \"a\"\n    exit 3\n",
        "  command: [a]\n  metrics: {pattern: \"loss: {loss}\"}\n  runPolicy: {suspend: true}",
        "  command: [a]\n  metrics: {json: {}}\n  runPolicy: {onHostLost: {restartAfter: never}}",
        "  command: [\"a b\", \"\\n\", '{}']\n  checkpoint: {path: c}\n"
            + "  runPolicy: {ttlAfterFinished: 2d, backoffLimit: 3, grace: 0s}",
        "  command: [a]\n  workdir: {artifact: {sha256: \""
            + String(repeating: "0a", count: 32) + "\", bytes: 10240}}",
    ])
    func theCanonicalTextReadsBack(_ spec: String) throws {
        let job = try job(spec)
        let again = SpecificationReader.read(job.canonicalYAML(), file: "canonical")
        #expect(again.diagnostics.map { $0.rendered() } == [])
        #expect(again.documents == [.command(job)])
    }
}
