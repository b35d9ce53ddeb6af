import ClusterVocabulary
import Determinism
import SchedulerCore
import WorkerCore

/// The workers' shells: trainers, rounds, fetches, stores, and all that goes wrong there.
extension MiniCluster {
    mutating func startNode(_ name: NodeID) {
        guard var node = nodes[name], node.worker == nil else { return }
        node.life += 1
        node.trainers = [:]
        node.pipeAt = now
        var description = Sample.node(
            name.name, life: node.life, milliCPU: node.milliCPU, fingerprints: [])
        description.features = []
        var worker = Worker(
            description: description, coreTypes: ["Haswell"], heldDatasets: node.datasets)
        let effects = worker.start(at: now)
        node.worker = worker
        nodes[name] = node
        trace.fold("start \(name) \(node.life)")
        carryOut(effects, on: name)
    }

    mutating func crashNode(_ name: NodeID) {
        guard nodes[name]?.worker != nil else { return }
        nodes[name]?.worker = nil
        nodes[name]?.trainers = [:]
        nodes[name]?.life += 1
        // The kernel closes the connection of a killed process; a host without power says nothing.
        if random.happens(perMille: 500) { after(milliseconds: 1, .disconnected(name)) }
    }

    mutating func stepWorker(_ name: NodeID, _ life: UInt64, _ event: WorkerEvent) {
        guard nodes[name]?.life == life, var worker = nodes[name]?.worker.take() else { return }
        let effects = worker.step(event, at: now)
        nodes[name]?.worker = worker
        carryOut(effects, on: name)
    }

    private mutating func carryOut(_ effects: WorkerEffects, on name: NodeID) {
        guard let life = nodes[name]?.life, let worker = nodes[name]?.worker else { return }
        for start in effects.starts {
            nodes[name]?.trainers[start.trainer] = FakeTrainer(coreType: start.coreType)
            if isFaulty, random.happens(perMille: 50) {
                after(milliseconds: 20, .trainerEnded(name, life: life, start.trainer))
            } else {
                hello(name, life, start.trainer, after: random.number(20..<300))
            }
        }
        for command in effects.commands {
            pipe(name, .toTrainer(name, life: life, command))
        }
        for trainer in effects.kills {
            nodes[name]?.trainers[trainer]?.isAlive = false
            after(milliseconds: 2, .trainerEnded(name, life: life, trainer))
        }
        for reference in effects.fetches {
            after(
                milliseconds: random.number(10..<1_000), .fetched(name, life: life, reference.key))
        }
        for store in effects.stores {
            after(milliseconds: random.number(5..<200), .stored(name, life: life, store))
        }
        for message in effects.sends {
            transmit("\(name)>s", .toScheduler(name, life: life, message))
        }
        let wakeAt = worker.nextWake(after: now)
        if nodes[name]?.wakeAt != wakeAt {
            nodes[name]?.wakeAt = wakeAt
            queue.push(wakeAt, .wakeWorker(name, life: life))
        }
    }

    /// Pipes between a worker and its trainers: quick and in order.
    private mutating func pipe(
        _ name: NodeID, _ happening: Happening, milliseconds: Int64 = 1
    ) {
        let at = max(nodes[name]?.pipeAt ?? now, now + .milliseconds(milliseconds))
        nodes[name]?.pipeAt = at
        queue.push(at, happening)
    }

    private mutating func hello(
        _ name: NodeID, _ life: UInt64, _ trainer: TrainerID, after milliseconds: Int64
    ) {
        let proof = KernelFingerprint(coreType: "Haswell", digest: "aa")
        after(milliseconds: milliseconds, .fromTrainer(name, life: life, trainer, .hello(proof)))
    }

    mutating func obey(_ name: NodeID, _ life: UInt64, _ command: WorkerEffects.Command) {
        guard nodes[name]?.life == life, var trainer = nodes[name]?.trainers[command.trainer],
            trainer.isAlive
        else { return }
        var answer: AttemptStatus?
        switch command.action {
        case .prepare(let prepare): answer = trainer.prepare(prepare)
        case .go(let go):
            answer = trainer.start(go)
            if answer != nil {
                after(milliseconds: 20, .round(name, life: life, command.trainer))
            }
        case .release:
            trainer.release()
            // Now and then one hangs, and is killed by the worker.
            if !(isFaulty && random.happens(perMille: 100)) {
                hello(name, life, command.trainer, after: random.number(1..<30))
            }
        }
        nodes[name]?.trainers[command.trainer] = trainer
        if let answer {
            pipe(name, .fromTrainer(name, life: life, command.trainer, .status(answer)))
        }
    }

    /// One try of a trainer to get its state or to complete a round with the other members.
    mutating func round(_ name: NodeID, _ life: UInt64, _ id: TrainerID) {
        guard nodes[name]?.life == life, var trainer = nodes[name]?.trainers[id], trainer.isAlive,
            trainer.phase == .training, let go = trainer.go, let work = trainer.prepared?.work
        else { return }
        let total = FakeTrainer.total(work)
        let before = trainer.rounds
        if trainer.rounds < go.startRound {
            if let source = go.stateSource.flatMap({ nodes[$0]?.trainer(of: go.attempt, go.term) }),
                source.rounds == go.startRound
            {
                trainer.rounds = source.rounds
                trainer.state = source.state
            }
        } else if trainer.rounds < total, othersHave(trainer.rounds, go) {
            trainer.state = FakeTrainer.next(trainer.state, work, round: trainer.rounds)
            trainer.rounds += 1
        }
        if trainer.rounds == total, othersHave(total, go) { trainer.phase = .finished }
        nodes[name]?.trainers[id] = trainer
        if trainer.phase == .finished, let status = trainer.status() {
            pipe(name, .fromTrainer(name, life: life, id, .status(status)))
            return
        }
        if trainer.rounds != before, trainer.rounds % 4 == 0, let progress = trainer.progress() {
            pipe(name, .fromTrainer(name, life: life, id, .progress(progress)))
        }
        after(milliseconds: random.number(40..<160), .round(name, life: life, id))
    }

    /// Whether every member trains under the same start and has come as far.
    private func othersHave(_ rounds: Int64, _ go: GoTraining) -> Bool {
        go.members.allSatisfy { member in
            guard let other = nodes[member.node]?.trainer(of: go.attempt, go.term) else {
                return false
            }
            return other.go == go && other.rounds >= rounds
        }
    }

    mutating func fetched(_ name: NodeID, _ life: UInt64, _ key: String) {
        guard nodes[name]?.life == life else { return }
        if isFaulty, random.happens(perMille: 200) {
            stepWorker(
                name, life,
                .datasetFailed(key: key, Reason(.hostFault, "the link to the store broke")))
        } else {
            nodes[name]?.datasets[key] = 1_000
            stepWorker(name, life, .datasetHeld(key: key, rows: 1_000))
        }
    }

    mutating func stored(_ name: NodeID, _ life: UInt64, _ store: WorkerEffects.Store) {
        guard nodes[name]?.life == life else { return }
        if scheduler == nil || isFaulty && random.happens(perMille: 200) {
            stepWorker(
                name, life,
                .modelStoreFailed(store.attempt, Reason(.hostFault, "the store is not there")))
        } else {
            storedModels.insert(store.model.weightsDigest)
            stepWorker(name, life, .modelStored(store.attempt))
        }
    }

    /// Something breaks, about twice a second.
    mutating func fault() {
        guard isFaulty else { return }
        after(milliseconds: random.number(100..<1_000), .fault)
        let name = nodeNames[Int(random.number(0..<Int64(nodeNames.count)))]
        switch random.number(0..<20) {
        case 0, 1:
            crashNode(name)
            after(milliseconds: random.number(10..<8_000), .startNode(name))
        case 2:
            crashScheduler()
            after(milliseconds: random.number(10..<15_000), .startScheduler)
        case 3: after(milliseconds: 1, .disconnected(name))
        case 4, 5, 6:
            guard let life = nodes[name]?.life,
                let victim = nodes[name]?.trainers.keys.sorted().first(where: {
                    nodes[name]?.trainers[$0]?.isAlive ?? false
                })
            else { return }
            nodes[name]?.trainers[victim]?.isAlive = false
            after(milliseconds: 2, .trainerEnded(name, life: life, victim))
        case 7:
            // Nothing gets through for a while; then all of it does.
            linkAt["\(name)>s"] = now + .milliseconds(random.number(1_000..<6_000))
        default: break
        }
    }
}
