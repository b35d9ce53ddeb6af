import ClusterVocabulary
import Foundation
import GRDB
import Ledger

/// A folder that lives as long as this value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "mlctl-ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var ledger: String { path + "/ledger.sqlite" }

    /// Copies the ledger's files, without the index of the WAL, as a crash would leave them.
    func copyLedger(to other: TemporaryFolder) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: ledger + suffix) {
            try FileManager.default.copyItem(
                atPath: ledger + suffix, toPath: other.ledger + suffix)
        }
    }

    /// Runs SQL on the ledger as an outside hand would, with foreign keys off.
    func tamper(_ statements: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: ledger, configuration: configuration)
        try queue.inDatabase { try $0.execute(sql: statements) }
        try queue.close()
    }
}

/// Records and facts with every part the codec asks for.
enum Fixtures {
    static let sha256 = String(repeating: "0123456789abcdef", count: 4)

    static let work = TrainingWork(
        data: DatasetReference(
            key: sha256,
            files: [.init(role: .train, digest: sha256, byteCount: 1_000, hostPath: "")],
            format: "csv label=class"),
        validationFraction: 0.1, testFraction: 0.2, splitSeed: 7, standardizes: true,
        hiddenLayers: [64], replicas: 8, batchSize: 32, epochs: 20, seed: 7,
        optimizer: .sgd(learningRate: 0.05, momentum: 0.9), averagesOptimizerState: true,
        stepsPerRound: 16)

    static let requirements = JobRequirements(
        perLane: ResourceAmount(milliCPU: 1_000, memoryBytes: 1 << 29), mostHosts: 0,
        numerics: "auto", timeLimitSeconds: 3_600, backoffLimit: 3, keepFinishedSeconds: 0,
        isSuspended: false, modelName: "digits")

    static let trained = TrainedModel(
        weightsDigest: sha256, descriptionDigest: sha256, byteCount: 4_096,
        metrics: [Metric("test.accuracy", 0.97)],
        roundChain: String(repeating: "a5", count: 16), rounds: 120)

    static func job(
        _ number: UInt64, name: String = "digits", run: UInt32? = nil, key: String = ""
    ) -> JobRecord {
        JobRecord(
            id: JobID(number), namespace: "default", name: name,
            run: run ?? UInt32(clamping: number), user: "ana",
            labels: [Label(key: "team", value: "blue")], idempotencyKey: key, work: work,
            requirements: requirements, submittedAt: 1_000 + Int64(number % 1_000_000))
    }

    static func submitted(_ job: JobRecord) -> LedgerFact {
        LedgerFact(
            kind: .submitted, job: job.id, at: job.submittedAt,
            reason: Reason(.none, job.fullName), state: .pending)
    }

    /// A submission as the scheduler commits it.
    static func submission(_ jobs: JobRecord...) -> LedgerBatch { submission(jobs) }

    static func submission(_ jobs: [JobRecord]) -> LedgerBatch {
        LedgerBatch(
            facts: jobs.map(submitted), jobs: jobs,
            specifications: jobs.map { .init(job: $0.id, text: "kind: TrainJob # \($0.id)\n") })
    }

    static func fact(
        _ kind: LedgerFact.Kind, _ job: JobRecord, term: UInt64? = nil
    ) -> LedgerFact {
        LedgerFact(
            kind: kind, job: job.id, at: 5_000,
            metrics: term.map { [Metric("term", Double($0))] } ?? [], state: job.state)
    }

    /// The batch that takes a job to a state.
    static func change(
        _ job: inout JobRecord, to state: JobState, _ kind: LedgerFact.Kind, term: UInt64? = nil
    ) -> LedgerBatch {
        job.state = state
        if let term { job.term = Term(term) }
        return LedgerBatch(facts: [fact(kind, job, term: term)], jobs: [job])
    }

    static func node(_ name: String, state: NodeState = .ready) -> NodeRecord {
        NodeRecord(
            description: NodeDescription(
                node: NodeID(name), incarnation: Incarnation(bootID: "boot", life: 1),
                capacity: ResourceAmount(milliCPU: 4_000, memoryBytes: 1 << 33), cores: 4,
                features: ["avx2"], fingerprints: [], version: "1.0.0", protocolVersion: 1,
                heldDatasets: []),
            state: state, registeredAt: 2_000)
    }

    static func model(_ version: UInt32, of job: JobID) -> ModelRecord {
        ModelRecord(
            namespace: "default", name: "digits", version: version, job: job, model: trained,
            createdAt: 9_000)
    }
}

/// A small generator with a seed, so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The error that work throws; `nil` when it succeeds.
func ledgerError(_ work: () throws(LedgerError) -> Void) -> LedgerError? {
    do {
        try work()
        return nil
    } catch {
        return error
    }
}
