import ClusterVocabulary
import Determinism

/// Commands: orders of the scheduler, what the supervisor says, and the way between.
///
/// preparing ──folder made──▶ prepared ──may start──▶ running ──a rank failed, or told──▶ stopping
///                                                       └──all ended, files stored──▶ ended ◀──┘
/// The supervisor outlives this daemon: after a restart its inventory says what runs.
extension Worker {
    /// Attempts of commands in order.
    var commandOrder: [AttemptID] {
        commands.keys.sorted { ($0.job, $0.number) < ($1.job, $1.number) }
    }

    mutating func onPrepareCommand(_ order: PrepareCommand, _ effects: inout WorkerEffects) {
        if let held = commands[order.attempt] {
            if !held.isReleased, held.status.phase != .preparing {
                effects.sends.append(.command(held.status))
            }
            return
        }
        if endedCommands.contains(order.attempt) {
            // An order that was overtaken by its end; an older ledger may also give a number again.
            effects.sends.append(
                .command(
                    CommandStatus(
                        attempt: order.attempt, phase: .ended, failure: .infrastructure,
                        reason: Reason(.stopping, "this try was ended here before"))))
            return
        }
        // Before its welcome this life is unknown: the order was for an earlier one, whose machine
        // may have booted anew since. And without the supervisor nobody knows what runs here. What
        // is still wanted comes again.
        guard case .registered = link, knowsCommands, !order.ranks(of: description.node).isEmpty
        else { return }
        guard commands.count < Heartbeat.mostHeld else {
            effects.warnings.append(
                Reason(.limitReached, "\(Heartbeat.mostHeld) commands are held already"))
            return
        }
        commands[order.attempt] = HeldCommand(order, on: description.node)
        effects.folders.append(order)
    }

    mutating func onStartCommand(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard let held = commands[attempt], !held.mayStart else { return }
        commands[attempt]?.mayStart = true
        launch(attempt, &effects)
    }

    /// The working folder is there.
    mutating func onFolderMade(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard let held = commands[attempt], held.status.phase == .preparing else { return }
        commands[attempt]?.status.phase = .prepared
        launch(attempt, &effects)
        if let held = commands[attempt], !held.isLaunched {
            effects.sends.append(.command(held.status))
        }
    }

    /// The working folder cannot be made, or a rank cannot be given to the supervisor.
    mutating func onCommandRefused(
        _ attempt: AttemptID, _ failure: FailureClass, _ reason: Reason,
        _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], held.status.phase < .stopping else { return }
        commands[attempt]?.isLaunched = held.isLaunched && !held.tasks.isEmpty
        commands[attempt]?.status.failure = failure
        commands[attempt]?.status.reason = reason
        stop(attempt, graceSeconds: held.prepare.work.graceSeconds, now, &effects)
    }

    /// Starts the ranks when everything is ready and nothing of an earlier try is left here.
    mutating func launch(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard let held = commands[attempt], held.status.phase == .prepared, held.mayStart,
            !held.isLaunched, !held.isReleased, knowsCommands,
            !commands.contains(where: { $0.key.job == attempt.job && $0.value.isAlive })
        else { return }
        commands[attempt]?.isLaunched = true
        for rank in held.ranks {
            let fresh = cursor(of: rank, held.prepare, acknowledged: 0)
            commands[attempt]?.outputs[rank] = fresh
        }
        effects.launches.append(.init(prepare: held.prepare, ranks: held.ranks))
    }

    private func cursor(
        of rank: Int, _ prepare: PrepareCommand, acknowledged: Int64?
    ) -> OutputCursor {
        // Ranks of one job print the same values; the first tells them.
        OutputCursor(
            acknowledged: acknowledged,
            reader: MetricReader(rank == 0 ? prepare.work.metrics : .none))
    }

    // MARK: What the supervisor says

    /// Everything the supervisor holds: after a start of either, or a broken connection.
    mutating func onInventory(
        _ tasks: [SupervisedTask], _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        knowsCommands = true
        let isNews = !description.runsCommands
        description.runsCommands = true
        for task in tasks {
            guard let prepare = task.prepare else {
                effects.warnings.append(
                    Reason(
                        .invalid,
                        "the supervisor holds task \(task.state.task) of another release; it is "
                            + "ended"))
                effects.supervision.append(
                    .stop(TaskStop(task: task.state.task, graceSeconds: 0)))
                if task.state.phase == .ended {
                    effects.supervision.append(.forget(task.state.task))
                }
                continue
            }
            adopt(task.state, prepare)
        }
        let known = Set(tasks.map(\.state.task))
        for attempt in commandOrder {
            for rank in commands[attempt]?.ranks ?? 0..<0 { rearm(attempt, rank) }
            relaunch(attempt, missingFrom: known, now, &effects)
            stopAgain(attempt, &effects)
            refresh(attempt, now, &effects)
        }
        for attempt in commandOrder { launch(attempt, &effects) }
        if case .registered = link {
            if isNews { register(now, &effects) } else { beat(now, &effects) }
        }
        registerWhenProved(now, &effects)
    }

    private mutating func adopt(_ state: TaskState, _ prepare: PrepareCommand) {
        let attempt = state.task.attempt
        if commands[attempt] == nil {
            var held = HeldCommand(prepare, on: description.node)
            held.status.phase = .running
            held.mayStart = true
            held.isLaunched = true
            for rank in held.ranks {
                held.outputs[rank] = cursor(of: rank, prepare, acknowledged: nil)
            }
            commands[attempt] = held
        }
        commands[attempt]?.tasks[state.task.rank] = state
    }

    /// Questions to the supervisor of a broken connection are asked anew.
    private mutating func rearm(_ attempt: AttemptID, _ rank: Int) {
        commands[attempt]?.outputs[rank]?.isReading = false
    }

    /// Ranks the supervisor never heard of are started; it would start none twice.
    private mutating func relaunch(
        _ attempt: AttemptID, missingFrom known: Set<TaskID>, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], held.isLaunched else { return }
        let missing = held.ranks.filter { !known.contains(held.task($0)) }
        guard let first = missing.first, let last = missing.last else { return }
        if held.isStopping || held.isReleased || held.status.phase >= .stopping {
            for rank in missing {
                commands[attempt]?.tasks[rank] = TaskState(
                    task: held.task(rank), phase: .ended,
                    reason: Reason(.stopping, "it was ended before it started"))
                commands[attempt]?.outputs[rank]?.isDone = true
            }
        } else {
            effects.launches.append(.init(prepare: held.prepare, ranks: first..<(last + 1)))
        }
    }

    /// Orders to end that may have been lost with the connection.
    private func stopAgain(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard let held = commands[attempt], held.isStopping || held.isReleased else { return }
        for rank in held.ranks where held.tasks[rank]?.phase == .running {
            effects.supervision.append(
                .stop(
                    TaskStop(
                        task: held.task(rank), graceSeconds: held.prepare.work.graceSeconds)))
        }
    }

    mutating func onTask(
        _ state: TaskState, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        let attempt = state.task.attempt
        guard let held = commands[attempt], held.ranks.contains(state.task.rank) else { return }
        if held.tasks[state.task.rank]?.phase == .ended { return }
        commands[attempt]?.tasks[state.task.rank] = state
        refresh(attempt, now, &effects)
    }

    /// Brings the status up to date with the ranks, and does what follows from it.
    mutating func refresh(
        _ attempt: AttemptID, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], held.isLaunched else { return }
        let states = held.ranks.compactMap { held.tasks[$0] }
        blame(attempt, states, now, &effects)
        guard states.count == held.ranks.count else { return }
        if held.status.phase == .prepared, states.allSatisfy({ $0.phase == .running }) {
            commands[attempt]?.status.phase = .running
            effects.sends.append(.command(commands[attempt]?.status ?? held.status))
        }
        for rank in held.ranks { ship(attempt, rank, now, &effects) }
        if states.allSatisfy({ $0.phase == .ended }) { finish(attempt, now, &effects) }
    }

    /// Notes the first rank that ended badly and ends the others.
    private mutating func blame(
        _ attempt: AttemptID, _ states: [TaskState], _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let held = commands[attempt], held.status.phase < .ended else { return }
        let ended = states.filter { $0.phase == .ended }
        if let bad = ended.first(where: { !$0.isSuccess }), held.status.exit == nil {
            let exit = CommandExit(rank: bad.task.rank, code: bad.code, signal: bad.signal)
            commands[attempt]?.status.exit = exit
            guard !held.isStopping || bad.failure == .infrastructure else { return }
            commands[attempt]?.status.failure = bad.failure ?? .program
            commands[attempt]?.status.reason =
                bad.reason.code == .none
                ? Reason(
                    .commandFailed,
                    "rank \(exit.rank) on \(description.node) ended with \(exit.words)")
                : bad.reason
            stop(attempt, graceSeconds: held.prepare.work.graceSeconds, now, &effects)
        }
    }
}

extension TaskState {
    /// Whether the rank did its work.
    fileprivate var isSuccess: Bool {
        code == 0 && signal == 0 && failure == nil
    }
}
