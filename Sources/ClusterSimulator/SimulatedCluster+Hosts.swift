import ClusterVocabulary
import Determinism
import SchedulerCore
import WorkerCore

/// The workers' processes around the production core: trainers, rounds, fetches, stores.
extension SimulatedCluster {
    mutating func startHost(_ host: Int) {
        guard hosts[host].worker == nil else { return }
        hosts[host].life += 1
        hosts[host].trainers = [:]
        hosts[host].pipeAt = now
        hosts[host].pausedUntil = now
        hosts[host].supervisor.isConnected = false
        hosts[host].supervisor.told = nil
        resetLinks(host)
        var description = NodeDescription(
            node: hosts[host].name,
            incarnation: Incarnation(
                bootID: "boot \(hosts[host].boot)", life: hosts[host].life),
            capacity: hosts[host].capacity, cores: Int(hosts[host].capacity.milliCPU / 1_000),
            features: [], fingerprints: [], version: "1",
            protocolVersion: NodeDescription.currentProtocol, heldDatasets: [])
        description.machineID = "machine \(host)"
        var worker = Worker(
            description: description, coreTypes: [KernelFingerprint.portableCoreType],
            heldDatasets: hosts[host].datasets, isSupervised: true)
        let effects = worker.start(at: hosts[host].clock.local(now))
        hosts[host].worker = worker
        trace.fold("start \(host) \(hosts[host].life)")
        carryOut(effects, on: host)
        reachSupervisor(host)
    }

    mutating func handleOnHost(_ happening: Happening) {
        switch happening {
        case .toWorker(let host, let life, let message):
            stepWorker(host, life, .message(message), happening)
        case .wakeWorker(let host, let life):
            // A later wake is in the queue.
            guard hosts[host].wakeAt <= now else { return }
            stepWorker(host, life, .wake, happening)
        case .fromTrainer(let host, let life, let trainer, let report):
            guard hosts[host].trainers[trainer]?.isAlive ?? false else { return }
            stepWorker(host, life, .report(trainer, report), happening)
        case .trainerEnded(let host, let life, let trainer):
            guard hosts[host].life == life else { return }
            hosts[host].trainers[trainer] = nil
            stepWorker(host, life, .trainerExited(trainer, "signal 9"), happening)
        case .toTrainer(let host, let life, let command): obey(host, life, command)
        case .round(let host, let life, let trainer): round(host, life, trainer)
        case .fetched(let host, let life, let key): fetched(host, life, key, happening)
        case .stored(let host, let life, let store): stored(host, life, store, happening)
        case .connectSupervisor(let host, let life):
            guard hosts[host].life == life else { return }
            guard hosts[host].pausedUntil <= now else {
                queue.push(hosts[host].pausedUntil, happening)
                return
            }
            connectSupervisor(host, life)
        case .toSupervisor(let host, let life, let order): obey(host, life, order)
        case .fromSupervisor(let host, let life, let event):
            stepWorker(host, life, event, happening)
        case .supervise(let host, let life): superviseDue(host, life)
        case .folderMade(let host, let life, let order):
            folderMade(host, life, order, happening)
        case .collected(let host, let life, let order): collected(host, life, order, happening)
        default: break
        }
    }

    /// Steps a worker; one that stands still gets to it later, in order.
    mutating func stepWorker(
        _ host: Int, _ life: UInt64, _ event: WorkerEvent, _ happening: Happening
    ) {
        guard hosts[host].life == life else { return }
        if hosts[host].pausedUntil > now {
            queue.push(hosts[host].pausedUntil, happening)
            return
        }
        tell(host, event)
    }

    /// Something happens on a host whose daemon is awake.
    mutating func tell(_ host: Int, _ event: WorkerEvent) {
        guard var worker = hosts[host].worker.take() else { return }
        let effects = worker.step(event, at: hosts[host].clock.local(now))
        hosts[host].worker = worker
        carryOut(effects, on: host)
        if worker.isStopped { stopHost(host) }
    }

    /// The daemon ends after it said goodbye.
    private mutating func stopHost(_ host: Int) {
        hosts[host].worker = nil
        hosts[host].trainers = [:]
        hosts[host].supervisor.isConnected = false
        after(random.span(10..<4_000), .startHost(host))
    }

    private mutating func carryOut(_ effects: WorkerEffects, on host: Int) {
        let life = hosts[host].life
        guard let worker = hosts[host].worker else { return }
        for start in effects.starts {
            hosts[host].trainers[start.trainer] = SimulatedTrainer(coreType: start.coreType)
            if isFaulty, random.happens(perMille: 50) {
                after(.milliseconds(20), .trainerEnded(host: host, life: life, start.trainer))
            } else {
                hello(host, life, start.trainer, after: random.span(20..<300))
            }
        }
        for command in effects.commands {
            pipe(host, .toTrainer(host: host, life: life, command))
        }
        for trainer in effects.kills {
            hosts[host].trainers[trainer]?.isAlive = false
            after(.milliseconds(2), .trainerEnded(host: host, life: life, trainer))
        }
        for reference in effects.fetches {
            after(random.span(10..<1_000), .fetched(host: host, life: life, reference.key))
        }
        for store in effects.stores {
            after(random.span(5..<200), .stored(host: host, life: life, store))
        }
        supervise(effects, on: host)
        for message in effects.sends { sendToScheduler(host, message) }
        let wakeAt = max(
            now, hosts[host].clock.global(worker.nextWake(after: hosts[host].clock.local(now))))
        if hosts[host].wakeAt != wakeAt {
            hosts[host].wakeAt = wakeAt
            queue.push(wakeAt, .wakeWorker(host: host, life: life))
        }
    }

    /// What a worker wants of its supervisor and of its disk.
    private mutating func supervise(_ effects: WorkerEffects, on host: Int) {
        let life = hosts[host].life
        if let contact = effects.contact, contact > hosts[host].supervisor.told ?? .zero {
            hosts[host].supervisor.told = contact
            order(.command(.lease(contact: contact.nanoseconds)), of: host)
        }
        for folder in effects.folders {
            after(random.span(5..<400), .folderMade(host: host, life: life, folder))
        }
        for launch in effects.launches {
            for rank in launch.ranks { order(.start(launch.prepare, rank: rank), of: host) }
        }
        for command in effects.supervision { order(.command(command), of: host) }
        for collection in effects.collections {
            after(random.span(5..<200), .collected(host: host, life: life, collection))
        }
    }

    /// Pipes between a worker and its trainers: quick and in order.
    private mutating func pipe(_ host: Int, _ happening: Happening) {
        let at = max(hosts[host].pipeAt, now + .milliseconds(1))
        hosts[host].pipeAt = at
        queue.push(at, happening)
    }

    private mutating func hello(
        _ host: Int, _ life: UInt64, _ trainer: TrainerID, after delay: Duration
    ) {
        let proof = KernelFingerprint(
            coreType: KernelFingerprint.portableCoreType, digest: hosts[host].fingerprint)
        after(delay, .fromTrainer(host: host, life: life, trainer, .hello(proof)))
    }

    private mutating func obey(_ host: Int, _ life: UInt64, _ command: WorkerEffects.Command) {
        guard hosts[host].life == life, var trainer = hosts[host].trainers[command.trainer],
            trainer.isAlive
        else { return }
        var answer: AttemptStatus?
        switch command.action {
        case .prepare(let prepare): answer = trainer.prepare(prepare)
        case .go(let go):
            answer = trainer.start(go, at: now)
            if answer != nil {
                after(.milliseconds(20), .round(host: host, life: life, command.trainer))
            }
        case .release:
            trainer.release()
            // Now and then one hangs, and is killed by the worker.
            if !(isFaulty && random.happens(perMille: 100)) {
                hello(host, life, command.trainer, after: random.span(1..<30))
            }
        }
        hosts[host].trainers[command.trainer] = trainer
        if let answer {
            pipe(host, .fromTrainer(host: host, life: life, command.trainer, .status(answer)))
        }
    }

    private mutating func fetched(
        _ host: Int, _ life: UInt64, _ key: String, _ happening: Happening
    ) {
        guard hosts[host].life == life else { return }
        let event: WorkerEvent
        if key == "broken" {
            event = .datasetFailed(key: key, Reason(.badData, "row 7 has no label"))
        } else if isFaulty, random.happens(perMille: 200) {
            event = .datasetFailed(key: key, Reason(.hostFault, "the link to the store broke"))
        } else {
            hosts[host].datasets[key] = 1_000
            event = .datasetHeld(key: key, rows: 1_000)
        }
        stepWorker(host, life, event, happening)
    }

    private mutating func stored(
        _ host: Int, _ life: UInt64, _ store: WorkerEffects.Store, _ happening: Happening
    ) {
        guard hosts[host].life == life else { return }
        let event: WorkerEvent
        if scheduler == nil || isFaulty && random.happens(perMille: 200) {
            event = .modelStoreFailed(
                store.attempt, Reason(.hostFault, "the store is not there"))
        } else {
            storedModels.insert(store.model.weightsDigest)
            event = .modelStored(store.attempt)
        }
        stepWorker(host, life, event, happening)
    }
}
