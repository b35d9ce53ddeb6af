import ClusterVocabulary
import GRDB
import SchedulerCore
import SchedulerService
import Synchronization
import Testing

/// Nothing is acknowledged, shown or sent before it is durable.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct AcknowledgementTests {
    @Test func aSubmissionIsAnsweredOnlyAfterItsCommit() async throws {
        let cluster = try ClusterUnderTest()
        defer { cluster.stop() }
        let work = try DigitsJob.work(storing: cluster.scheduler.artifacts, replicas: 2)
        // Somebody else writes to the ledger: no commit can succeed meanwhile.
        let blocker = try DatabaseQueue(path: "\(cluster.folder)/scheduler/ledger.sqlite")
        try await blocker.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let answered = Atomic<Bool>(false)
        let scheduler = cluster.scheduler
        async let answer = {
            let answer = await scheduler.submit(DigitsJob.submission(work))
            answered.store(true, ordering: .releasing)
            return answer
        }()
        try await Task.sleep(for: .milliseconds(800))
        #expect(!answered.load(ordering: .acquiring), "answered without a commit")
        #expect(scheduler.view.job(JobID(1)) == nil, "shown without a commit")
        try await blocker.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        guard case .accepted(let job, _, _) = await answer else {
            Issue.record("not accepted after the ledger came free")
            return
        }
        #expect(scheduler.view.job(job) != nil)
    }
}
