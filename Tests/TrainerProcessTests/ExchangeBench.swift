import Averaging
import ClusterVocabulary
import Determinism
import Foundation
import LinearAlgebra
import Messaging
import Synchronization
import Training
import WireCodec

@testable import TrainerProcess

/// Trainers of one job in this process, each on a thread of its own, with real sockets: the
/// members, terms and deaths of a cluster, round by round as the test says.
final class ExchangeBench {
    let folder: String
    let work: TrainingWork
    let data: TrainingData
    let attempt = AttemptID(job: JobID(1), number: 1)
    private(set) var term = Term.none
    /// The start of the newest term.
    private(set) var lastGo: GoTraining?
    /// How long members wait in silence.
    var silence = ExchangeLimits.stallTimeout

    /// Small data with classes that can be told apart.
    init(_ change: (inout TrainingWork) -> Void = { _ in }) throws {
        try BLAS.load()
        folder = NSTemporaryDirectory() + "mlctl-exchange-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let stream = RandomStream(seed: 11, purpose: .initialization)
        let (rows, features, classes) = (300, 7, 4)
        var values: [Float] = []
        var labels: [Int32] = []
        for row in 0..<rows {
            labels.append(Int32(row % classes))
            for feature in 0..<features {
                let noise = stream.uniform(at: UInt64(row * features + feature), lane: 0)
                values.append(noise + (feature % classes == row % classes ? 1 : 0))
            }
        }
        data = try TrainingData(
            features: values, labels: labels, featureCount: features, classCount: classes)
        let sha256 = String(repeating: "0", count: 64)
        var work = TrainingWork(
            data: DatasetReference(key: sha256, files: [], format: "csv"),
            validationFraction: 0.1, testFraction: 0.1, splitSeed: 7, standardizes: true,
            hiddenLayers: [9], replicas: 4, batchSize: 5, epochs: 3, seed: 3,
            optimizer: .sgd(learningRate: 0.05, momentum: 0.9), averagesOptimizerState: true,
            stepsPerRound: 3)
        change(&work)
        self.work = work
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The key of a term.
    static func key(of term: Term) -> SecretBytes {
        SecretBytes([UInt8](repeating: UInt8(truncatingIfNeeded: term.number), count: 32))
    }

    /// A fresh trainer that holds no state; members of different hosts exchange sealed frames
    /// over TCP.
    func member(_ name: String, host: String? = nil) throws -> BenchMember {
        let prepare = PrepareTraining(
            attempt: attempt, term: Term(1), work: work, coreType: "Haswell", lanes: 1,
            jobName: "bench-1")
        let session = try TrainingSession(
            prepare,
            data: SessionData(
                data: data, testRows: 0, classNames: ["a", "b", "c", "d"],
                featureNames: (0..<data.featureCount).map { "f\($0)" }))
        let places = TrainerPlaces(
            setPath: "", exchangeFolder: "\(folder)/\(name)", modelFolder: "",
            exchangeAddress: host == nil ? "" : "127.0.0.1", exchangePort: 28_072,
            node: NodeID(name), hostID: host ?? "bench")
        try FileManager.default.createDirectory(
            atPath: places.exchangeFolder, withIntermediateDirectories: true)
        let door = try ExchangeDoor(
            places: places, attempt: attempt,
            stateBytes: session.state.count * MemoryLayout<Float>.size)
        return BenchMember(
            name: name, hostID: places.hostID, session: session, door: door)
    }

    /// One term: the members go from the newest state among them to `until` complete rounds.
    ///
    /// `lanes` gives the weight of each member, 1 when it is missing.
    func run(
        _ members: [BenchMember], until: Int64 = .max, lanes: [Int]? = nil
    ) throws {
        term = term.next
        // As a trainer does when it is told of a new term.
        for member in members { member.session.goBackToAnchor() }
        let weights = lanes ?? members.map { _ in 1 }
        let ranges = ReplicaAssignment(replicaCount: work.replicas, weights: weights).ranges
        let newest = members.map(\.session.completeRounds).max() ?? -1
        let source = members.first { newest >= 0 && $0.session.completeRounds == newest }
        let go = GoTraining(
            attempt: attempt, term: term,
            members: zip(members, ranges).map { member, range in
                TermMember(
                    node: NodeID(member.name), firstReplica: range.lowerBound,
                    endReplica: range.upperBound, lanes: 1, exchange: member.door.address)
            },
            startRound: max(newest, 0), stateSource: source.map { NodeID($0.name) })
        let barrier = Barrier(count: members.count)
        lastGo = go
        // As the preparation of a term does, before any member starts.
        for member in members {
            member.door.inbox.discard { $0.term < term.number }
            member.door.inbox.adopt(term, key: Self.key(of: term))
        }
        let group = DispatchGroup()
        let silence = silence
        for (rank, member) in members.enumerated() {
            group.enter()
            let thread = Thread {
                member.run(go, rank: rank, until: until, barrier: barrier, silence: silence)
                group.leave()
            }
            thread.stackSize = 1 << 21
            thread.start()
        }
        group.wait()
        for member in members {
            if let problem = member.problem { throw problem }
        }
    }

    /// The state a single thread ends with; `limit` bounds the rounds.
    func reference(
        rounds limit: Int = .max, weights: ((Int, Int) -> Float)? = nil,
        outer: ((inout [Float], [Float], Int) -> Void)? = nil
    ) throws -> [Float] {
        let split = try DataSplit(
            rows: data.rows, validation: work.validationFraction, test: work.testFraction,
            seed: work.splitSeed)
        let optimizer = try OptimizerConfiguration(
            work.optimizer, averagesState: work.averagesOptimizerState)
        return try ReferenceRun.run(
            data: data, trainRows: split.train,
            standardization: Standardization(fitting: data, rows: split.train),
            architecture: .multilayerPerceptron(hidden: work.hiddenLayers),
            plan: TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer),
            optimizer: optimizer, roundLimit: limit, weights: weights, outer: outer
        ).state
    }
}

/// One trainer of an ``ExchangeBench``.
///
/// @unchecked: a term's thread owns it while the term runs; the test waits for its end.
final class BenchMember: @unchecked Sendable {
    let name: String
    let hostID: String
    let session: TrainingSession
    let door: ExchangeDoor
    var problem: (any Error)?
    /// The digests of rounds it reported.
    var computed: [ComputedRounds] = []

    init(name: String, hostID: String, session: TrainingSession, door: ExchangeDoor) {
        self.name = name
        self.hostID = hostID
        self.session = session
        self.door = door
    }

    deinit {
        door.close()
    }

    /// The exchanged part of the state: parameters and averaged vectors.
    var averagedState: [Float] { Array(session.state.elements.prefix(session.exchangedCount)) }

    fileprivate func run(
        _ go: GoTraining, rank: Int, until: Int64, barrier: Barrier, silence: Duration
    ) {
        var hasArrived = false
        defer { if !hasArrived { barrier.arrive() } }
        do {
            let own = go.members[rank]
            try session.setLanes(1, replicas: own.endReplica - own.firstReplica)
            let term = try TermExchange(
                go: go, rank: rank, hostID: hostID, key: ExchangeBench.key(of: go.term),
                shape: session.exchangeShape, inbox: door.inbox, context: door.context,
                silence: silence)
            defer { term.close() }
            let run = TermRun(
                session: session, term: term, mailbox: CommandMailbox(),
                report: { [self] report in
                    guard case .progress(let progress) = report else { return }
                    if let piece = progress.computed { computed.append(piece) }
                },
                log: { _ in })
            guard try run.reachStart() == .complete else { throw BenchProblem.notComplete }
            while session.completeRounds < until, !session.isComplete {
                guard try run.runRound() == .complete else { throw BenchProblem.notComplete }
            }
            barrier.arrive()
            hasArrived = true
            try term.serve(
                state: UnsafePointer(session.state.pointer), trailer: session.trailer,
                until: { barrier.isComplete })
        } catch {
            problem = error
        }
    }
}

enum BenchProblem: Error {
    case notComplete
}

/// Lets members leave only when all are there: what one still has queued is not lost.
final class Barrier: Sendable {
    private let missing: Atomic<Int>

    init(count: Int) {
        missing = Atomic(count)
    }

    func arrive() {
        missing.subtract(1, ordering: .acquiringAndReleasing)
    }

    var isComplete: Bool { missing.load(ordering: .acquiring) <= 0 }
}
