import Averaging
import ClusterVocabulary
import Determinism
import Glibc
import Messaging
import WireCodec

/// The exchange of rounds by itself: so many processes, each one member with one replica, average
/// a buffer of so many elements again and again, as trainers do between two rounds of steps.
///
/// What `Benchmarks/exchange` measures; nothing is computed but the average.
package struct ExchangeProbe {
    /// How frames travel.
    package enum Transport: String, Sendable, CaseIterable {
        /// Between processes of one host.
        case ipc
        /// Over TCP as they are: trainers never do this, it is what sealing is compared with.
        case tcp
        /// Over TCP, sealed, as between hosts.
        case sealed
    }

    /// Which process this is and what it exchanges.
    package struct Plan: Sendable {
        /// This member, from 0.
        package var rank: Int
        /// All members.
        package var members: Int
        /// Elements of the buffer.
        package var elements: Int
        /// Rounds that are measured.
        package var rounds: Int
        /// Rounds before them.
        package var warmUp: Int
        /// How frames travel.
        package var transport: Transport
        /// A folder that all members share.
        package var folder: String
        /// The port of member 0; the others follow.
        package var port: Int

        /// Takes all of it.
        package init(
            rank: Int, members: Int, elements: Int, rounds: Int, warmUp: Int,
            transport: Transport, folder: String, port: Int
        ) {
            self.rank = rank
            self.members = members
            self.elements = elements
            self.rounds = rounds
            self.warmUp = warmUp
            self.transport = transport
            self.folder = folder
            self.port = port
        }
    }

    /// What one member measured.
    package struct Outcome: Sendable {
        /// The length of each measured round in milliseconds.
        package var milliseconds: [Double]
        /// Bytes given to the network in a round, headers included.
        package var bytesPerRound: Double
        /// The digest of the last average: the same at every member.
        package var digest: String
    }

    private let plan: Plan

    /// Makes a member.
    package init(_ plan: Plan) {
        self.plan = plan
    }

    /// Runs all rounds with the other members. Throws when a socket fails or a peer is silent.
    package func run() throws -> Outcome {
        let context = try MessagingContext(ioThreads: 1)
        var limits = SocketLimits.bulk
        limits.maximumFrameBytes = ExchangeLimits.mostFrameBytes
        let receiver = try ExchangeReceiver(
            endpoint: endpoint(of: plan.rank), context: context, limits: limits)
        defer { receiver.close() }
        let inbox = FrameInbox(
            doors: [.init(receiver: receiver, isSealed: plan.transport == .sealed)],
            stateBytes: plan.elements * MemoryLayout<Float>.size)
        let key = SecretBytes([UInt8](repeating: 7, count: 32))
        inbox.adopt(Term(1), key: key)
        let term = try TermExchange(
            go: go, rank: plan.rank, hostID: hostID(of: plan.rank), key: key,
            shape: ExchangeShape(
                replicas: plan.members, stateCount: plan.elements,
                exchangedCount: plan.elements, sumScale: nil),
            inbox: inbox, context: context)
        defer { term.close() }
        return try exchange(through: term)
    }

    private func exchange(through term: TermExchange) throws -> Outcome {
        let own = buffer()
        let averaged = buffer()
        defer {
            own.deallocate()
            averaged.deallocate()
        }
        fill(own)
        guard let delta = own.baseAddress, let target = averaged.baseAddress else {
            throw ProbeProblem.empty
        }
        let subtree = ReductionTree.Subtree(lowerBound: plan.rank, upperBound: plan.rank + 1)
        let scalars = [
            ReplicaScalars(replica: UInt32(plan.rank), lossSum: 0, correct: 0, samples: 1)
        ]
        var outcome = Outcome(milliseconds: [], bytesPerRound: 0, digest: "")
        var before: Int64 = 0
        for round in 0..<(plan.warmUp + plan.rounds) {
            if round == plan.warmUp { before = term.bytesSent }
            let start = ContinuousClock.now
            let ended = try term.run(
                TermExchange.Round(
                    number: Int64(round), averaged: target, state: UnsafePointer(target),
                    trailer: StateTrailer()),
                contributions: [(subtree, UnsafePointer(delta))], scalars: scalars,
                shouldStop: { false })
            guard ended.outcome == .complete else { throw ProbeProblem.silentPeer }
            if round >= plan.warmUp {
                outcome.milliseconds.append((ContinuousClock.now - start).seconds * 1_000)
            }
        }
        outcome.bytesPerRound = Double(term.bytesSent - before) / Double(plan.rounds)
        outcome.digest = "\(FastDigest.of(UnsafeRawBufferPointer(averaged)))"
        return outcome
    }

    private func buffer() -> UnsafeMutableBufferPointer<Float> {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(plan.elements, 1))
        buffer.initialize(repeating: 0)
        return buffer
    }

    /// Other values at every member, so that a frame of the wrong one would show.
    private func fill(_ buffer: UnsafeMutableBufferPointer<Float>) {
        for index in buffer.indices {
            buffer[index] = Float((index &* 31 &+ plan.rank &* 17) % 1_009) / 1_009 - 0.5
        }
    }

    private var go: GoTraining {
        GoTraining(
            attempt: AttemptID(job: JobID(1), number: 1), term: Term(1),
            members: (0..<plan.members).map { rank in
                TermMember(
                    node: NodeID("p\(rank)"), firstReplica: rank, endReplica: rank + 1, lanes: 1,
                    exchange: ExchangeAddress(
                        hostID: hostID(of: rank), local: endpoint(of: rank),
                        remote: endpoint(of: rank), publicKey: ""))
            },
            startRound: 0, stateSource: nil)
    }

    private func hostID(of rank: Int) -> String {
        plan.transport == .sealed ? "host \(rank)" : "one host"
    }

    private func endpoint(of rank: Int) -> String {
        plan.transport == .ipc
            ? "ipc://\(plan.folder)/\(rank).ipc" : "tcp://127.0.0.1:\(plan.port + rank)"
    }
}

/// Why a probe did not end.
enum ProbeProblem: Error, CustomStringConvertible {
    case empty
    case silentPeer

    var description: String {
        switch self {
        case .empty: "there is nothing to exchange; give --bytes of at least 4"
        case .silentPeer: "a member was silent for too long; start all of them with one --folder"
        }
    }
}
