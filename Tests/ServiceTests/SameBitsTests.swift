import ClusterVocabulary
import SchedulerCore
import SchedulerService
import Testing

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
}
