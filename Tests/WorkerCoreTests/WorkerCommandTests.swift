import ClusterVocabulary
import Determinism
import Testing

@testable import WorkerCore

/// Commands on a worker: what it orders of its supervisor and says to the scheduler.
struct WorkerCommandTests {
    private static let attempt = AttemptID(job: JobID(1), number: 1)

    private static func order(
        _ attempt: AttemptID = attempt, ranks: Range<Int> = 0..<2, of count: Int = 2,
        startsAtOnce: Bool = true, outputs: [String] = []
    ) -> PrepareCommand {
        var work = CommandWork(ranks: count, arguments: ["work"])
        work.outputs = outputs
        work.metrics = .assignments
        return PrepareCommand(
            attempt: attempt, jobName: "work-1", user: "ana", work: work, perRank: .zero,
            hosts: [
                CommandHost(
                    node: NodeID("h1"), address: "", firstRank: ranks.lowerBound,
                    endRank: ranks.upperBound)
            ], startsAtOnce: startsAtOnce)
    }

    private static func task(_ rank: Int, _ attempt: AttemptID = attempt) -> TaskID {
        TaskID(attempt: attempt, rank: rank)
    }

    /// A registered worker whose supervisor holds nothing.
    private static func bench() -> WorkerBench {
        var bench = WorkerBench.registered()
        bench.step(.supervised([]))
        // It registers again: now it can run commands.
        bench.welcome()
        return bench
    }

    /// A worker whose ranks of a command run.
    private static func running(_ order: PrepareCommand = order()) -> WorkerBench {
        var bench = bench()
        bench.step(.message(.prepareCommand(order)))
        bench.step(.folderMade(order.attempt))
        for rank in order.ranks(of: NodeID("h1")) {
            bench.step(.task(TaskState(task: task(rank, order.attempt), phase: .running)))
        }
        return bench
    }

    private static func end(
        _ bench: inout WorkerBench, _ rank: Int, code: Int32 = 0, failure: FailureClass? = nil
    ) {
        bench.step(
            .task(TaskState(task: task(rank), phase: .ended, code: code, failure: failure)))
    }

    /// Lets the output of a rank be at its end and stored.
    private static func drain(_ bench: inout WorkerBench, _ rank: Int) {
        bench.step(
            .taskOutput(
                TaskOutput(task: task(rank), from: 0, position: 0, bytes: [], isAtEnd: true)))
    }

    @Test func aCommandGoesThroughItsPhases() {
        var bench = Self.bench()
        bench.step(.message(.prepareCommand(Self.order())))
        #expect(bench.last.folders == [Self.order()])
        #expect(bench.commandStatuses.isEmpty)
        bench.step(.folderMade(Self.attempt))
        #expect(bench.last.launches == [.init(prepare: Self.order(), ranks: 0..<2)])
        bench.step(.task(TaskState(task: Self.task(0), phase: .running)))
        #expect(bench.commandStatuses.isEmpty)
        bench.step(.task(TaskState(task: Self.task(1), phase: .running)))
        #expect(bench.commandStatuses.map(\.phase) == [.running])
        Self.end(&bench, 0)
        Self.end(&bench, 1)
        #expect(bench.last.collections == [Self.order()])
        bench.step(.collected(Self.attempt, nil, nil))
        #expect(bench.commandStatuses.isEmpty, "its output is not stored yet")
        Self.drain(&bench, 0)
        Self.drain(&bench, 1)
        #expect(bench.commandStatuses.map(\.phase) == [.ended])
        #expect(bench.commandStatuses.first?.failure == nil)
        bench.step(.message(.release(Self.attempt)))
        #expect(bench.last.supervision == [.forget(Self.task(0)), .forget(Self.task(1))])
        #expect(bench.last.removals == [Self.order()])
    }

    @Test func ranksOfSeveralHostsWaitForTheWord() {
        var bench = Self.bench()
        let order = Self.order(ranks: 0..<1, startsAtOnce: false)
        bench.step(.message(.prepareCommand(order)))
        bench.step(.folderMade(Self.attempt))
        #expect(bench.last.launches.isEmpty)
        #expect(bench.commandStatuses.map(\.phase) == [.prepared])
        bench.step(.message(.startCommand(Self.attempt)))
        #expect(bench.last.launches == [.init(prepare: order, ranks: 0..<1)])
        bench.step(.message(.startCommand(Self.attempt)))
        #expect(bench.last.launches.isEmpty)
    }

    @Test func aRankThatFailsEndsTheOthers() {
        var bench = Self.running()
        Self.end(&bench, 1, code: 3)
        let status = bench.commandStatuses.last
        #expect(status?.phase == .stopping)
        #expect(status?.failure == .program)
        #expect(status?.exit == CommandExit(rank: 1, code: 3, signal: 0))
        #expect(
            bench.last.supervision.contains(.stop(TaskStop(task: Self.task(0), graceSeconds: 10))))
        // The one that was ended for it does not take the blame.
        bench.step(
            .task(TaskState(task: Self.task(0), phase: .ended, code: 0, signal: 15)))
        bench.step(.collected(Self.attempt, nil, nil))
        Self.drain(&bench, 0)
        Self.drain(&bench, 1)
        #expect(bench.commandStatuses.last?.phase == .ended)
        #expect(bench.commandStatuses.last?.exit?.rank == 1)
    }

    @Test func aStopIsSaidOnceAndAKillAgain() {
        var bench = Self.running()
        let stop = SchedulerMessage.stopCommand(
            StopCommand(attempt: Self.attempt, graceSeconds: 10))
        bench.step(.message(stop))
        #expect(bench.last.supervision.count == 2)
        bench.step(.message(stop))
        #expect(bench.last.supervision.isEmpty)
        bench.step(
            .message(.stopCommand(StopCommand(attempt: Self.attempt, graceSeconds: 0))))
        #expect(
            bench.last.supervision == [
                .stop(TaskStop(task: Self.task(0), graceSeconds: 0)),
                .stop(TaskStop(task: Self.task(1), graceSeconds: 0)),
            ])
    }

    @Test func aNewLifeOfTheDaemonFindsItsCommandsAgain() {
        var bench = WorkerBench.registered()
        let order = Self.order()
        bench.step(
            .supervised([
                SupervisedTask(
                    state: TaskState(task: Self.task(0), phase: .running), prepare: order),
                SupervisedTask(
                    state: TaskState(task: Self.task(1), phase: .running), prepare: order),
            ]))
        #expect(bench.last.launches.isEmpty, "nothing is started twice")
        bench.welcome()
        let held = bench.heldCommands()
        #expect(held?.knowsCommands == true)
        #expect(held?.commands.map(\.phase) == [.running])
        // An order of the scheduler for it changes nothing.
        bench.step(.message(.prepareCommand(order)))
        #expect(bench.last.folders.isEmpty)
        #expect(bench.commandStatuses.map(\.phase) == [.running])
    }

    @Test func whileTheSupervisorIsSilentTheListIsNotWhole() {
        var bench = Self.running()
        bench.step(.supervisorLost)
        #expect(bench.heldCommands()?.knowsCommands == false)
        #expect(bench.heldCommands()?.commands.count == 1)
        bench.step(
            .message(
                .prepareCommand(Self.order(AttemptID(job: JobID(2), number: 1)))))
        #expect(bench.last.folders.isEmpty, "nobody knows what runs here")
        // A start that was lost with the connection is made again; one that was not, is not.
        bench.step(
            .supervised([
                SupervisedTask(
                    state: TaskState(task: Self.task(0), phase: .running), prepare: Self.order())
            ]))
        #expect(bench.last.launches == [.init(prepare: Self.order(), ranks: 1..<2)])
    }

    @Test func outputGoesPieceByPieceAndIsAskedForAgain() {
        var bench = Self.running()
        var bytes: [UInt8] = []
        OutputRecord(stream: .output, at: 1, text: Array("loss=1\nlo".utf8)[...]).append(to: &bytes)
        let end = Int64(bytes.count)
        #expect(
            bench.readsAsked == [.read(Self.task(0), from: 0), .read(Self.task(1), from: 0)])
        bench.step(
            .taskOutput(
                TaskOutput(
                    task: Self.task(0), from: 0, position: 0, bytes: bytes, isAtEnd: false)))
        let sent = bench.outputs
        #expect(sent.map(\.from) == [0])
        #expect(
            sent.first?.measurements == [CommandMeasurement([Metric("loss", 1)], position: end)])
        #expect(bench.last.supervision.isEmpty, "one piece at a time")
        // Without an answer the scheduler is asked what it has.
        bench.step(.wake, after: 2_500)
        #expect(bench.outputs.map(\.from) == [-1])
        bench.step(
            .message(
                .outputAcknowledged(
                    OutputAcknowledgement(attempt: Self.attempt, rank: 0, position: 0))))
        #expect(bench.last.supervision == [.read(Self.task(0), from: 0)])
        // The same piece again gives the same values: the reader went back too.
        bench.step(
            .taskOutput(
                TaskOutput(
                    task: Self.task(0), from: 0, position: 0, bytes: bytes, isAtEnd: false)))
        #expect(
            bench.outputs.first?.measurements == [
                CommandMeasurement([Metric("loss", 1)], position: end)
            ])
        bench.step(
            .message(
                .outputAcknowledged(
                    OutputAcknowledgement(attempt: Self.attempt, rank: 0, position: end))))
        #expect(bench.last.supervision == [.read(Self.task(0), from: end)])
    }

    @Test func theAnswerToAQuestionTellsThatAPieceWasTaken() {
        var bench = Self.running()
        func record(_ text: String) -> [UInt8] {
            var bytes: [UInt8] = []
            OutputRecord(stream: .output, at: 1, text: Array(text.utf8)[...]).append(to: &bytes)
            return bytes
        }
        func taskOutput(_ from: Int64, _ bytes: [UInt8]) -> WorkerEvent {
            .taskOutput(
                TaskOutput(
                    task: Self.task(0), from: from, position: from, bytes: bytes,
                    isAtEnd: false))
        }
        let first = record("loss=1\nlo")
        let end = Int64(first.count)
        bench.step(taskOutput(0, first))
        // The answer is lost; the question is answered with the end of the piece.
        bench.step(.wake, after: 2_500)
        bench.step(
            .message(
                .outputAcknowledged(
                    OutputAcknowledgement(attempt: Self.attempt, rank: 0, position: end))))
        let second = record("ss=2\n")
        bench.step(taskOutput(end, second))
        #expect(
            bench.outputs.first?.measurements
                == [
                    CommandMeasurement(
                        [Metric("loss", 2)], position: end + Int64(second.count))
                ])
    }

    @Test func theLeaseCountsFromTheLastHeartbeatThatWasHeard() {
        var bench = Self.bench()
        var sent: [(sequence: UInt64, at: LogicalInstant)] = []
        for _ in 0..<3 {
            bench.step(.wake, after: 500)
            for case .heartbeat(let beat) in bench.last.sends {
                sent.append((beat.sequence, bench.now))
            }
        }
        #expect(sent.count == 3)
        bench.step(.message(.heartbeatAcknowledged(sequence: sent[1].sequence)), after: 400)
        #expect(bench.last.contact == sent[1].at)
        // An older answer that comes late moves nothing.
        bench.step(.message(.heartbeatAcknowledged(sequence: sent[0].sequence)))
        #expect(bench.last.contact == nil)
    }

    @Test func aSchedulerThatDoesNotRunExtendsTheLeaseForAnHour() {
        var bench = Self.running()
        bench.step(.wake, after: 500)
        let lastHeard = bench.worker.lastContact
        bench.step(.wake, after: 60_000)
        let asked = bench.now
        bench.step(.schedulerAbsent(asked), after: 100)
        #expect(bench.last.contact == asked, "as of asking, not of the answer")
        #expect(bench.worker.lastContact == lastHeard, "nobody has heard of this node")
        // What was seen before the last word says nothing; nor does what is seen too long after.
        bench.step(.schedulerAbsent(lastHeard))
        #expect(bench.last.contact == nil)
        bench.step(.schedulerAbsent(lastHeard + .seconds(CommandLease.longestAbsenceSeconds)))
        #expect(bench.last.contact != nil)
        bench.step(.schedulerAbsent(lastHeard + .seconds(CommandLease.longestAbsenceSeconds + 1)))
        #expect(bench.last.contact == nil)
    }

    @Test func theNextTryWaitsForTheLastOneToBeGone() {
        var bench = Self.running()
        let next = AttemptID(job: JobID(1), number: 2)
        bench.step(.message(.release(Self.attempt)))
        bench.step(.message(.prepareCommand(Self.order(next))))
        bench.step(.folderMade(next))
        #expect(bench.last.launches.isEmpty)
        Self.end(&bench, 0, code: 1)
        #expect(bench.last.launches.isEmpty)
        Self.end(&bench, 1, code: 1)
        #expect(bench.last.launches == [.init(prepare: Self.order(next), ranks: 0..<2)])
    }

    @Test func aStoppingDaemonLeavesItsCommandsAlone() {
        var bench = Self.running()
        bench.step(.shutdown)
        #expect(bench.last.supervision.isEmpty)
    }
}

extension WorkerBench {
    /// The statuses of commands the last step sent.
    fileprivate var commandStatuses: [CommandStatus] {
        last.sends.compactMap { if case .command(let status) = $0 { status } else { nil } }
    }

    /// The pieces of output the last step sent.
    fileprivate var outputs: [CommandOutput] {
        last.sends.compactMap { if case .output(let output) = $0 { output } else { nil } }
    }

    /// The reads the last step asked of the supervisor.
    fileprivate var readsAsked: [SupervisorCommand] {
        last.supervision.filter { if case .read = $0 { true } else { false } }
    }

    /// The next heartbeat.
    fileprivate mutating func heldCommands() -> Heartbeat? {
        step(.wake, after: 500)
        return last.sends.compactMap {
            if case .heartbeat(let heartbeat) = $0 { heartbeat } else { nil }
        }.first
    }
}
