import ClusterVocabulary
import GRDB
import SchedulerCore
import SchedulerService
import Synchronization
import Testing

/// Nothing is acknowledged, shown or sent before it is durable.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct AcknowledgementTests {
    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    @Test func aSubmissionIsAnsweredOnlyAfterItsCommit() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        let work = try DigitsJob.work(storing: cluster.scheduler.artifacts, replicas: 2)
        // Somebody else writes to the ledger: no commit can succeed meanwhile.
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let blocker = try DatabaseQueue(
            path: "\(cluster.folder)/scheduler/ledger.sqlite", configuration: configuration)
        try await blocker.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let flag = Flag()
        let scheduler = cluster.scheduler
        async let answer = {
            let answer = await scheduler.submit(DigitsJob.submission(work))
            flag.value.store(true, ordering: .releasing)
            return answer
        }()
        try await Task.sleep(for: .milliseconds(800))
        let isAnswered = flag.value.load(ordering: .acquiring)
        #expect(!isAnswered, "answered without a commit")
        #expect(scheduler.view.job(JobID(1)) == nil, "shown without a commit")
        try await blocker.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        guard case .accepted(let job, _, _) = await answer else {
            Issue.record("not accepted after the ledger came free")
            return
        }
        #expect(scheduler.view.job(job) != nil)
    }
}
