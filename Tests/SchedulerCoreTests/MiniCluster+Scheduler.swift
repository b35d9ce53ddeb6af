import ClusterVocabulary
import Determinism

@testable import SchedulerCore

/// The scheduler's shell: group commit, then sends; a crash loses what was not committed.
extension MiniCluster {
    var moment: Moment {
        Moment(instant: now, wallMilliseconds: 1_000_000 + now.nanoseconds / 1_000_000)
    }

    mutating func startScheduler() {
        guard scheduler == nil else { return }
        schedulerLife += 1
        var started = Scheduler(
            configuration: SchedulerConfiguration(),
            incarnation: Incarnation(bootID: "s", life: schedulerLife),
            artifactEndpoint: "tcp://artifacts", at: now)
        started.recover(ledger.recovered, at: moment)
        note(started.checkInvariants())
        scheduler = started
        trace.fold("scheduler \(schedulerLife)")
        after(milliseconds: 250, .wakeScheduler(life: schedulerLife))
    }

    mutating func crashScheduler() {
        scheduler = nil
        schedulerLife += 1
        uncommitted = SchedulerEffects()
        isCommitDue = false
    }

    mutating func stepScheduler(_ event: SchedulerEvent) {
        // Moved out and back, so that the step does not copy the tables.
        guard var stepped = scheduler.take() else { return }
        let effects = stepped.step(event, at: moment)
        note(stepped.checkInvariants())
        scheduler = stepped
        uncommitted.append(effects)
        if !isCommitDue {
            isCommitDue = true
            after(milliseconds: isFaulty ? random.number(0..<20) : 1, .commit(life: schedulerLife))
        }
    }

    /// Everything since the last commit becomes durable at once; only then others hear of it.
    mutating func commit() {
        guard let scheduler else { return }
        isCommitDue = false
        let effects = uncommitted
        uncommitted = SchedulerEffects()
        checkMoves(effects, scheduler)
        ledger.commit(effects, from: scheduler)
        for model in effects.models { checkModel(model) }
        for reply in effects.replies { answered(reply) }
        for fact in effects.facts { trace.fold("\(fact.kind.rawValue) \(fact.job) \(fact.node)") }
        for send in effects.sends {
            trace.fold(send.node.name)
            trace.fold(send.message.traceWord)
            guard let life = nodes[send.node]?.life else { continue }
            transmit("s>\(send.node)", .toWorker(send.node, life: life, send.message))
        }
    }

    /// A link with its faults: lost, late, doubled, but never out of order.
    mutating func transmit(_ link: String, _ happening: Happening) {
        if isFaulty, random.happens(perMille: 50) { return }
        let delay = isFaulty && random.happens(perMille: 20) ? random.number(0..<2_000) : 0
        let travel = Duration.milliseconds(delay) + .microseconds(random.number(50..<5_000))
        let at = max(linkAt[link] ?? .zero, now + travel)
        linkAt[link] = at
        queue.push(at, happening)
        if isFaulty, random.happens(perMille: 20) { queue.push(at, happening) }
    }

    /// A client sends its submission, and again with the same key until it is answered.
    mutating func submit(_ index: Int) {
        guard acknowledged[index] == nil else { return }
        stepScheduler(.submit(submissions[index], RequestToken(UInt64(index))))
        after(milliseconds: 1_000, .submit(index))
    }

    private mutating func answered(_ reply: SchedulerEffects.Reply) {
        guard case .accepted(let job, _, _) = reply.answer else {
            note(["submission \(reply.request.number) was refused: \(reply.answer)"])
            return
        }
        let index = Int(reply.request.number)
        if let known = acknowledged[index], known != job {
            note(["submission \(index) is job \(known) and job \(job)"])
        }
        acknowledged[index] = job
    }

    /// States only move as the table says, seen from the ledger.
    private mutating func checkMoves(_ effects: SchedulerEffects, _ scheduler: Scheduler) {
        var states: [JobID: JobState] = [:]
        for fact in effects.facts {
            guard let next = fact.state else { continue }
            if fact.kind == .submitted {
                if ledger.jobs[fact.job] != nil { note(["job \(fact.job) was submitted twice"]) }
                states[fact.job] = next
                continue
            }
            let before = states[fact.job] ?? ledger.jobs[fact.job]?.state ?? .pending
            if before != next, !before.canBecome(next) {
                note(["job \(fact.job) went from \(before) to \(next)"])
            }
            states[fact.job] = next
        }
        for job in states.keys.sorted() where scheduler.record(of: job)?.state != states[job] {
            note(["job \(job): the facts and the record end in different states"])
        }
    }

    private mutating func checkModel(_ model: ModelRecord) {
        guard let work = ledger.jobs[model.job]?.work else {
            note(["a model of the unknown job \(model.job)"])
            return
        }
        let expected = FakeTrainer.expectedModel(of: work)
        if model.model.weightsDigest != expected {
            note(["job \(model.job): model \(model.model.weightsDigest), expected \(expected)"])
        }
        if !storedModels.contains(model.model.weightsDigest) {
            note(["job \(model.job): its model was recorded before it was stored"])
        }
        if ledger.models.count(where: { $0.job == model.job }) != 1 {
            note(["job \(model.job) has several models"])
        }
    }
}

extension SchedulerMessage {
    /// The message in a word or two, for the trace.
    var traceWord: String {
        switch self {
        case .welcome: "welcome"
        case .refused(let reason): "refused \(reason.code.rawValue)"
        case .heartbeatAcknowledged(let sequence): "heard \(sequence)"
        case .stage(let data): "stage \(data.key)"
        case .prepare(let prepare): "prepare \(prepare.attempt.job) \(prepare.term)"
        case .go(let go): "go \(go.attempt.job) \(go.term) \(go.startRound)"
        case .publish(let attempt): "publish \(attempt.job)"
        case .release(let attempt): "release \(attempt.job) \(attempt.number)"
        }
    }
}
