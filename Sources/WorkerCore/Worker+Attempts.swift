package import ClusterVocabulary
import Determinism

/// Commands of the scheduler and reports of trainers.
extension Worker {
    mutating func onMessage(
        _ message: SchedulerMessage, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        switch message {
        case .welcome(let welcome): onWelcome(welcome, now, &effects)
        case .refused(let reason):
            if reason.code != .notFound { effects.warnings.append(reason) }
            // An unanswered registration is repeated by the clock: a refusal must not speed it up.
            if case .registered = link { register(now, &effects) }
        case .heartbeatAcknowledged(let sequence): onAcknowledged(sequence, &effects)
        case .stage(let reference): onStage(reference, &effects)
        case .prepare(let prepare): onPrepare(prepare, now, &effects)
        case .go(let go): onGo(go, &effects)
        case .publish(let attempt): onPublish(attempt, &effects)
        case .release(let attempt):
            onRelease(attempt, now, &effects)
            releaseCommand(attempt, now, &effects)
        case .prepareCommand(let order): onPrepareCommand(order, &effects)
        case .startCommand(let attempt): onStartCommand(attempt, &effects)
        case .stopCommand(let order): onStopCommand(order, now, &effects)
        case .outputAcknowledged(let acknowledgement):
            onOutputAcknowledged(acknowledgement, now, &effects)
        }
    }

    private mutating func onPrepare(
        _ prepare: PrepareTraining, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        let job = prepare.attempt.job
        if var held = attempts[job] {
            if prepare.attempt.number < held.prepare.attempt.number { return }
            if prepare.attempt == held.prepare.attempt {
                if prepare.term < held.prepare.term { return }
                if prepare.term == held.prepare.term {
                    if held.status.phase != .starting { effects.sends.append(.status(held.status)) }
                    return
                }
                held.prepare = prepare
                held.askedAt = now
                attempts[job] = held
                if let trainer = held.trainer, held.status.phase != .failed {
                    if case .busy = trainers[trainer]?.state {
                        effects.commands.append(
                            .init(trainer: trainer, action: .prepare(prepare)))
                    }
                    return
                }
            } else {
                drop(job, now, &effects)
            }
        }
        guard attempts[job] != nil || attempts.count < Heartbeat.mostHeld else {
            effects.warnings.append(
                Reason(.limitReached, "\(Heartbeat.mostHeld) attempts are held already"))
            return
        }
        attempts[job] = HeldAttempt(
            prepare: prepare,
            status: AttemptStatus(attempt: prepare.attempt, term: prepare.term, phase: .starting))
        assign(job, now, &effects)
        if attempts[job]?.trainer == nil, trainers.count >= configuration.mostTrainers {
            effects.warnings.append(
                Reason(
                    .limitReached,
                    "\(configuration.mostTrainers) trainers run already; "
                        + "\(prepare.jobName) waits for one"))
        }
    }

    /// Gives an attempt a trainer: a warm one, or one that is started for it. Without its data
    /// set it waits for the fetch.
    mutating func assign(
        _ job: JobID, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = attempts[job], held.trainer == nil else { return }
        let reference = held.prepare.work.data
        guard heldDatasets[reference.key] != nil else {
            onStage(reference, &effects)
            return
        }
        let coreType = held.prepare.coreType
        if let warm = trainers.keys.sorted().first(where: { id in
            trainers[id]?.coreType == coreType && trainers[id]?.state == .idle
        }) {
            trainers[warm]?.state = .busy(job)
            attempts[job]?.trainer = warm
            attempts[job]?.askedAt = now
            effects.commands.append(.init(trainer: warm, action: .prepare(held.prepare)))
        } else if let coming = trainers.keys.sorted().first(where: { id in
            trainers[id]?.coreType == coreType && trainers[id]?.state == .starting(nil)
        }) {
            trainers[coming]?.state = .starting(job)
            attempts[job]?.trainer = coming
        } else if let started = startTrainer(coreType, for: job, &effects) {
            attempts[job]?.trainer = started
        }
    }

    private mutating func onGo(_ go: GoTraining, _ effects: inout WorkerEffects) {
        guard let held = attempts[go.attempt.job], held.prepare.attempt == go.attempt,
            held.prepare.term == go.term, let trainer = held.trainer,
            held.status.term == go.term, held.status.phase == .prepared,
            case .busy = trainers[trainer]?.state
        else { return }
        // From here on the attempt counts as training: a repeated go must not disturb the round.
        attempts[go.attempt.job]?.status.phase = .training
        effects.commands.append(.init(trainer: trainer, action: .go(go)))
    }

    private mutating func onPublish(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard let held = attempts[attempt.job], held.prepare.attempt == attempt else { return }
        if held.status.phase == .published {
            effects.sends.append(.status(held.status))
        } else if held.status.phase == .finished, !held.isStoring, let model = held.status.model {
            attempts[attempt.job]?.isStoring = true
            effects.stores.append(.init(attempt: attempt, model: model))
        }
    }

    mutating func onStored(_ attempt: AttemptID, _ effects: inout WorkerEffects) {
        guard var held = attempts[attempt.job], held.prepare.attempt == attempt else { return }
        attempts[attempt.job]?.isStoring = false
        // A new term came meanwhile: the trainer will finish again and be asked again.
        guard held.status.phase == .finished else { return }
        held.isStoring = false
        held.status.phase = .published
        attempts[attempt.job] = held
        effects.sends.append(.status(held.status))
    }

    private mutating func onRelease(
        _ attempt: AttemptID, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = attempts[attempt.job],
            held.prepare.attempt.number <= attempt.number
        else { return }
        drop(attempt.job, now, &effects)
    }

    /// Forgets an attempt and frees its trainer.
    mutating func drop(_ job: JobID, _ now: LogicalInstant, _ effects: inout WorkerEffects) {
        guard let held = attempts.removeValue(forKey: job), let trainer = held.trainer else {
            return
        }
        mayAssign = true
        switch trainers[trainer]?.state {
        case .busy:
            trainers[trainer]?.state = .releasing(now)
            effects.commands.append(
                .init(trainer: trainer, action: .release(held.prepare.attempt)))
        case .starting: trainers[trainer]?.state = .starting(nil)
        case .idle, .releasing, .dying, nil: break
        }
    }

    mutating func onReport(
        _ report: TrainerReport, from trainer: TrainerID, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let entry = trainers[trainer] else { return }
        switch report {
        case .hello(let fingerprint): onHello(fingerprint, from: trainer, now, &effects)
        case .status(let status):
            guard case .busy(let job) = entry.state, let held = attempts[job],
                held.trainer == trainer, held.prepare.attempt == status.attempt,
                status.term == held.prepare.term || status.phase == .failed
            else { return }
            if status.phase == .failed, held.isStoringCheckpoint {
                // The scheduler takes no checkpoint of a job that is over.
                attempts[job]?.failure = status
            } else {
                take(status, of: job, from: trainer, &effects)
            }
        case .progress(let progress):
            guard case .busy(let job) = entry.state,
                attempts[job]?.prepare.attempt == progress.attempt
            else { return }
            attempts[job]?.status.completeRounds = progress.completeRounds
            attempts[job]?.status.stateDigest = progress.stateDigest
            effects.sends.append(.progress(progress))
        case .log(let line): effects.sends.append(.log(line))
        case .checkpoint(let written): onCheckpoint(written, of: entry.state, &effects)
        }
    }

    /// A trainer's word becomes the attempt's status; one that failed is ended.
    private mutating func take(
        _ status: AttemptStatus, of job: JobID, from trainer: TrainerID,
        _ effects: inout WorkerEffects
    ) {
        guard var held = attempts[job] else { return }
        held.status = status
        held.askedAt = nil
        held.failure = nil
        if status.phase == .failed {
            // A trainer that failed while a newer term was on its way to it failed that too.
            held.status.term = held.prepare.term
            held.trainer = nil
            trainers[trainer]?.state = .dying
            effects.kills.append(trainer)
        }
        attempts[job] = held
        effects.sends.append(.status(held.status))
    }

    /// A trainer wrote a checkpoint: it is stored, one at a time; while one is on its way newer
    /// ones are dropped, the next will be newer still.
    private mutating func onCheckpoint(
        _ written: CheckpointWritten, of state: TrainerEntry.State, _ effects: inout WorkerEffects
    ) {
        guard case .busy(let job) = state, let held = attempts[job],
            held.prepare.attempt == written.attempt
        else { return }
        let isStored = !held.isStoringCheckpoint
        attempts[job]?.isStoringCheckpoint = true
        effects.checkpoints.append(.init(written: written, isStored: isStored))
    }

    /// A checkpoint is stored, or could not be: the scheduler is told of a stored one.
    mutating func onCheckpointStored(
        _ written: CheckpointWritten, _ problem: Reason?, _ effects: inout WorkerEffects
    ) {
        if let problem {
            effects.warnings.append(problem)
        } else {
            effects.sends.append(.checkpointed(written))
        }
        let job = written.attempt.job
        guard attempts[job]?.prepare.attempt == written.attempt else { return }
        attempts[job]?.isStoringCheckpoint = false
        if let failure = attempts[job]?.failure, let trainer = attempts[job]?.trainer {
            take(failure, of: job, from: trainer, &effects)
        }
    }

    /// Whether a preparation is still what a trainer is to be told: the shell asks after it fetched
    /// the checkpoint that belongs to it.
    package func expects(_ prepare: PrepareTraining, of trainer: TrainerID) -> Bool {
        guard let held = attempts[prepare.attempt.job], held.trainer == trainer else {
            return false
        }
        return held.prepare.attempt == prepare.attempt && held.prepare.term == prepare.term
    }

    mutating func onExit(
        _ trainer: TrainerID, _ words: String, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let entry = trainers.removeValue(forKey: trainer) else { return }
        mayAssign = true
        switch entry.state {
        case .starting(let job):
            noteStartFailure(entry.coreType, now)
            effects.warnings.append(
                Reason(.trainerDied, "a trainer for \(entry.coreType) did not come up: \(words)"))
            if let job { fail(job, words, &effects) }
            registerWhenProved(now, &effects)
        case .busy(let job): fail(job, words, &effects)
        case .idle, .releasing, .dying: break
        }
    }

    /// Ends a trainer that does not answer a preparation; its exit gives the attempt back.
    mutating func killWhenMute(
        _ job: JobID, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        guard let held = attempts[job], let trainer = held.trainer, let asked = held.askedAt,
            now - asked > configuration.prepareGrace, case .busy = trainers[trainer]?.state
        else { return }
        attempts[job]?.askedAt = nil
        effects.warnings.append(
            Reason(
                .trainerDied,
                "the trainer of \(held.prepare.jobName) did not answer within "
                    + "\(configuration.prepareGrace) and is killed"))
        effects.kills.append(trainer)
    }

    mutating func fail(_ job: JobID, _ words: String, _ effects: inout WorkerEffects) {
        guard var held = attempts[job] else { return }
        held.trainer = nil
        let told = held.failure
        held.failure = nil
        held.status = AttemptStatus(
            attempt: held.prepare.attempt, term: held.prepare.term, phase: .failed,
            failure: told?.failure ?? .program,
            reason: told?.reason ?? Reason(.trainerDied, "the trainer ended: \(words)"))
        attempts[job] = held
        effects.sends.append(.status(held.status))
    }
}
