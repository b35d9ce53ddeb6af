import ClusterVocabulary
import Determinism

@testable import WorkerCore

/// A worker core on a bench: steps it at a chosen time and keeps what followed.
struct WorkerBench {
    var worker: Worker
    var now = LogicalInstant.zero
    /// The effects of the last step.
    var last = WorkerEffects()

    static let proof = KernelFingerprint(coreType: "Haswell", digest: "aa")

    init(
        coreTypes: [String] = ["Haswell"], heldDatasets: [String: Int64] = ["digits": 1_797],
        configuration: WorkerConfiguration = WorkerConfiguration()
    ) {
        worker = Worker(
            description: NodeDescription(
                node: NodeID("h1"), incarnation: Incarnation(bootID: "boot", life: 1),
                capacity: ResourceAmount(milliCPU: 2_000, memoryBytes: 2 << 30), cores: 2,
                features: [], fingerprints: [], version: "1",
                protocolVersion: NodeDescription.currentProtocol, heldDatasets: []),
            coreTypes: coreTypes, heldDatasets: heldDatasets, configuration: configuration)
        last = worker.start(at: now)
    }

    /// A worker with one warm trainer, welcomed.
    static func registered(
        heldDatasets: [String: Int64] = ["digits": 1_797],
        configuration: WorkerConfiguration = WorkerConfiguration()
    ) -> WorkerBench {
        var bench = WorkerBench(heldDatasets: heldDatasets, configuration: configuration)
        bench.hello(1)
        bench.welcome()
        return bench
    }

    mutating func step(_ event: WorkerEvent, after milliseconds: Int64 = 0) {
        now += .milliseconds(milliseconds)
        last = worker.step(event, at: now)
    }

    mutating func hello(_ trainer: UInt64, _ proof: KernelFingerprint = WorkerBench.proof) {
        step(.report(TrainerID(trainer), .hello(proof)))
    }

    mutating func welcome(_ life: Incarnation? = nil) {
        step(
            .message(
                .welcome(
                    Welcome(
                        scheduler: Incarnation(bootID: "s", life: 1), heartbeatMilliseconds: 500,
                        suspectMilliseconds: 3_000, artifactEndpoint: "tcp://artifacts",
                        worker: life))))
    }

    mutating func prepare(
        job: UInt64 = 1, attempt: UInt32 = 1, term: UInt64, data: String = "digits"
    ) {
        step(.message(.prepare(WorkerBench.order(job, attempt, term, data))))
    }

    mutating func go(job: UInt64 = 1, attempt: UInt32 = 1, term: UInt64) {
        step(
            .message(
                .go(
                    GoTraining(
                        attempt: WorkerBench.attempt(job, attempt), term: Term(term), members: [],
                        startRound: 0, stateSource: nil))))
    }

    mutating func report(
        _ trainer: UInt64, _ phase: AttemptPhase, job: UInt64 = 1, attempt: UInt32 = 1, term: UInt64
    ) {
        step(.report(TrainerID(trainer), .status(WorkerBench.status(phase, job, attempt, term))))
    }

    static func attempt(_ job: UInt64 = 1, _ number: UInt32 = 1) -> AttemptID {
        AttemptID(job: JobID(job), number: number)
    }

    static func status(
        _ phase: AttemptPhase, _ job: UInt64 = 1, _ attempt: UInt32 = 1, _ term: UInt64
    ) -> AttemptStatus {
        var status = AttemptStatus(
            attempt: WorkerBench.attempt(job, attempt), term: Term(term), phase: phase,
            completeRounds: 3, stateDigest: "s")
        if phase == .finished {
            status.model = TrainedModel(
                weightsDigest: "w", descriptionDigest: "d", byteCount: 1, metrics: [],
                roundChain: "c", rounds: 20)
        }
        if phase == .failed {
            status.failure = .program
            status.reason = Reason(.trainerDied, "assertion")
        }
        return status
    }

    static func order(
        _ job: UInt64, _ attempt: UInt32, _ term: UInt64, _ data: String
    ) -> PrepareTraining {
        PrepareTraining(
            attempt: WorkerBench.attempt(job, attempt), term: Term(term),
            work: TrainingWork(
                data: DatasetReference(key: data, files: [], format: "csv"),
                validationFraction: 0, testFraction: 0, splitSeed: 1, standardizes: false,
                hiddenLayers: [], replicas: 2, batchSize: 8, epochs: 1, seed: 1,
                optimizer: .sgd(learningRate: 0.1, momentum: 0), averagesOptimizerState: true,
                stepsPerRound: 1),
            coreType: "Haswell", lanes: 1, jobName: "digits-\(job)")
    }

    /// The statuses the last step sent.
    var statuses: [AttemptStatus] {
        last.sends.compactMap { if case .status(let status) = $0 { status } else { nil } }
    }

    /// What the next heartbeat would list.
    mutating func heartbeat() -> [AttemptStatus] {
        step(.wake, after: 500)
        return last.sends.compactMap { message -> [AttemptStatus]? in
            if case .heartbeat(let heartbeat) = message { heartbeat.held } else { nil }
        }.first ?? []
    }

    /// The commands of the last step as short words.
    var commands: [String] {
        last.commands.map { command in
            switch command.action {
            case .prepare(let prepare): "\(command.trainer.number) prepare \(prepare.term)"
            case .go(let go): "\(command.trainer.number) go \(go.term)"
            case .release(let attempt): "\(command.trainer.number) release \(attempt.number)"
            }
        }
    }
}
