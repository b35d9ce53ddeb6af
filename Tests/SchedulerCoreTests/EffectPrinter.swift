import ClusterVocabulary

@testable import SchedulerCore

/// Prints effects and tables as short lines, one per item, in the order of their fields.
struct EffectPrinter {
    let scheduler: Scheduler
    let ledger: MemoryLedger

    func lines(of effects: SchedulerEffects) -> [String] {
        var lines = effects.facts.map(line)
        var seen: Set<JobID> = []
        for id in effects.changedJobs where seen.insert(id).inserted {
            lines.append("commit " + (scheduler.record(of: id).map(line) ?? "job \(id), gone"))
        }
        lines += effects.specifications.map { "commit spec of \(name($0.job))" }
        lines += effects.nodes.map { "commit \(line($0))" }
        lines += effects.models.map {
            "commit model \($0.name)@\($0.version) of \(name($0.job)): \($0.model.weightsDigest)"
        }
        lines += effects.deletedJobs.map { "commit tombstone \($0)" }
        lines += effects.sends.map { "-> \($0.node) \(line($0.message))" }
        lines += effects.replies.map { "reply \(line($0.answer))" }
        lines += effects.measured.map {
            "store output of \(attempt($0.attempt)) rank \($0.rank) to \($0.position)"
        }
        lines += effects.progress.map {
            "show \(name($0.attempt.job)) \($0.completeRounds)/\($0.totalRounds)"
        }
        lines += effects.computed.map { piece in
            let rounds = piece.computed.rounds.map { "\($0.number)" }.joined(separator: ", ")
            let nodes = piece.computed.shares.map(\.node.name).joined(separator: ", ")
            return "digests \(name(piece.attempt.job)) round \(rounds) by \(nodes)"
        }
        lines += effects.discardedArtifacts.map { "discard \($0)" }
        lines += effects.logs.map { "log \(name($0.attempt.job)) \($0.text)" }
        return lines
    }

    /// All jobs and nodes.
    func state() -> [String] {
        scheduler.jobs.keys.sorted().compactMap { scheduler.record(of: $0).map(line) }
            + scheduler.nodeSummaries().map { node in
                "\(line(node.record)) uses \(node.used.milliCPU)m for "
                    + (node.jobs.isEmpty ? "nothing" : node.jobs.map(name).joined(separator: " "))
            }
    }

    private func name(_ job: JobID) -> String {
        scheduler.record(of: job)?.fullName ?? "job \(job)"
    }

    private func attempt(_ id: AttemptID) -> String { "\(name(id.job))#\(id.number)" }

    private func line(_ fact: LedgerFact) -> String {
        var words = ["fact \(fact.kind.word)"]
        if fact.job.number > 0 { words.append(name(fact.job)) }
        if !fact.node.isEmpty { words.append(fact.node) }
        let reason = fact.reason.code == .none ? fact.reason.message : "\(fact.reason)"
        if !reason.isEmpty { words.append("(\(reason))") }
        return words.joined(separator: " ")
    }

    private func line(_ record: JobRecord) -> String {
        var words = [record.fullName, record.state.word]
        if record.attempt > 0 { words.append("#\(record.attempt)") }
        if record.term > .none { words.append("term \(record.term)") }
        words += record.members.map {
            "\($0.node)[\($0.firstReplica)..<\($0.endReplica) on \($0.lanes)]"
        }
        if record.failures > 0 { words.append("failures \(record.failures)") }
        if record.commandState.infrastructureFailures > 0 {
            words.append("host failures \(record.commandState.infrastructureFailures)")
        }
        if let ending = record.commandState.ending { words.append("to \(ending.kind)") }
        if let exit = record.commandState.exit { words.append("\(exit.words) of \(exit.rank)") }
        if record.commandState.measurements > 0 {
            let values = record.commandState.metrics.map { "\($0.name)=\($0.value)" }
            let lines = record.commandState.measurements
            words.append("\(lines) lines: \(values.joined(separator: " "))")
        }
        if record.completeRounds > 0 { words.append("rounds \(record.completeRounds)") }
        if record.reason != .none { words.append("(\(record.reason))") }
        return words.joined(separator: " ")
    }

    private func line(_ record: NodeRecord) -> String {
        "node \(record.description.node) \(record.state.word)"
            + (record.assignment.duty == .open ? "" : ",\(record.assignment.duty.word)")
    }

    private func line(_ message: SchedulerMessage) -> String {
        switch message {
        case .welcome: "welcome"
        case .refused(let reason): "refused (\(reason))"
        case .heartbeatAcknowledged(let sequence): "heard \(sequence)"
        case .stage(let data): "stage \(data.key)"
        case .prepare(let prepare):
            "prepare \(attempt(prepare.attempt)) term \(prepare.term) lanes \(prepare.lanes)"
                + (prepare.work.averaging.choice.map {
                    " every \($0.steps) from round \($0.round)"
                } ?? "")
                + (prepare.checkpoint.map { " from checkpoint \($0.round)" } ?? "")
        case .go(let go):
            "go \(attempt(go.attempt)) term \(go.term) at round \(go.startRound)"
                + (go.stateSource.map { " state of \($0)" } ?? " from the seed")
        case .publish(let id): "publish \(attempt(id))"
        case .release(let id): "release \(attempt(id))"
        case .prepareCommand(let order):
            "ready \(attempt(order.attempt)) on "
                + order.hosts.map { "\($0.node)[\($0.firstRank)..<\($0.endRank)]" }
                .joined(separator: " ") + (order.startsAtOnce ? " and start" : "")
        case .startCommand(let id): "start \(attempt(id))"
        case .stopCommand(let order):
            "stop \(attempt(order.attempt)) in \(order.graceSeconds) s"
        case .outputAcknowledged: "output kept"
        }
    }

    private func line(_ answer: SchedulerEffects.Answer) -> String {
        switch answer {
        case .accepted(let job, let fullName, let isRepeated):
            "accepted \(fullName) as job \(job)" + (isRepeated ? ", again" : "")
        case .done(let job): "done \(name(job))"
        case .assigned(let node, let jobsLeft): "assigned \(node), \(jobsLeft) jobs there"
        case .refused(let reason): "refused (\(reason))"
        }
    }
}
