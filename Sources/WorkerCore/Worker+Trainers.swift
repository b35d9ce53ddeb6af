import ClusterVocabulary
import Determinism

/// The pool of trainer processes and the data sets held.
extension Worker {
    /// Keeps warm trainers for every core type, so that a job starts in milliseconds.
    mutating func keepWarm(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        for coreType in coreTypes where mayStart(coreType, now) {
            let warm = trainers.values.reduce(into: 0) { count, entry in
                guard entry.coreType == coreType else { return }
                switch entry.state {
                case .idle, .starting(nil), .releasing: count += 1
                case .starting, .busy, .dying: break
                }
            }
            for _ in warm..<max(warm, configuration.warmTrainers) {
                guard startTrainer(coreType, for: nil, &effects) != nil else { return }
            }
        }
    }

    /// Gives attempts that wait for a trainer theirs, as soon as one is idle or may be started.
    mutating func assignWaiting(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        mayAssign = false
        for job in attempts.keys.sorted() {
            guard let held = attempts[job], held.status.phase == .starting, held.trainer == nil
            else { continue }
            assign(job, now, &effects)
        }
    }

    /// Whether a kernel is not given up, or was long enough ago for one more try.
    private func mayStart(_ coreType: String, _ now: LogicalInstant) -> Bool {
        guard startFailures[coreType, default: 0] >= mostFailures else { return true }
        guard let failed = failedAt[coreType] else { return true }
        return now - failed >= configuration.startRetryInterval
    }

    mutating func noteStartFailure(_ coreType: String, _ now: LogicalInstant) {
        startFailures[coreType, default: 0] += 1
        failedAt[coreType] = now
    }

    private var mostFailures: Int { configuration.mostStartFailures }

    mutating func startTrainer(
        _ coreType: String, for job: JobID?, _ effects: inout WorkerEffects
    ) -> TrainerID? {
        guard trainers.count < configuration.mostTrainers else { return nil }
        let id = TrainerID(nextTrainer)
        nextTrainer += 1
        trainers[id] = TrainerEntry(coreType: coreType, state: .starting(job))
        effects.starts.append(.init(trainer: id, coreType: coreType))
        return id
    }

    /// A trainer is ready: for its first job, or again after a release.
    mutating func onHello(
        _ fingerprint: KernelFingerprint, from trainer: TrainerID, _ now: LogicalInstant,
        _ effects: inout WorkerEffects
    ) {
        guard let entry = trainers[trainer] else { return }
        let proved = description.fingerprints.first { $0.coreType == entry.coreType }
        if let proved, proved.digest != fingerprint.digest {
            refuse(trainer, entry, fingerprint, now, &effects)
            return
        }
        startFailures[entry.coreType] = 0
        mayAssign = true
        let isNews = proved == nil
        if isNews {
            description.fingerprints.append(
                KernelFingerprint(coreType: entry.coreType, digest: fingerprint.digest))
            description.fingerprints.sort { $0.coreType < $1.coreType }
        }
        switch entry.state {
        case .starting(let job):
            if let job, let held = attempts[job], held.trainer == trainer {
                trainers[trainer]?.state = .busy(job)
                attempts[job]?.askedAt = now
                effects.commands.append(.init(trainer: trainer, action: .prepare(held.prepare)))
            } else {
                trainers[trainer]?.state = .idle
                trimPool(entry.coreType, &effects)
            }
        case .releasing:
            trainers[trainer]?.state = .idle
            trimPool(entry.coreType, &effects)
        case .idle, .busy, .dying: break
        }
        if case .warming = link {
            registerWhenProved(now, &effects)
        } else if isNews {
            // A kernel that was given up has come up after all: jobs may need it.
            register(now, &effects)
        }
    }

    /// A trainer computes other bits than this host proved before: its library was replaced.
    private mutating func refuse(
        _ trainer: TrainerID, _ entry: TrainerEntry, _ fingerprint: KernelFingerprint,
        _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        let words =
            "a trainer for \(entry.coreType) proves \(fingerprint.digest), not what this worker "
            + "registered; restart the worker"
        effects.warnings.append(Reason(.noFingerprint, words))
        noteStartFailure(entry.coreType, now)
        trainers[trainer]?.state = .dying
        effects.kills.append(trainer)
        if case .starting(let job?) = entry.state { fail(job, words, &effects) }
    }

    /// Warm trainers beyond the wanted number end.
    private mutating func trimPool(_ coreType: String, _ effects: inout WorkerEffects) {
        let idle = trainers.keys.sorted().filter {
            trainers[$0]?.coreType == coreType && trainers[$0]?.state == .idle
        }
        for surplus in idle.dropFirst(configuration.warmTrainers + 1) {
            trainers[surplus]?.state = .dying
            effects.kills.append(surplus)
        }
    }

    /// Registers once every kernel is proved or given up.
    mutating func registerWhenProved(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        guard case .warming = link, knowsCommands || supervisorDeadline == nil else { return }
        let isProved = coreTypes.allSatisfy { coreType in
            description.fingerprints.contains { $0.coreType == coreType }
                || startFailures[coreType, default: 0] >= mostFailures
        }
        if isProved { register(now, &effects) }
    }

    mutating func onStage(_ reference: DatasetReference, _ effects: inout WorkerEffects) {
        if let rows = heldDatasets[reference.key] {
            effects.sends.append(
                .staged(
                    DatasetStaged(key: reference.key, rows: rows, isHeld: true, reason: .none)))
        } else if fetching.insert(reference.key).inserted {
            effects.fetches.append(reference)
        }
    }

    mutating func onHeld(_ key: String, _ rows: Int64, _ effects: inout WorkerEffects) {
        fetching.remove(key)
        heldDatasets[key] = rows
        mayAssign = true
        effects.sends.append(
            .staged(DatasetStaged(key: key, rows: rows, isHeld: true, reason: .none)))
    }

    mutating func onFetchFailed(
        _ key: String, _ reason: Reason, _ effects: inout WorkerEffects
    ) {
        fetching.remove(key)
        effects.sends.append(
            .staged(DatasetStaged(key: key, rows: 0, isHeld: false, reason: reason)))
        for job in attempts.keys.sorted() where attempts[job]?.prepare.work.data.key == key {
            guard var held = attempts[job], held.status.phase == .starting, held.trainer == nil
            else { continue }
            held.status = AttemptStatus(
                attempt: held.prepare.attempt, term: held.prepare.term, phase: .failed,
                failure: reason.code == .badData ? .job : .infrastructure, reason: reason)
            attempts[job] = held
            effects.sends.append(.status(held.status))
        }
    }
}
