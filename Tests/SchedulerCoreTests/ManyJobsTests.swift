import ClusterVocabulary
import Determinism
import Testing

@testable import SchedulerCore

/// Ten thousand waiting jobs must not slow any step: a pass costs lines and nodes, never jobs.
struct ManyJobsTests {
    private static let count = 10_000
    private let start = Moment(instant: .zero, wallMilliseconds: 1)

    @Test(arguments: [false, true])
    func aPassLooksAtLinesNotAtJobs(withNode: Bool) {
        var scheduler = Scheduler(
            configuration: SchedulerConfiguration(),
            incarnation: Incarnation(bootID: "s", life: 1), artifactEndpoint: "", at: .zero)
        if withNode {
            _ = scheduler.step(
                .message(NodeID("h1"), .register(Sample.node("h1", data: ["digits"]))), at: start)
        }
        for index in 0..<ManyJobsTests.count {
            _ = scheduler.step(
                .submit(Sample.submission(name: "job"), RequestToken(UInt64(index))), at: start)
        }
        #expect(scheduler.load.pending + scheduler.load.running == ManyJobsTests.count)
        #expect(scheduler.load.running == (withNode ? 2 : 0))
        #expect(scheduler.placesSought <= 3, "for all submissions")
        scheduler.placesSought = 0
        for _ in 0..<100 { _ = scheduler.step(.wake, at: start) }
        #expect(scheduler.placesSought <= 100, "one line, one look a pass")
        scheduler.placesSought = 0
        for job in 1...100 {
            _ = scheduler.step(.cancel(JobID(UInt64(job)), RequestToken(0)), at: start)
        }
        #expect(scheduler.placesSought <= 200, "the job that starts, and the next of its line")
        #expect(scheduler.load.running == (withNode ? 2 : 0))
        #expect(scheduler.checkInvariants().isEmpty)
    }

    @Test func aLineGivesItsJobsInOrderOfAcceptance() {
        var line = JobLine()
        var model: [JobID] = []
        let random = Philox(key: 3)
        for step in 0..<3_000 as Range<UInt32> {
            let words = random.block(step, 0, 0, 0)
            let job = JobID(UInt64(words.0 % 200))
            if words.1 % 2 == 0, !model.contains(job) {
                line.insert(job)
                model.append(job)
                model.sort()
            } else {
                line.remove(job)
                model.removeAll { $0 == job }
            }
            #expect(Array(line.all) == model)
            #expect(line.first == model.first)
            #expect(line.rank(of: job) == model.count { $0 < job })
        }
    }

    @Test func expiringJobsComeByTheirTime() {
        var expiring = ExpiringJobs()
        for (number, seconds) in [(1, 50), (2, 10), (3, 0), (4, 10), (5, Int64.max)] {
            var record = JobRecord(
                id: JobID(UInt64(number)), namespace: "n", name: "a", run: 1, user: "u", labels: [],
                idempotencyKey: "", work: Sample.work(), requirements: Sample.requirements(),
                submittedAt: 0)
            record.requirements.keepFinishedSeconds = Int64(seconds)
            record.finishedAt = 1_000
            expiring.insert(record)
        }
        #expect(expiring.takeExpired(at: 10_999, most: 10).isEmpty)
        #expect(expiring.takeExpired(at: 11_000, most: 1) == [JobID(2)])
        #expect(expiring.takeExpired(at: 60_000, most: 10) == [JobID(4), JobID(1)])
    }
}
