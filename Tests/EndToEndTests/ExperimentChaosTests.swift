import Foundation
import Testing

/// The scheduler killed with SIGKILL at chance moments of a running experiment: every trial is
/// there once, with one job, and none is lost.
///
/// `MLCTL_CHAOS_EXPERIMENTS=100` makes so many runs (`MLCTL_CHAOS_EXPERIMENTS_FROM` is the first
/// seed). A seed that fails is printed.
@Suite(.serialized, .timeLimit(.minutes(120)))
struct ExperimentChaosTests {
    private static let trials = 12

    /// A search whose trials end within milliseconds; half of them measure twice.
    private func manifest(_ seed: UInt64) -> String {
        let algorithm = ["random", "tpe", "sobol"][Int(seed % 3)]
        return """
            apiVersion: mlctl.dev/v1
            kind: Experiment
            metadata: {name: chaos\(seed)}
            spec:
              objective: {metric: score, direction: maximize}
              algorithm: {\(algorithm): {seed: \(seed)}}
              trials: {max: \(Self.trials), parallel: 2}
              parameters: [{name: x, uniform: {min: 0, max: 1}}]
              template:
                apiVersion: mlctl.dev/v1
                kind: Job
                spec:
                  command: [sh, -c, "echo score=${x} step=1; sleep 0.1; echo score=${x} step=2"]
                  metrics: {stdout: {}}
                  resources: {cpu: 0.5, memory: 64Mi}

            """
    }

    @Test func killsOfTheSchedulerLoseAndRepeatNoTrial() async throws {
        let runs = AveragingChaosTests.number("MLCTL_CHAOS_EXPERIMENTS") ?? 3
        let first = AveragingChaosTests.number("MLCTL_CHAOS_EXPERIMENTS_FROM") ?? 1
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        var kills = 0
        for seed in first..<(first + runs) {
            kills += try await run(UInt64(seed), on: cluster)
        }
        #expect(cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"]).code == 0)
        print("chaos: \(runs) experiments, \(kills) kills, no trial lost or repeated")
    }

    private func run(_ seed: UInt64, on cluster: RealCluster) async throws -> Int {
        var random = ChaosRandom(seed: seed)
        try cluster.write(manifest(seed), to: "chaos.yaml")
        let name = try cluster.submit("\(cluster.folder)/chaos.yaml")
        let kills = 1 + Int(random.below(3))
        for _ in 0..<kills {
            try await Task.sleep(for: .milliseconds(Int64(random.below(700))))
            cluster.kill9("scheduler")
            try await cluster.startScheduler()
        }
        let waited = cluster.run(["wait", name, "--timeout", "90s"])
        #expect(waited.code == 0, "seed \(seed): \(waited.errors)")
        let result = cluster.run(["get", "trials", name, "-o", "json"])
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let all = (object as? [String: Any])?["items"] as? [[String: Any]] ?? []
        #expect(all.compactMap { $0["number"] as? Int } == Array(1...Self.trials), "seed \(seed)")
        #expect(all.allSatisfy { $0["state"] as? String == "Succeeded" }, "seed \(seed): \(all)")
        let jobs = Set(all.compactMap { ($0["jobID"] as? NSNumber)?.uint64Value })
        #expect(jobs.count == Self.trials, "seed \(seed)")
        // Each trial measured what it was given, and no job stands beside those of the trials.
        for trial in all {
            let parameters = trial["parameters"] as? [String: Any]
            let value = (trial["values"] as? [Double])?.first
            #expect(parameters?["x"] as? Double == value, "seed \(seed): \(trial)")
        }
        let names = cluster.run(["get", "jobs", "-o", "name"]).output.split(separator: "\n")
        #expect(names.count { $0.hasPrefix("\(name)-") } == Self.trials, "seed \(seed)")
        return kills
    }
}
