import ClusterVocabulary
import Determinism

@testable import SchedulerCore

/// The world of a scenario: one production core, a ledger, and nodes that say what they are told.
///
/// Nodes remember what they last said they hold, so that `heartbeat` and `advance … beat=` can
/// repeat it.
struct ScenarioWorld {
    var configuration = SchedulerConfiguration()
    var scheduler: Scheduler
    var ledger = MemoryLedger()
    var moment = Moment(instant: .zero, wallMilliseconds: 1_000_000)
    var nextToken: UInt64 = 1
    var schedulerLife: UInt64 = 1
    var descriptions: [NodeID: NodeDescription] = [:]
    var sequences: [NodeID: UInt64] = [:]
    var holding: [NodeID: [JobID: AttemptStatus]] = [:]
    var commands: [NodeID: [JobID: CommandStatus]] = [:]
    /// Broken rules found after any step.
    var broken: [String] = []

    static let wakeInterval = Duration.milliseconds(250)

    init() {
        scheduler = Scheduler(
            configuration: configuration, incarnation: Incarnation(bootID: "boot", life: 1),
            artifactEndpoint: "tcp://artifacts", at: moment.instant)
    }

    /// Steps the core, commits, and prints every effect: none goes unseen.
    mutating func step(_ event: SchedulerEvent, hidesAcknowledgement: Bool = false) -> [String] {
        let before = ledger.jobs.mapValues(\.state)
        var effects = scheduler.step(event, at: moment)
        ledger.commit(effects, from: scheduler)
        broken += scheduler.checkInvariants()
        for (job, state) in before {
            guard let now = ledger.jobs[job]?.state, now != state else { continue }
            // Several moves may be committed at once: pending, running, failed.
            if state.isFinal { broken.append("job \(job) left its final state \(state)") }
        }
        for fact in effects.facts where fact.job.number > 0 {
            if fact.state == nil { broken.append("fact \(fact.kind) of \(fact.job) has no state") }
        }
        if hidesAcknowledgement {
            effects.sends.removeAll { send in
                if case .heartbeatAcknowledged = send.message { true } else { false }
            }
        }
        let lines = EffectPrinter(scheduler: scheduler, ledger: ledger).lines(of: effects)
        return lines
    }

    /// Moves both clocks on.
    mutating func pass(_ duration: Duration) {
        moment.instant += duration
        moment.wallMilliseconds += duration.wholeMilliseconds
    }

    /// Lets time pass with a wake every quarter second and heartbeats of the nodes twice a second.
    mutating func advance(_ duration: Duration, beating nodes: [NodeID]) -> [String] {
        var lines: [String] = []
        let end = moment.instant + duration
        var isBeat = false
        while moment.instant < end {
            pass(min(end - moment.instant, ScenarioWorld.wakeInterval))
            isBeat.toggle()
            if isBeat {
                for node in nodes { lines += beat(node, hidesAcknowledgement: true) }
            }
            lines += step(.wake)
        }
        return ScenarioWorld.counted(lines)
    }

    /// Each line once, where it came first, with how often it came.
    static func counted(_ lines: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for line in lines { counts[line, default: 0] += 1 }
        var seen: Set<String> = []
        return lines.filter { seen.insert($0).inserted }.map { line in
            let count = counts[line] ?? 1
            return count == 1 ? line : "\(line) (\(count) times)"
        }
    }

    mutating func beat(_ node: NodeID, hidesAcknowledgement: Bool = false) -> [String] {
        sequences[node, default: 0] += 1
        let held = holding[node] ?? [:]
        let incarnation =
            descriptions[node]?.incarnation ?? Incarnation(bootID: "none", life: 0)
        return step(
            .message(
                node,
                .heartbeat(
                    Heartbeat(
                        incarnation: incarnation, sequence: sequences[node] ?? 0,
                        held: held.keys.sorted().compactMap { held[$0] },
                        commands: (commands[node] ?? [:]).sorted { $0.key < $1.key }
                            .map(\.value),
                        knowsCommands: descriptions[node]?.runsCommands ?? true))),
            hidesAcknowledgement: hidesAcknowledgement)
    }

    /// A scheduler that knows only what was committed.
    mutating func restart() {
        schedulerLife += 1
        scheduler = Scheduler(
            configuration: configuration,
            incarnation: Incarnation(bootID: "boot", life: schedulerLife),
            artifactEndpoint: "tcp://artifacts", at: moment.instant)
        scheduler.recover(ledger.recovered, at: moment)
        broken += scheduler.checkInvariants()
    }

    /// The job of a full name such as `digits-1`.
    func job(named name: String) -> JobRecord? {
        ledger.jobs.values.first { $0.fullName == name }
    }

    mutating func token() -> RequestToken {
        defer { nextToken += 1 }
        return RequestToken(nextToken)
    }
}
