import ClusterVocabulary
import Testing
import WireCodec

/// A value that breaks one rule, and the field the refusal must name.
struct BrokenValue: Sendable, CustomTestStringConvertible {
    let field: String
    let attempt: @Sendable () throws -> Void

    var testDescription: String { field }

    init(_ field: String, _ message: WorkerMessage) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(message), WireCodec.decodeWorkerMessage) }
    }

    init(_ field: String, _ message: SchedulerMessage) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(message), WireCodec.decodeSchedulerMessage) }
    }

    init(_ field: String, _ command: TrainerCommand) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(command), WireCodec.decodeTrainerCommand) }
    }

    init(_ field: String, _ request: ArtifactRequest) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(request), WireCodec.decodeArtifactRequest) }
    }

    init(_ field: String, _ reply: ArtifactReply) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(reply), WireCodec.decodeArtifactReply) }
    }

    init(_ field: String, _ record: JobRecord) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(record), WireCodec.decodeJobRecord) }
    }

    init(_ field: String, _ fact: LedgerFact) {
        self.field = field
        attempt = { _ = try decoded(WireCodec.encode(fact), WireCodec.decodeLedgerFact) }
    }
}

/// Every rule of every field refuses, and says which field.
struct BoundsTests {
    private typealias Fixtures = VocabularyFixtures

    @Test(arguments: BoundsTests.all)
    func aBrokenRuleIsRefusedByField(_ broken: BrokenValue) {
        #expect {
            try broken.attempt()
        } throws: { error in
            switch error as? WireError {
            case .invalid(let message, let field, _), .missing(let message, let field):
                "\(message).\(field)" == broken.field
            default: false
            }
        }
    }

    @Test func listsAtTheirBoundsAreAccepted() throws {
        var description = Fixtures.description
        description.heldDatasets = Array(
            repeating: Fixtures.sha256, count: NodeDescription.mostDatasets)
        description.fingerprints = Array(
            repeating: Fixtures.description.fingerprints[0],
            count: NodeDescription.mostFingerprints)
        let register = WorkerMessage.register(description)
        #expect(try decoded(WireCodec.encode(register), WireCodec.decodeWorkerMessage) == register)

        var heartbeat = Fixtures.heartbeat
        heartbeat.held = Array(repeating: Fixtures.status, count: Heartbeat.mostHeld)
        let alive = WorkerMessage.heartbeat(heartbeat)
        #expect(try decoded(WireCodec.encode(alive), WireCodec.decodeWorkerMessage) == alive)

        var job = Fixtures.job
        job.history = Array(repeating: Fixtures.job.history[0], count: JobRecord.mostHistory)
        #expect(try decoded(WireCodec.encode(job), WireCodec.decodeJobRecord) == job)

        var fact = Fixtures.fact
        fact.metrics = Array(repeating: Metric("a", 1), count: Metric.most)
        #expect(try decoded(WireCodec.encode(fact), WireCodec.decodeLedgerFact) == fact)
    }

    @Test func aCommitOverItsFactsIsRefused() throws {
        let facts = Array(repeating: Fixtures.plainFact, count: WireLimits.mostFacts)
        #expect(
            try decoded(WireCodec.encode(facts), WireCodec.decodeLedgerFacts).count == facts.count)
        #expect(throws: WireError.self) {
            try decoded(
                WireCodec.encode(facts + [Fixtures.plainFact]), WireCodec.decodeLedgerFacts)
        }
    }

    @Test func anUnknownCaseOfAMessageIsMissing() {
        let onlyVersion: [UInt8] = [0x08, 0x01]
        #expect(throws: WireError.missing(message: "WorkerMessage", field: "body")) {
            try decoded(onlyVersion, WireCodec.decodeWorkerMessage)
        }
        #expect(throws: WireError.missing(message: "SchedulerMessage", field: "body")) {
            try decoded(onlyVersion, WireCodec.decodeSchedulerMessage)
        }
        #expect(throws: WireError.missing(message: "TrainerCommand", field: "body")) {
            try decoded(onlyVersion, WireCodec.decodeTrainerCommand)
        }
        #expect(throws: WireError.missing(message: "TrainerReport", field: "body")) {
            try decoded(onlyVersion, WireCodec.decodeTrainerReport)
        }
        #expect(throws: WireError.missing(message: "LedgerFactRecord", field: "fact")) {
            try decoded(onlyVersion, WireCodec.decodeLedgerFact)
        }
    }

    @Test func anUnknownNumberOfAListIsRefused() {
        // SchedulerMessage.refused with reason code 300.
        let unknownReason: [UInt8] = [0x08, 0x01, 0x1A, 0x03, 0x08, 0xAC, 0x02]
        #expect {
            try decoded(unknownReason, WireCodec.decodeSchedulerMessage)
        } throws: { error in
            guard case .invalid("Reason", "code", _)? = error as? WireError else { return false }
            return true
        }
        // LedgerFactRecord with kind -1.
        let negative: [UInt8] =
            [0x08, 0x01, 0x12, 0x0B, 0x08] + Array(repeating: 0xFF, count: 9) + [0x01]
        #expect {
            try decoded(negative, WireCodec.decodeLedgerFact)
        } throws: { error in
            guard case .invalid("LedgerFact", "kind", _)? = error as? WireError else {
                return false
            }
            return true
        }
    }
}

extension BoundsTests {
    /// A copy with one change.
    private static func with<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
        var copy = value
        change(&copy)
        return copy
    }

    private static let long = String(repeating: "x", count: WireLimits.longestName + 1)

    private static func node(
        _ field: String, _ change: (inout NodeDescription) -> Void
    ) -> BrokenValue {
        BrokenValue(field, WorkerMessage.register(with(Fixtures.description, change)))
    }

    private static func status(
        _ field: String, _ change: (inout AttemptStatus) -> Void
    ) -> BrokenValue {
        BrokenValue(field, WorkerMessage.status(with(Fixtures.status, change)))
    }

    private static func work(
        _ field: String, _ change: (inout TrainingWork) -> Void
    ) -> BrokenValue {
        BrokenValue(
            field, SchedulerMessage.prepare(with(Fixtures.prepare) { change(&$0.work) }))
    }

    private static func job(_ field: String, _ change: (inout JobRecord) -> Void) -> BrokenValue {
        BrokenValue(field, with(Fixtures.job, change))
    }

    /// One broken rule each.
    static let all = nodes + training + jobs + artifacts

    private static let nodes: [BrokenValue] = [
        node("NodeDescription.node") { $0.node = NodeID("../etc") },
        node("NodeDescription.node") { $0.node = NodeID("") },
        node("NodeDescription.cores") { $0.cores = -1 },
        node("NodeDescription.features") { $0.features = [""] },
        node("NodeDescription.features") {
            $0.features = Array(repeating: "a", count: WireLimits.mostFeatures + 1)
        },
        node("NodeDescription.fingerprints") {
            $0.fingerprints = Array(
                repeating: $0.fingerprints[0], count: NodeDescription.mostFingerprints + 1)
        },
        node("NodeDescription.version") { $0.version = long },
        node("NodeDescription.held_datasets") { $0.heldDatasets = ["../../etc/passwd"] },
        node("NodeDescription.held_datasets") {
            $0.heldDatasets = Array(
                repeating: Fixtures.sha256, count: NodeDescription.mostDatasets + 1)
        },
        node("ResourceAmount.milli_cpu") { $0.capacity.milliCPU = -1 },
        node("ResourceAmount.memory_bytes") { $0.capacity.memoryBytes = .max },
        node("Incarnation.boot_id") { $0.incarnation = Incarnation(bootID: long, life: 1) },
        node("KernelFingerprint.digest") {
            $0.fingerprints = [KernelFingerprint(coreType: "Haswell", digest: "AB")]
        },
        BrokenValue(
            "Heartbeat.held",
            WorkerMessage.heartbeat(
                with(Fixtures.heartbeat) {
                    $0.held = Array(
                        repeating: Fixtures.plainStatus, count: Heartbeat.mostHeld + 1)
                })),
        BrokenValue(
            "Heartbeat.sequence",
            WorkerMessage.heartbeat(with(Fixtures.heartbeat) { $0.sequence = .max })),
        BrokenValue(
            "DatasetStaged.rows", WorkerMessage.staged(with(Fixtures.staged) { $0.rows = -1 })),
        BrokenValue(
            "Welcome.heartbeat_milliseconds",
            SchedulerMessage.welcome(with(Fixtures.welcome) { $0.heartbeatMilliseconds = 0 })),
        BrokenValue(
            "Welcome.artifact_endpoint",
            SchedulerMessage.welcome(
                with(Fixtures.welcome) {
                    $0.artifactEndpoint = String(
                        repeating: "a", count: WireLimits.longestPath + 1)
                })),
        BrokenValue(
            "HeartbeatAcknowledged.sequence",
            SchedulerMessage.heartbeatAcknowledged(sequence: .max)),
        BrokenValue(
            "AttemptID.job",
            SchedulerMessage.release(AttemptID(job: JobID(0), number: 1))),
        BrokenValue(
            "AttemptID.job",
            SchedulerMessage.release(AttemptID(job: JobID(.max), number: 1))),
        BrokenValue(
            "AttemptID.number",
            SchedulerMessage.publish(AttemptID(job: JobID(1), number: 0))),
    ]

    private static let training: [BrokenValue] = [
        status("AttemptStatus.term") { $0.term = Term(.max) },
        status("AttemptStatus.complete_rounds") { $0.completeRounds = -2 },
        status("AttemptStatus.complete_rounds") { $0.completeRounds = .max },
        status("AttemptStatus.state_digest") { $0.stateDigest = "0" },
        status("ExchangeAddress.public_key") { $0.exchange.publicKey = "short" },
        status("TrainedModel.weights_digest") { $0.model?.weightsDigest = "" },
        status("TrainedModel.metrics") {
            $0.model?.metrics = Array(repeating: Metric("a", 1), count: Metric.most + 1)
        },
        status("Metric.name") { $0.model?.metrics = [Metric("", 1)] },
        BrokenValue(
            "TrainingProgress.samples_per_second",
            WorkerMessage.progress(with(Fixtures.progress) { $0.samplesPerSecond = .nan })),
        BrokenValue(
            "TrainingProgress.samples",
            WorkerMessage.progress(with(Fixtures.progress) { $0.samples = -1 })),
        work("TrainingWork.validation_fraction") { $0.validationFraction = 1 },
        work("TrainingWork.test_fraction") { $0.testFraction = .nan },
        work("TrainingWork.learning_rate") { $0.optimizer.learningRate = .infinity },
        work("TrainingWork.momentum") { $0.optimizer.momentum = -0.5 },
        work("OptimizerWork.decay") {
            $0.optimizer.rule = .rmsprop
            $0.optimizer.decay = 1
        },
        work("OptimizerWork.epsilon") {
            $0.optimizer.rule = .adam
            $0.optimizer.epsilon = .nan
        },
        work("OptimizerWork.clip_norm") { $0.optimizer.clipNorm = -1 },
        work("OptimizerWork.schedule_epochs") {
            $0.optimizer.schedule.shape = .step
            $0.optimizer.schedule.epochs = 0
        },
        work("AveragingWork.choice.steps") { $0.averaging.choice = .init(round: 1, steps: 0) },
        work("AveragingWork.choice.round") { $0.averaging.choice = .init(round: -1, steps: 1) },
        work("AveragingWork.outer_momentum") { $0.averaging.outerMomentum = 1 },
        work("AveragingWork.outer_rate") { $0.averaging.outerRate = .nan },
        work("AveragingWork.checkpoint_seconds") { $0.averaging.checkpointSeconds = -1 },
        work("TrainingWork.replicas") { $0.replicas = 0 },
        work("TrainingWork.replicas") { $0.replicas = WireLimits.mostReplicas + 1 },
        work("TrainingWork.batch_size") { $0.batchSize = 0 },
        work("TrainingWork.epochs") { $0.epochs = .max },
        work("TrainingWork.hidden_layers") { $0.model.hidden = [0] },
        work("TrainingWork.hidden_layers") {
            $0.model.hidden = Array(repeating: 1, count: WireLimits.mostHiddenLayers + 1)
        },
        work("ModelWork.dropout") { $0.model.dropout = 1 },
        work("ModelWork.slope") {
            $0.model.activation = .leakyRelu
            $0.model.slope = .infinity
        },
        work("ModelWork.height") { $0.model.height = -1 },
        work("ModelWork.channels") { $0.model.channels = 0 },
        work("ModelWork.factors") { $0.model.factors = 0 },
        work("ModelWork.layers") {
            $0.model.layers = Array(
                repeating: ModelWork.Layer(kind: .flatten),
                count: WireLimits.mostHiddenLayers + 1)
        },
        work("ModelLayer.units") {
            $0.model.layers = [ModelWork.Layer(kind: .dense)]
            $0.model.layers[0].units = 0
        },
        work("ModelLayer.rate") {
            $0.model.layers = [ModelWork.Layer(kind: .dropout)]
            $0.model.layers[0].rate = 1
        },
        work("SteeringWork.patience") { $0.steering.patience = -1 },
        work("SteeringWork.least_change") { $0.steering.leastChange = .nan },
        work("SteeringWork.average_decay") { $0.steering.averageDecay = 1 },
        work("LossWork.parameter") { $0.loss = LossWork(kind: .huber, parameter: .nan) },
        work("ClassWeight.weight") {
            $0.loss.classWeighting = .named
            $0.loss.classWeights = [LossWork.ClassWeight(name: "a", weight: -1)]
        },
        work("LossWork.class_weights") {
            $0.loss.classWeighting = .named
            $0.loss.classWeights = Array(
                repeating: LossWork.ClassWeight(name: "a", weight: 1),
                count: LossWork.mostClassWeights + 1)
        },
        work("TrainingWork.steps_per_round") { $0.stepsPerRound = -1 },
        work("DatasetReference.files") {
            $0.data = DatasetReference(
                key: $0.data.key,
                files: Array(
                    repeating: $0.data.files[0], count: DatasetReference.mostFiles + 1),
                format: "")
        },
        work("DatasetReference.key") {
            $0.data = DatasetReference(key: "key", files: [], format: "")
        },
        work("DatasetReference.format") {
            $0.data = DatasetReference(
                key: $0.data.key, files: [],
                format: String(repeating: "f", count: WireLimits.longestFormat + 1))
        },
        BrokenValue(
            "PrepareTraining.exchange_key",
            SchedulerMessage.prepare(
                with(Fixtures.prepare) {
                    $0.exchangeKey = SecretBytes([UInt8](repeating: 1, count: 24))
                })),
        BrokenValue(
            "PrepareTraining.lanes",
            SchedulerMessage.prepare(with(Fixtures.prepare) { $0.lanes = 0 })),
        BrokenValue(
            "TermMember.end_replica",
            SchedulerMessage.go(with(Fixtures.go) { $0.members[0].endReplica = 0 })),
        BrokenValue(
            "GoTraining.members",
            SchedulerMessage.go(
                with(Fixtures.go) {
                    $0.members = Array(
                        repeating: $0.members[1], count: WireLimits.mostMembers + 1)
                })),
        BrokenValue(
            "GoTraining.start_round",
            SchedulerMessage.go(with(Fixtures.go) { $0.startRound = -1 })),
        BrokenValue(
            "GoTraining.state_source",
            SchedulerMessage.go(with(Fixtures.go) { $0.stateSource = NodeID("a b") })),
        BrokenValue(
            "TrainerPlaces.exchange_port",
            TrainerCommand.prepare(
                Fixtures.prepare, with(Fixtures.places) { $0.exchangePort = 65_536 })),
    ]

    private static let jobs: [BrokenValue] = [
        job("JobRecord.id") { $0.id = JobID(0) },
        job("JobRecord.name") { $0.name = "" },
        job("JobRecord.run") { $0.run = 0 },
        job("JobRecord.user") { $0.user = long },
        job("JobRecord.labels") {
            $0.labels = Array(repeating: $0.labels[0], count: WireLimits.mostLabels + 1)
        },
        job("Label.key") { $0.labels = [Label(key: "", value: "a")] },
        job("JobRecord.submitted_at") { $0.submittedAt = -1 },
        job("JobRecord.failures") { $0.failures = -1 },
        job("JobRecord.fingerprint") { $0.fingerprint = "Haswell" },
        job("JobRecord.samples_per_second") { $0.samplesPerSecond = -.infinity },
        job("JobRecord.history") {
            $0.history = Array(repeating: $0.history[0], count: JobRecord.mostHistory + 1)
        },
        job("AttemptHistory.node") { $0.history[0].node = "a/b" },
        job("JobRequirements.time_limit_seconds") { $0.requirements.timeLimitSeconds = .max },
        job("JobRequirements.most_hosts") { $0.requirements.mostHosts = -1 },
        BrokenValue(
            "LedgerFact.at", with(Fixtures.fact) { $0.at = -1 }),
        BrokenValue(
            "LedgerFact.metrics",
            with(Fixtures.fact) {
                $0.metrics = Array(repeating: Metric("a", 1), count: Metric.most + 1)
            }),
        BrokenValue("LedgerFact.node", with(Fixtures.fact) { $0.node = "a b" }),
    ]

    private static let artifacts: [BrokenValue] = [
        BrokenValue(
            "ArtifactFetch.digest",
            ArtifactRequest.fetch(requestID: 1, digest: "../x", offset: 0, length: 1)),
        BrokenValue(
            "ArtifactFetch.length",
            ArtifactRequest.fetch(
                requestID: 1, digest: Fixtures.sha256, offset: 0,
                length: ArtifactRequest.largestChunk + 1)),
        BrokenValue(
            "ArtifactFetch.offset",
            ArtifactRequest.fetch(
                requestID: 1, digest: Fixtures.sha256, offset: -1, length: 1)),
        BrokenValue(
            "ArtifactStore.offset",
            ArtifactRequest.store(
                requestID: 1, digest: Fixtures.sha256, offset: 11, total: 10)),
        BrokenValue(
            "ArtifactStat.digest", ArtifactRequest.stat(requestID: 1, digest: "")),
        BrokenValue(
            "ArtifactChunk.total",
            ArtifactReply.chunk(
                requestID: 1, digest: Fixtures.sha256, offset: 0, total: .max)),
        BrokenValue(
            "ArtifactStored.received",
            ArtifactReply.stored(
                requestID: 1, digest: Fixtures.sha256, received: -1, isComplete: false)),
        BrokenValue(
            "ArtifactStanding.received",
            ArtifactReply.stat(
                requestID: 1, digest: Fixtures.sha256, total: -1, received: -1)),
    ]
}
