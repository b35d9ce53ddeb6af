import Foundation
import Testing

/// Searches with the real processes: found, survived, gone on with.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ExperimentTests {
    private func specification(trials: Int, epochs: Int, parallel: Int = 2) -> String {
        """
        apiVersion: mlctl.dev/v1
        kind: Experiment
        metadata: {name: tune}
        spec:
          objective: {metric: validation.accuracy, direction: maximize}
          algorithm: {random: {seed: 5}}
          trials: {max: \(trials), parallel: \(parallel)}
          parameters:
            - name: lr
              logUniform: {min: 0.001, max: 1}
              sets: training.optimizer.sgd.learningRate
            - {name: hidden, categorical: [[8], [16]], sets: model.mlp.hidden}
          template:
            apiVersion: mlctl.dev/v1
            kind: TrainJob
            spec:
              data:
                source: {file: \(RealCluster.root)/jobs/data/digits.csv}
                format: {csv: {label: class}}
                split: {validation: 0.2, seed: 7}
              preprocessing: [standardize]
              model: {mlp: {hidden: [8]}}
              training:
                epochs: \(epochs)
                batchSize: 32
                seed: 7
                optimizer: {sgd: {learningRate: 0.05}}
              averaging: {every: 16}
              numerics: portable
              resources: {cpu: 1, memory: 128Mi}

        """
    }

    private func trials(_ cluster: RealCluster, _ name: String) throws -> [[String: Any]] {
        let result = cluster.run(["get", "trials", name, "-o", "json"])
        try #require(result.code == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require((object as? [String: Any])?["items"] as? [[String: Any]])
    }

    private func submit(_ cluster: RealCluster, _ text: String) throws -> String {
        let path = "\(cluster.folder)/tune.yaml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try cluster.submit(path)
    }

    @Test func aSearchFindsItsBestTrialAndGoesOnFromIt() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        let name = try submit(cluster, specification(trials: 6, epochs: 2))
        #expect(name == "tune-1")
        let waited = cluster.run(["wait", name, "--timeout", "60s"])
        #expect(waited.code == 0, "\(waited.errors) \(cluster.log("scheduler"))")
        let all = try trials(cluster, name)
        #expect(all.count == 6)
        #expect(all.allSatisfy { $0["state"] as? String == "Succeeded" }, "\(all)")
        let values = all.compactMap { ($0["values"] as? [Double])?.first }
        let body = try cluster.describe(name)
        let best = try #require(body["best"] as? [String: Any])
        #expect((best["values"] as? [Double])?.first == values.max())
        let job = try #require(best["name"] as? String)
        #expect(try cluster.status(job)["state"] as? String == "Succeeded")
        #expect(cluster.run(["experiment", "best", name]).output.contains(job))
        let csv = cluster.run(["experiment", "export", name]).output
        #expect(csv.split(separator: "\n").count == 7)
        #expect(
            cluster.run(["experiment", "plot", name, "--kind", "parallel"]).output.contains("<svg"))
        #expect(cluster.run(["experiment", "resume", name, "--trials", "6"]).code == 4)
        #expect(cluster.run(["experiment", "resume", name, "--trials", "8"]).code == 0)
        #expect(cluster.run(["wait", name, "--timeout", "60s"]).code == 0)
        #expect(try trials(cluster, name).count == 8)
        let sweep = cluster.run([
            "sweep", "\(RealCluster.root)/jobs/01-digits-softmax.yaml", "--param",
            "training.optimizer.sgd.learningRate=log:0.01..0.1", "--param", "training.epochs=1,2",
            "--metric", "train.loss:min", "--trials", "3", "--name", "swept",
        ])
        #expect(sweep.code == 0, "\(sweep.errors)")
        #expect(sweep.output.hasPrefix("swept-1"))
        #expect(cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"]).code == 0)
    }

    @Test func aKilledSchedulerGoesOnWithTheSearch() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        let name = try submit(cluster, specification(trials: 24, epochs: 4))
        for least in [4, 12] {
            try await cluster.eventually(within: 60, "\(least) trials ended") {
                try trials(cluster, name).count { $0["state"] as? String == "Succeeded" } >= least
            }
            cluster.kill9("scheduler")
            try await cluster.startScheduler()
        }
        let waited = cluster.run(["wait", name, "--timeout", "90s"])
        #expect(waited.code == 0, "\(waited.errors) \(cluster.log("scheduler"))")
        let all = try trials(cluster, name)
        #expect(all.compactMap { $0["number"] as? Int } == Array(1...24))
        #expect(all.allSatisfy { $0["state"] as? String == "Succeeded" })
        let jobs = all.compactMap { ($0["jobID"] as? NSNumber)?.uint64Value }
        #expect(Set(jobs).count == 24, "a trial was repeated or lost")
        let parameters = all.compactMap { $0["parameters"] }.map { "\($0)" }
        #expect(Set(parameters).count == 24)
        #expect(
            cluster.run(["get", "jobs", "-o", "name"]).output.split(separator: "\n").count == 24)
        #expect(cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"]).code == 0)
    }

    /// A halving over 1, 3 and 9 epochs with the scheduler killed between: no rung is run twice,
    /// and the trial on top has the bits of a training that was never paused.
    @Test func pausedTrialsGoOnFromTheirStateAlsoAfterAKill() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        var text = specification(trials: 9, epochs: 9)
        text.replace("random: {seed: 5}", with: "asha: {seed: 5, minimumBudget: 1}")
        let name = try submit(cluster, text)
        try await cluster.eventually(within: 60, "a trial waits at its rung") {
            try trials(cluster, name).contains { $0["state"] as? String == "Paused" }
        }
        cluster.kill9("scheduler")
        try await cluster.startScheduler()
        let waited = cluster.run(["wait", name, "--timeout", "90s"])
        #expect(waited.code == 0, "\(waited.errors) \(cluster.log("scheduler"))")
        let all = try trials(cluster, name)
        #expect(all.compactMap { $0["number"] as? Int } == Array(1...9))
        let top = try #require(all.first { $0["state"] as? String == "Succeeded" })
        let rungs = top["rungs"] as? [[String: Any]] ?? []
        #expect(rungs.compactMap { $0["budget"] as? Int } == [1, 3])
        let jobs = cluster.run(["get", "jobs", "-o", "name"]).output.split(separator: "\n")
        let steps = all.reduce(0) { $0 + (($1["rungs"] as? [Any])?.count ?? 0) }
        #expect(jobs.count == steps + all.count { $0["state"] as? String != "Paused" })
        #expect(cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"]).code == 0)

        let parameters = try #require(top["parameters"] as? [String: Any])
        let rate = try #require(parameters["lr"] as? Double)
        let hidden = try #require(parameters["hidden"] as? String)
        let job = text.components(separatedBy: "  template:\n")[1]
            .split(separator: "\n").map { $0.dropFirst(4) }.joined(separator: "\n")
        let path = "\(cluster.folder)/whole.yaml"
        let document = "\(job)\nmetadata: {name: whole}\n"
        try Data(document.utf8).write(to: URL(fileURLWithPath: path))
        let whole = cluster.run([
            "submit", path, "--set", "training.optimizer.sgd.learningRate=\(rate)", "--set",
            "model.mlp.hidden=\(hidden)", "--follow",
        ])
        #expect(whole.code == 0, "\(whole.errors)")
        let number = try #require(top["name"] as? String)
        #expect(try cluster.modelDigest("\(number)-2") == cluster.modelDigest("whole-1"))
    }

    @Test func programsTakeTrialsAndTell() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let name = try submit(
            cluster,
            """
            apiVersion: mlctl.dev/v1
            kind: Experiment
            metadata: {name: outside}
            spec:
              objective: {metric: score, direction: minimize}
              algorithm: {random: {seed: 1}}
              trials: {max: 4, parallel: 4}
              parameters: [{name: x, uniform: {min: -1, max: 1}}]
              template: {external: {}}

            """)
        var seen: Set<Int> = []
        for _ in 0..<4 {
            let asked = cluster.run(["experiment", "ask", name])
            let object = try JSONSerialization.jsonObject(with: Data(asked.output.utf8))
            let given = (object as? [String: Any])?["trials"] as? [[String: Any]] ?? []
            let number = try #require(given.first?["number"] as? Int)
            #expect(seen.insert(number).inserted, "trial \(number) was given twice")
            let told = cluster.run(["experiment", "tell", name, "\(number)", "score=\(number)"])
            #expect(told.code == 0, "\(told.errors)")
        }
        #expect(cluster.run(["experiment", "ask", name]).code == 1)
        let body = try cluster.describe(name)
        #expect(body["state"] as? String == "Succeeded")
        #expect((body["best"] as? [String: Any])?["number"] as? Int == 1)
    }
}
