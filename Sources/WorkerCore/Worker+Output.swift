import ClusterVocabulary
import Determinism

/// The output of commands on its way from the supervisor to the scheduler: one piece of a rank at
/// a time, the next when it is acknowledged.
extension Worker {
    /// Goes on with a rank's output: asks the scheduler what it has, or the supervisor for more.
    mutating func ship(
        _ attempt: AttemptID, _ rank: Int, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], var cursor = held.outputs[rank], !cursor.isDone,
            !held.isReleased, cursor.sentAt == nil, !cursor.isReading
        else { return }
        guard let position = cursor.acknowledged else {
            cursor.sentAt = now
            commands[attempt]?.outputs[rank] = cursor
            effects.sends.append(
                .output(
                    CommandOutput(
                        attempt: attempt, rank: rank, from: -1, position: 0, bytes: [])))
            return
        }
        // A flood is slowed down while it lasts; its end is shipped at once.
        let isOver = held.tasks[rank]?.phase == .ended
        if !isOver, let after = cursor.readAfter, after > now { return }
        guard knowsCommands else { return }
        cursor.isReading = true
        commands[attempt]?.outputs[rank] = cursor
        effects.supervision.append(.read(held.task(rank), from: position))
    }

    /// The supervisor gives a piece.
    mutating func onTaskOutput(
        _ output: TaskOutput, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        let attempt = output.task.attempt
        let rank = output.task.rank
        guard var cursor = commands[attempt]?.outputs[rank], cursor.isReading,
            cursor.acknowledged == output.from
        else { return }
        cursor.isReading = false
        if output.bytes.isEmpty {
            cursor.isDone = output.isAtEnd
            commands[attempt]?.outputs[rank] = cursor
            if output.isAtEnd {
                refresh(attempt, now, &effects)
            } else {
                ship(attempt, rank, now, &effects)
            }
            return
        }
        var reader = cursor.reader
        let measurements = reader.read(output.bytes, at: output.position)
        cursor.readerAfterSent = reader
        cursor.sent = output.position + Int64(output.bytes.count)
        cursor.sentAt = now
        cursor.shipped += Int64(output.bytes.count)
        if cursor.shipped > configuration.promptOutputBytes {
            let pause = Double(output.bytes.count) / Double(configuration.outputBytesPerSecond)
            cursor.readAfter = now + .milliseconds(Int64(pause * 1_000))
        }
        commands[attempt]?.outputs[rank] = cursor
        effects.sends.append(
            .output(
                CommandOutput(
                    attempt: attempt, rank: rank, from: output.from, position: output.position,
                    bytes: output.bytes, measurements: measurements)))
    }

    /// The scheduler says what it has.
    mutating func onOutputAcknowledged(
        _ acknowledgement: OutputAcknowledgement, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        let attempt = acknowledgement.attempt
        let rank = acknowledgement.rank
        guard var cursor = commands[attempt]?.outputs[rank], cursor.sentAt != nil else { return }
        if let sent = cursor.sent, acknowledgement.position == sent,
            let reader = cursor.readerAfterSent
        {
            cursor.reader = reader
        }
        cursor.acknowledged = acknowledgement.position
        cursor.sent = nil
        cursor.sentAt = nil
        cursor.readerAfterSent = nil
        commands[attempt]?.outputs[rank] = cursor
        ship(attempt, rank, now, &effects)
    }

    /// Pieces without an answer are asked about, slowed ones go on.
    mutating func wakeOutputs(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        for attempt in commandOrder {
            guard let held = commands[attempt], held.isLaunched, held.status.phase < .ended
            else { continue }
            for rank in held.ranks {
                if let sentAt = held.outputs[rank]?.sentAt,
                    now - sentAt > configuration.outputPatience
                {
                    // What was sent stays known: the answer may tell that it was taken.
                    commands[attempt]?.outputs[rank]?.acknowledged = nil
                    commands[attempt]?.outputs[rank]?.sentAt = nil
                }
                ship(attempt, rank, now, &effects)
            }
        }
    }
}
