import ClusterVocabulary
import Determinism
import Testing

@testable import WorkerCore

/// Orders and words that come late, twice, or out of order.
struct LateOrderTests {
    private static let attempt = AttemptID(job: JobID(1), number: 1)

    private static func order(_ number: UInt32 = 1) -> PrepareCommand {
        PrepareCommand(
            attempt: AttemptID(job: JobID(1), number: number), jobName: "work-1", user: "ana",
            work: CommandWork(ranks: 1, arguments: ["work"]), perRank: .zero,
            hosts: [CommandHost(node: NodeID("h1"), address: "", firstRank: 0, endRank: 1)],
            startsAtOnce: true)
    }

    private static func bench() -> WorkerBench {
        var bench = WorkerBench.registered()
        bench.step(.supervised([]))
        bench.welcome()
        return bench
    }

    private static func stop() -> WorkerEvent {
        .message(.stopCommand(StopCommand(attempt: attempt, graceSeconds: 10)))
    }

    @Test func theEndOfAnUnseenTryIsSaidAndItsLateOrderStartsNothing() {
        var bench = LateOrderTests.bench()
        bench.step(LateOrderTests.stop())
        guard case .command(let ended) = bench.last.sends.first else {
            Issue.record("nothing is said")
            return
        }
        #expect(ended.attempt == LateOrderTests.attempt)
        #expect(ended.phase == .ended)
        bench.step(.message(.prepareCommand(LateOrderTests.order())))
        #expect(bench.last.folders.isEmpty)
        guard case .command(let refused) = bench.last.sends.first else {
            Issue.record("the order is not answered")
            return
        }
        #expect(refused.phase == .ended && refused.failure == .infrastructure)
        bench.step(.message(.prepareCommand(LateOrderTests.order(2))))
        #expect(bench.last.folders.count == 1, "the next try is another one")
    }

    @Test func anOrderThatComesTwiceStartsNothingOnceItWasReleased() {
        var bench = LateOrderTests.bench()
        bench.step(.message(.prepareCommand(LateOrderTests.order())))
        bench.step(.folderMade(LateOrderTests.attempt))
        bench.step(
            .task(
                TaskState(task: TaskID(attempt: LateOrderTests.attempt, rank: 0), phase: .ended)))
        bench.step(.message(.release(LateOrderTests.attempt)))
        bench.step(.message(.prepareCommand(LateOrderTests.order())))
        #expect(bench.last.folders.isEmpty)
        #expect(bench.last.launches.isEmpty)
    }

    @Test func anOrderBeforeTheWelcomeWasForAnEarlierLife() {
        var bench = WorkerBench()
        bench.step(.supervised([]))
        bench.hello(1)
        bench.step(.message(.prepareCommand(LateOrderTests.order())))
        #expect(bench.last.folders.isEmpty)
        bench.welcome()
        bench.step(.message(.prepareCommand(LateOrderTests.order())))
        #expect(bench.last.folders.count == 1, "what is still wanted comes again")
    }

    @Test func whileTheSupervisorIsSilentNothingIsSaidToHaveEnded() {
        var bench = LateOrderTests.bench()
        bench.step(.supervisorLost)
        bench.step(LateOrderTests.stop())
        #expect(bench.last.sends.isEmpty)
    }

    @Test func aWelcomeProvesTheFirstUnansweredRegistrationOnly() {
        var bench = WorkerBench()
        bench.hello(1)
        let sent = bench.now
        bench.step(.wake, after: 600)
        bench.step(.wake, after: 600)
        bench.welcome()
        #expect(bench.last.contact == sent)
    }

    @Test func endedTriesAreForgottenOldestFirst() {
        var ended = EndedCommands()
        for job in 1...UInt64(EndedCommands.most) + 1 {
            ended.insert(AttemptID(job: JobID(job), number: 2))
        }
        #expect(ended.count <= EndedCommands.most)
        #expect(!ended.contains(AttemptID(job: JobID(1), number: 1)))
        let last = JobID(UInt64(EndedCommands.most) + 1)
        #expect(ended.contains(AttemptID(job: last, number: 1)))
        #expect(ended.contains(AttemptID(job: last, number: 2)))
        #expect(!ended.contains(AttemptID(job: last, number: 3)))
    }
}
