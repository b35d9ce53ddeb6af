import ClusterVocabulary
import Testing
import WireCodec

/// One value with its bytes and the way back, for tests that treat all messages alike.
struct WireSample: Sendable, CustomTestStringConvertible {
    /// Message and case: the name of the golden file.
    let name: String
    /// The value's bytes.
    let bytes: [UInt8]
    /// Whether bytes decode to the value.
    let isValue: @Sendable ([UInt8]) throws(WireError) -> Bool
    /// The bytes of the value that bytes decode to.
    let recoded: @Sendable ([UInt8]) throws(WireError) -> [UInt8]

    var testDescription: String { name }

    init<Value: Equatable & Sendable>(
        _ name: String, _ value: Value,
        _ encode: @escaping @Sendable (Value) -> [UInt8],
        _ decode: @escaping @Sendable (UnsafeRawBufferPointer) throws(WireError) -> Value
    ) {
        self.name = name
        bytes = encode(value)
        isValue = { (bytes) throws(WireError) in try decoded(bytes, decode) == value }
        recoded = { (bytes) throws(WireError) in encode(try decoded(bytes, decode)) }
    }
}

/// Decodes an array.
func decoded<Value>(
    _ bytes: [UInt8], _ decode: (UnsafeRawBufferPointer) throws(WireError) -> Value
) throws(WireError) -> Value {
    let result = bytes.withUnsafeBytes { buffer -> Swift.Result<Value, WireError> in
        do throws(WireError) {
            return .success(try decode(buffer))
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

extension WireSample {
    private typealias Fixtures = VocabularyFixtures

    /// Every case of every message and record.
    static let all = worker + scheduler + trainer + artifacts + records + supervision + enrolment

    private static let supervision =
        [
            ("hello", SupervisorCommand.hello),
            ("start", .start(CommandFixtures.start)),
            (
                "stop",
                .stop(
                    TaskStop(
                        task: CommandFixtures.task, signal: 10, signalGraceSeconds: 60,
                        graceSeconds: 5))
            ),
            ("forget", .forget(CommandFixtures.task)),
            ("read", .read(CommandFixtures.task, from: 99)),
            ("lease", .lease(contact: 123_456_789)),
        ].map { name, message in
            WireSample(
                "SupervisorCommand.\(name)", message, { WireCodec.encode($0) },
                WireCodec.decodeSupervisorCommand)
        }
        + [
            ("inventory", SupervisorReport.inventory([CommandFixtures.state], limits: "none")),
            ("state", .state(CommandFixtures.state)),
            (
                "output",
                .output(
                    TaskOutput(
                        task: CommandFixtures.task, from: 1, position: 2, bytes: [3],
                        isAtEnd: true))
            ),
        ].map { name, message in
            WireSample(
                "SupervisorReport.\(name)", message, { WireCodec.encode($0) },
                WireCodec.decodeSupervisorReport)
        }

    private static let worker = [
        ("register", WorkerMessage.register(Fixtures.description)),
        ("heartbeat", .heartbeat(Fixtures.heartbeat)),
        ("status", .status(Fixtures.status)),
        ("progress", .progress(Fixtures.progress)),
        ("staged", .staged(Fixtures.staged)),
        ("log", .log(Fixtures.line)),
        ("leaving", .leaving),
        (
            "heartbeatCommands",
            .heartbeat(
                Heartbeat(
                    incarnation: Fixtures.incarnation, sequence: 7, held: [],
                    commands: [CommandFixtures.status], knowsCommands: true))
        ),
        ("command", .command(CommandFixtures.status)),
        ("output", .output(CommandFixtures.output)),
    ].map { name, message in
        WireSample(
            "WorkerMessage.\(name)", message, { WireCodec.encode($0) },
            WireCodec.decodeWorkerMessage)
    }

    private static let scheduler = [
        ("welcome", SchedulerMessage.welcome(Fixtures.welcome)),
        ("refused", .refused(Fixtures.reason)),
        ("heartbeatAcknowledged", .heartbeatAcknowledged(sequence: 300)),
        ("stage", .stage(Fixtures.data)),
        ("prepare", .prepare(Fixtures.prepare)),
        ("prepareAdamW", .prepare(Fixtures.prepareAdamW)),
        ("prepareNesterov", .prepare(Fixtures.prepareNesterov)),
        ("prepareNetwork", .prepare(Fixtures.prepareNetwork)),
        ("go", .go(Fixtures.go)),
        ("publish", .publish(Fixtures.attempt)),
        ("release", .release(Fixtures.attempt)),
        ("prepareCommand", .prepareCommand(CommandFixtures.prepare)),
        ("startCommand", .startCommand(Fixtures.attempt)),
        (
            "stopCommand",
            .stopCommand(StopCommand(attempt: Fixtures.attempt, graceSeconds: 30))
        ),
        (
            "outputAcknowledged",
            .outputAcknowledged(
                OutputAcknowledgement(attempt: Fixtures.attempt, rank: 2, position: 77))
        ),
    ].map { name, message in
        WireSample(
            "SchedulerMessage.\(name)", message, { WireCodec.encode($0) },
            WireCodec.decodeSchedulerMessage)
    }

    private static let trainer =
        [
            ("prepare", TrainerCommand.prepare(Fixtures.prepare, Fixtures.places)),
            ("go", .go(Fixtures.go)),
            ("release", .release(Fixtures.attempt)),
        ].map { name, message in
            WireSample(
                "TrainerCommand.\(name)", message, { WireCodec.encode($0) },
                WireCodec.decodeTrainerCommand)
        }
        + [
            ("hello", TrainerReport.hello(Fixtures.description.fingerprints[0])),
            ("status", .status(Fixtures.plainStatus)),
            ("progress", .progress(Fixtures.progress)),
            ("log", .log(Fixtures.line)),
        ].map { name, message in
            WireSample(
                "TrainerReport.\(name)", message, { WireCodec.encode($0) },
                WireCodec.decodeTrainerReport)
        }

    private static let artifacts =
        [
            (
                "fetch",
                ArtifactRequest.fetch(
                    requestID: 5, digest: Fixtures.sha256, offset: 1 << 33,
                    length: ArtifactRequest.largestChunk)
            ),
            ("store", .store(requestID: 6, digest: Fixtures.sha256, offset: 10, total: 99)),
            ("stat", .stat(requestID: UInt64.max, digest: Fixtures.sha256)),
        ].map { name, message in
            WireSample(
                "ArtifactRequest.\(name)", message, { WireCodec.encode($0) },
                WireCodec.decodeArtifactRequest)
        }
        + [
            (
                "chunk",
                ArtifactReply.chunk(
                    requestID: 5, digest: Fixtures.sha256, offset: 1 << 33, total: 1 << 34)
            ),
            (
                "stored",
                .stored(requestID: 6, digest: Fixtures.sha256, received: 99, isComplete: true)
            ),
            ("stat", .stat(requestID: 7, digest: Fixtures.sha256, total: -1, received: 0)),
            ("refused", .refused(requestID: 8, Fixtures.reason)),
        ].map { name, message in
            WireSample(
                "ArtifactReply.\(name)", message, { WireCodec.encode($0) },
                WireCodec.decodeArtifactReply)
        }

    private static let enrolment = [
        WireSample(
            "EnrolmentRequest.join",
            EnrolmentRequest(
                requestID: 7, node: NodeID("h1"), protocolVersion: 1,
                wish: .join(tokenID: "t1", secret: "0123456789abcdef")),
            { WireCodec.encode($0) }, WireCodec.decodeEnrolmentRequest),
        WireSample(
            "EnrolmentRequest.rotate",
            EnrolmentRequest(
                requestID: 8, node: NodeID("h1"), protocolVersion: 1,
                wish: .rotate(nextPublicKey: String(repeating: "k", count: 40))),
            { WireCodec.encode($0) }, WireCodec.decodeEnrolmentRequest),
        WireSample(
            "EnrolmentReply.accepted",
            EnrolmentReply.accepted(requestID: 7, control: "192.0.2.10:7071"),
            { WireCodec.encode($0) }, WireCodec.decodeEnrolmentReply),
        WireSample(
            "EnrolmentReply.refused", EnrolmentReply.refused(requestID: 8, Fixtures.reason),
            { WireCodec.encode($0) }, WireCodec.decodeEnrolmentReply),
    ]

    private static let records = [
        WireSample(
            "JobRecord.fresh", Fixtures.freshJob, { WireCodec.encode($0) },
            WireCodec.decodeJobRecord),
        WireSample(
            "JobRecord.command", CommandFixtures.job, { WireCodec.encode($0) },
            WireCodec.decodeJobRecord),
        WireSample(
            "JobRecord.finished", Fixtures.job, { WireCodec.encode($0) },
            WireCodec.decodeJobRecord),
        WireSample(
            "NodeRecord", Fixtures.nodeRecord, { WireCodec.encode($0) },
            WireCodec.decodeNodeRecord),
        WireSample(
            "ModelRecord", Fixtures.modelRecord, { WireCodec.encode($0) },
            WireCodec.decodeModelRecord),
        WireSample(
            "LedgerFact", Fixtures.fact, { WireCodec.encode($0) }, WireCodec.decodeLedgerFact),
        WireSample(
            "LedgerFacts", [Fixtures.fact, Fixtures.plainFact], { WireCodec.encode($0) },
            WireCodec.decodeLedgerFacts),
    ]
}
