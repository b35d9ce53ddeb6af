import ClusterVocabulary
import Determinism

/// How the ranks of a command are ended, and when their end is told.
extension Worker {
    /// Ends the ranks that are left.
    mutating func stop(
        _ attempt: AttemptID, graceSeconds: Int64, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], held.status.phase < .ended else { return }
        let isNews = held.status.phase < .stopping
        commands[attempt]?.isStopping = true
        commands[attempt]?.status.phase = .stopping
        let checkpoint = graceSeconds > 0 ? held.prepare.work.checkpoint : nil
        for rank in held.ranks where held.isLaunched && held.tasks[rank]?.phase != .ended {
            effects.supervision.append(
                .stop(
                    TaskStop(
                        task: held.task(rank), signal: checkpoint?.signal ?? 0,
                        signalGraceSeconds: checkpoint?.graceSeconds ?? 0,
                        graceSeconds: graceSeconds)))
        }
        if isNews, !held.isReleased, let status = commands[attempt]?.status {
            effects.sends.append(.command(status))
        }
        if !held.isLaunched { finish(attempt, now, &effects) }
    }

    mutating func onStopCommand(
        _ order: StopCommand, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = commands[order.attempt] else {
            // Nothing of it is here, nor will be: an order under way is refused from now on. While
            // the supervisor is silent that cannot be said.
            guard knowsCommands else { return }
            endedCommands.insert(order.attempt)
            effects.sends.append(
                .command(
                    CommandStatus(
                        attempt: order.attempt, phase: .ended,
                        reason: Reason(.stopping, "it was ended before it started"))))
            return
        }
        // A repeated order must not send the signals again, one without grace is new.
        if held.isStopping, order.graceSeconds > 0 {
            effects.sends.append(.command(held.status))
            return
        }
        stop(order.attempt, graceSeconds: order.graceSeconds, now, &effects)
    }

    /// All ranks have ended: collects files, waits for the output, then says so.
    mutating func finish(
        _ attempt: AttemptID, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], held.status.phase < .ended else { return }
        if held.isReleased {
            forget(attempt, &effects)
            return
        }
        if held.isLaunched {
            if case .open = held.collection {
                commands[attempt]?.collection = .running
                effects.collections.append(held.prepare)
            }
            guard case .done = held.collection,
                held.ranks.allSatisfy({ held.outputs[$0]?.isDone ?? true })
            else { return }
        }
        commands[attempt]?.status.phase = .ended
        if held.status.exit == nil, held.isLaunched, let first = held.ranks.first {
            commands[attempt]?.status.exit = CommandExit(rank: first, code: 0, signal: 0)
        }
        if let status = commands[attempt]?.status { effects.sends.append(.command(status)) }
    }

    /// Files were collected and stored, or there are none.
    mutating func onCollected(
        _ attempt: AttemptID, _ archive: StoredArchive?, _ problem: Reason?,
        _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], case .running = held.collection else { return }
        commands[attempt]?.collection = .done
        commands[attempt]?.status.outputs = archive
        if let problem {
            effects.warnings.append(problem)
            if held.status.failure == nil, !held.isStopping {
                commands[attempt]?.status.failure = .job
                commands[attempt]?.status.reason = problem
            }
        }
        finish(attempt, now, &effects)
    }

    /// The scheduler does not want to hear of it any more.
    mutating func releaseCommand(
        _ attempt: AttemptID, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        endedCommands.insert(attempt)
        guard let held = commands[attempt] else { return }
        commands[attempt]?.isReleased = true
        if held.isAlive {
            guard !held.isStopping else { return }
            stop(
                attempt, graceSeconds: held.prepare.work.graceSeconds, now, &effects)
        } else {
            forget(attempt, &effects)
        }
    }

    private mutating func forget(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard let held = commands.removeValue(forKey: attempt) else { return }
        if held.isLaunched {
            for rank in held.ranks { effects.supervision.append(.forget(held.task(rank))) }
        }
        effects.removals.append(held.prepare)
        for other in commandOrder where other.job == attempt.job { launch(other, &effects) }
    }
}
