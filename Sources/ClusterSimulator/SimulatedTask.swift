import ClusterVocabulary
import Determinism

/// One rank of one try under a simulated supervisor; true time throughout.
struct SimulatedTask: Sendable {
    let id: TaskID
    let order: PrepareCommand
    let program: SimulatedProgram
    let startedAt: LogicalInstant
    /// Whether the supervisor has noted the end, and how.
    var state: TaskState
    /// When its processes end as things are, and how.
    var diesAt: LogicalInstant
    var code: Int32
    var signal: Int32 = 0
    /// Why the supervisor ends it.
    var verdict: (failure: FailureClass, reason: Reason)?
    /// What follows while it is being ended.
    var termAt: LogicalInstant?
    var killAt: LogicalInstant?

    init(_ order: PrepareCommand, rank: Int, at now: LogicalInstant) {
        id = TaskID(attempt: order.attempt, rank: rank)
        self.order = order
        program = SimulatedProgram(order.work, attempt: order.attempt, rank: rank)
        startedAt = now
        state = TaskState(task: id, phase: .running)
        diesAt = now + program.duration
        code = program.code
    }

    /// Whether the end is noted.
    var isEnded: Bool { state.phase == .ended }

    /// Whether a process of it runs.
    func isAlive(at now: LogicalInstant) -> Bool { !isEnded && now < diesAt }

    /// What it has written.
    func output(at now: LogicalInstant) -> [UInt8] {
        program.output(lines: program.lines(after: min(now, diesAt) - startedAt))
    }

    /// Its processes die by a signal, at this time at the latest.
    mutating func die(of signal: Int32, at time: LogicalInstant) {
        guard time < diesAt else { return }
        diesAt = time
        code = 0
        self.signal = signal
    }

    /// Takes an order to end it.
    mutating func stop(graceSeconds: Int64, afterSignal: Int64, at now: LogicalInstant) {
        if graceSeconds == 0, afterSignal == 0 {
            killAt = now
        } else if killAt == nil {
            termAt = now + .seconds(afterSignal)
            killAt = now + .seconds(afterSignal + graceSeconds)
        }
        state.phase = .stopping
    }

    /// Ends it by the supervisor's own decision.
    mutating func end(
        _ failure: FailureClass, _ reason: Reason, graceSeconds: Int64, at now: LogicalInstant
    ) {
        verdict = verdict ?? (failure, reason)
        termAt = now
        killAt = now + .seconds(graceSeconds)
        state.phase = .stopping
    }

    /// Sends the signals that are due; true when the end was noted.
    mutating func advance(to now: LogicalInstant) -> Bool {
        guard !isEnded else { return false }
        if let termAt, now >= termAt {
            self.termAt = nil
            if program.kind != .stubborn { die(of: 15, at: now + .milliseconds(50)) }
        }
        if let killAt, now >= killAt { die(of: 9, at: now) }
        guard now >= diesAt else { return false }
        finish()
        return true
    }

    /// Notes the end.
    mutating func finish() {
        state.phase = .ended
        state.code = code
        state.signal = signal
        state.failure = verdict?.failure
        state.reason = verdict?.reason ?? .none
        if verdict == nil, signal == 9, killAt == nil {
            state.failure = .program
            state.reason = Reason(.commandFailed, "killed by signal 9, not by this cluster")
        }
    }

    /// The start of a program that is not there, or of an order whose lease is over.
    mutating func refuse(_ failure: FailureClass, _ reason: Reason) {
        diesAt = startedAt
        code = failure == .job ? 127 : 0
        verdict = (failure, reason)
        finish()
    }
}
