import Artifacts
import ClusterVocabulary
import Ledger
import SchedulerCore
import SchedulerService
import Testing

/// Every worker that holds a job is lost: it goes on from its newest checkpoint, and ends with the
/// bits of an undisturbed run.
@Suite(.serialized)
struct CheckpointTests {
    @Test func allWorkersLostGoesOnFromTheNewestCheckpoint() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        try cluster.startWorker("h1")
        var work = try DigitsJob.work(
            storing: cluster.scheduler.artifacts, replicas: 4, epochs: 600)
        work.averaging.checkpointRounds = 200
        let expected = try DigitsJob.referenceDigest(work)
        let answer = await cluster.scheduler.submit(DigitsJob.submission(work))
        guard case .accepted(let job, _, _) = answer else {
            Issue.record("not accepted: \(answer)")
            return
        }
        let deadline = ContinuousClock.now + .seconds(60)
        while cluster.scheduler.view.job(job)?.checkpoint == nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
        cluster.stopWorker("h1")
        let stopped = try #require(cluster.scheduler.view.job(job))
        #expect(stopped.checkpoint != nil)
        try #require(!stopped.state.isFinal, "the job was over before its worker was stopped")
        try cluster.startWorker("h2")
        let record = try #require(try await cluster.end(of: job, within: 90))
        #expect(record.state == .succeeded, "\(record.reason)")
        #expect(record.attempt == 2)
        #expect(record.model?.weightsDigest == expected)
        #expect(record.checkpoint == nil)
        let starts = try cluster.scheduler.events(job: job, after: 0, limit: 500)
            .filter { $0.fact.kind == .termStarted }
            .compactMap { $0.fact.metrics.first { $0.name == "startRound" }?.value }
        #expect((starts.last ?? 0) >= 200, "the second try began at round \(starts)")
        // Only the model and the data remain in the store.
        var kept = try cluster.scheduler.artifacts.list().count
        let patience = ContinuousClock.now + .seconds(20)
        while kept > 3, ContinuousClock.now < patience {
            try await Task.sleep(for: .milliseconds(20))
            kept = try cluster.scheduler.artifacts.list().count
        }
        #expect(kept == 3, "\(kept) files")
    }
}
