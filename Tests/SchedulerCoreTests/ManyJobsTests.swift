import ClusterVocabulary
import Determinism
import Testing

@testable import SchedulerCore

/// Ten thousand waiting jobs must not slow any step: a pass costs lines and nodes, never jobs.
struct ManyJobsTests {
    private static let count = 10_000
    private let start = Moment(instant: .zero, wallMilliseconds: 1)

    private func filled(withNode: Bool) -> (scheduler: Scheduler, perSubmission: Duration) {
        var scheduler = Scheduler(
            configuration: SchedulerConfiguration(),
            incarnation: Incarnation(bootID: "s", life: 1), artifactEndpoint: "", at: .zero)
        if withNode {
            _ = scheduler.step(
                .message(NodeID("h1"), .register(Sample.node("h1", data: ["digits"]))), at: start)
        }
        let elapsed = ContinuousClock().measure {
            for index in 0..<ManyJobsTests.count {
                _ = scheduler.step(
                    .submit(Sample.submission(name: "job"), RequestToken(UInt64(index))), at: start)
            }
        }
        return (scheduler, elapsed / ManyJobsTests.count)
    }

    // The bounds are those of an unoptimised build on a busy machine, far above what is measured.
    @Test(arguments: [false, true])
    func submissionsStayCheap(withNode: Bool) {
        var (scheduler, perSubmission) = filled(withNode: withNode)
        #expect(scheduler.load.pending + scheduler.load.running == ManyJobsTests.count)
        #expect(scheduler.load.running == (withNode ? 2 : 0))
        #expect(perSubmission < .milliseconds(1), "\(perSubmission) for a submission")
        let wake = ContinuousClock().measure {
            for _ in 0..<100 { _ = scheduler.step(.wake, at: start) }
        }
        #expect(wake / 100 < .milliseconds(1), "\(wake / 100) for a wake")
        let ends = ContinuousClock().measure {
            for job in 1...100 {
                _ = scheduler.step(.cancel(JobID(UInt64(job)), RequestToken(0)), at: start)
            }
        }
        #expect(ends / 100 < .milliseconds(2), "\(ends / 100) for the end of a job")
        print("per step: submit \(perSubmission), wake \(wake / 100), end \(ends / 100)")
        #expect(scheduler.load.running == (withNode ? 2 : 0))
        #expect(scheduler.checkInvariants().isEmpty)
    }

    @Test func aLineGivesItsJobsInOrderOfAcceptance() {
        var line = JobLine()
        var model: [JobID] = []
        var random = WalkRandom(seed: 3)
        for _ in 0..<3_000 {
            let job = JobID(random.next() % 200)
            if random.happens(perMille: 500), !model.contains(job) {
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
