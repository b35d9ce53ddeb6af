import Artifacts
import ClusterVocabulary
import Foundation
import Ledger
import SchedulerCore
import SchedulerService
import Testing
import Training

/// The same model bits whatever number of workers trains it, and those of the in-process
/// single-thread reference run of the same plan.
@Suite(.serialized)
struct SameBitsTests {
    @Test(arguments: [(1, 6), (2, 7), (4, 8)])
    func workersDoNotChangeABit(workers: Int, replicas: Int) async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        for index in 1...workers { try cluster.startWorker("h\(index)") }
        let work = try DigitsJob.work(storing: cluster.scheduler.artifacts, replicas: replicas)
        let expected = try DigitsJob.referenceDigest(work)
        let answer = await cluster.scheduler.submit(DigitsJob.submission(work))
        guard case .accepted(let job, _, _) = answer else {
            Issue.record("not accepted: \(answer)")
            return
        }
        let record = try #require(try await cluster.end(of: job, within: 60))
        #expect(record.state == .succeeded, "\(record.reason)")
        #expect(record.model?.weightsDigest == expected)
    }

    @Test(arguments: [(OptimizerWork.Rule.adamw, true), (.adadelta, true), (.adam, false)])
    func optimizersDoNotChangeABit(rule: OptimizerWork.Rule, averagesState: Bool) async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        try cluster.startWorker("h1")
        try cluster.startWorker("h2")
        var work = try DigitsJob.work(storing: cluster.scheduler.artifacts, replicas: 5)
        work.optimizer = OptimizerWork(rule: rule, learningRate: 0.01)
        work.optimizer.weightDecay = 0.01
        work.optimizer.clipNorm = 2
        work.optimizer.l2 = 1e-4
        work.optimizer.schedule.shape = .linearWarmupCosine
        work.averagesOptimizerState = averagesState
        let expected = try DigitsJob.referenceDigest(work)
        let answer = await cluster.scheduler.submit(DigitsJob.submission(work))
        guard case .accepted(let job, _, _) = answer else {
            Issue.record("not accepted: \(answer)")
            return
        }
        let record = try #require(try await cluster.end(of: job, within: 60))
        #expect(record.state == .succeeded, "\(record.reason)")
        #expect(record.model?.weightsDigest == expected)
    }

    /// The trainers of one host share sockets, those of two hosts speak TCP with CURVE.
    @Test func hostsDoNotChangeABit() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        for (name, host) in [("h1", "a"), ("h2", "a"), ("h3", "b")] {
            try cluster.startWorker(name, host: host)
        }
        let work = try DigitsJob.work(storing: cluster.scheduler.artifacts, replicas: 6)
        let expected = try DigitsJob.referenceDigest(work)
        // The first run starts on whoever has the data first; once all have it, all take part.
        var isSpread = false
        for _ in 0..<50 where !isSpread {
            let answer = await cluster.scheduler.submit(DigitsJob.submission(work))
            guard case .accepted(let job, _, _) = answer else {
                Issue.record("not accepted: \(answer)")
                return
            }
            let record = try #require(try await cluster.end(of: job, within: 60))
            #expect(record.state == .succeeded, "\(record.reason)")
            #expect(record.model?.weightsDigest == expected)
            let events = try cluster.scheduler.events(job: job, after: 0, limit: 100)
            isSpread = events.contains { "\($0.fact.reason)".contains("h1, h2, h3") }
        }
        #expect(isSpread, "no run used all three workers")
    }

    /// Full batches: every worker takes the solver's step, none of them owns it.
    @Test func lbfgsDoesNotChangeABit() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        try cluster.startWorker("h1")
        try cluster.startWorker("h2")
        var work = try DigitsJob.work(
            storing: cluster.scheduler.artifacts, replicas: 5, epochs: 25, batchSize: 64)
        work.optimizer = OptimizerWork(rule: .lbfgs, learningRate: 1)
        work.optimizer.l2 = 1e-3
        work.stepsPerRound = 1
        let record = try #require(try await end(of: work, on: cluster))
        #expect(record.state == .succeeded, "\(record.reason)")
        #expect(record.model?.weightsDigest == (try DigitsJob.referenceDigest(work)))
    }

    /// A second job goes on from the first one's model, which its workers fetch.
    @Test func aJobBeginsFromASavedModel() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        try cluster.startWorker("h1")
        try cluster.startWorker("h2")
        let store = cluster.scheduler.artifacts
        var work = try DigitsJob.work(storing: store, replicas: 4)
        let first = try #require(try await end(of: work, on: cluster)?.model)
        let digest = try #require(SHA256Digest(hex: first.weightsDigest))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: store.path(of: digest)))
        work.initial = InitialModel(
            name: "digits@1", digest: digest.hex, byteCount: Int64(bytes.count))
        work.seed = 8
        let record = try #require(try await end(of: work, on: cluster))
        #expect(record.state == .succeeded, "\(record.reason)")
        let model = try bytes.withUnsafeBytes { try Training.TrainedModel.decode($0).model }
        #expect(
            record.model?.weightsDigest
                == (try DigitsJob.referenceDigest(work, beginning: model.parameters)))
        // The record keeps where it came from, and a model of another shape is refused by name.
        #expect(record.work.initial?.name == "digits@1")
        work.model = .layered([7])
        let refused = try #require(try await end(of: work, on: cluster))
        #expect(refused.state == .failed)
        #expect(refused.reason.message.contains("layers.0.weight of digits@1"))
    }

    private func end(of work: TrainingWork, on cluster: ClusterUnderTest) async throws -> JobRecord?
    {
        let answer = await cluster.scheduler.submit(DigitsJob.submission(work))
        guard case .accepted(let job, _, _) = answer else {
            Issue.record("not accepted: \(answer)")
            return nil
        }
        return try await cluster.end(of: job, within: 60)
    }
}
