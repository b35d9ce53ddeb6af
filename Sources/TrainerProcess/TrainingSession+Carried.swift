import Averaging
import ClusterVocabulary
import Determinism
import LinearAlgebra
import Training

extension AveragingWork {
    /// Whether replicas carry anything from round to round.
    var carriesState: Bool {
        keepsOptimizerState || outer == .elastic || compression != .none
    }
}

extension CarriedState {
    /// Rounds between those in which every member is sent what all replicas carry, when they carry
    /// a residual: sending that every round would cost more than rounding saves.
    static let residualInterval: Int64 = 16
    /// The most elements of all replicas together.
    static let mostElements = 1 << 31

    init(_ work: TrainingWork, optimizer: OptimizerConfiguration, layout: ParameterLayout) {
        let averaging = work.averaging
        self.init(
            optimizer: optimizer, layout: layout, keepsVectors: averaging.keepsOptimizerState,
            pull: averaging.outer == .elastic ? averaging.outerRate / Float(work.replicas) : nil,
            residualCount: averaging.compression == .none ? 0 : optimizer.stateCount(layout))
    }

    /// Elements of all replicas' blocks; refused when they are too many to hold.
    func checkedCount(replicas: Int) throws(TrainingRefusal) -> Int {
        let (all, isTooLarge) = count.multipliedReportingOverflow(by: replicas)
        guard !isTooLarge, all <= Self.mostElements else {
            throw .modelTooLarge(limit: Self.mostElements)
        }
        return all
    }

    /// Whether all members hold all replicas' blocks after so many rounds.
    func isAnchor(afterRounds round: Int64) -> Bool {
        residualCount == 0 || round % Self.residualInterval == 0
    }
}

/// The newest state with the blocks of all replicas.
struct SessionAnchor {
    let state: FloatBuffer
    var round: Int64
    var trailer: StateTrailer
}

/// What replicas carry from round to round, and where a term may begin.
///
/// A member always has the blocks of its own replicas. In some rounds (``CarriedState/isAnchor``)
/// everybody is sent those of all; the state after such a round is an anchor. When members change,
/// all go back to the newest anchor any of them holds, and compute the rounds since again, with the
/// same bits.
extension TrainingSession {
    /// Whether this member holds all of the state of its newest round.
    var isAtAnchor: Bool { carried.isAnchor(afterRounds: completeRounds) }

    /// A replica's blocks before and after the round in progress; nil when it carries nothing.
    func block(of replica: Int) -> CarriedState.Block? {
        guard carried.count > 0 else { return nil }
        return CarriedState.Block(
            before: UnsafePointer(state.pointer) + carriedOffset + replica * carried.count,
            after: nextBlocks.pointer + replica * carried.count)
    }

    /// The blocks on their way to all members, in rounds that end at an anchor.
    var blocksToSend: ReplicaBlocks? {
        guard carried.count > 0, carried.isAnchor(afterRounds: completeRounds + 1) else {
            return nil
        }
        return ReplicaBlocks(elements: nextBlocks.pointer, perReplica: carried.count)
    }

    /// Rounds a replica's delta to what is sent, and keeps what that loses.
    func compress(_ delta: UnsafeMutablePointer<Float>, of replica: Int) {
        guard let codec = WireElements(work.averaging.compression).codec,
            let block = block(of: replica)
        else { return }
        codec.quantize(
            delta, residual: block.before + carried.residualOffset,
            nextResidual: block.after + carried.residualOffset, count: exchangedCount)
    }

    /// What replicas carry into the first round: no vectors, no residual, the initial parameters.
    func beginBlocks() {
        guard carried.parameterCount > 0 else { return }
        for replica in 0..<work.replicas {
            let own = state.pointer + carriedOffset + replica * carried.count
            (own + carried.parameterOffset).update(
                from: state.pointer, count: carried.parameterCount)
        }
    }

    /// Takes the blocks after a complete round over: all at an anchor, else the own replicas'.
    func takeBlocks() {
        guard carried.count > 0 else { return }
        let replicas = isAtAnchor ? 0..<work.replicas : ownReplicas
        let first = replicas.lowerBound * carried.count
        (state.pointer + carriedOffset + first).update(
            from: nextBlocks.pointer + first, count: replicas.count * carried.count)
    }

    /// Remembers the state at an anchor, where not every round is one.
    func keepAnchor() {
        guard carried.residualCount > 0, isAtAnchor else { return }
        let copy = anchor?.state ?? FloatBuffer(count: state.count)
        copy.load(from: UnsafePointer(state.pointer))
        anchor = SessionAnchor(state: copy, round: completeRounds, trailer: trailer)
    }

    /// Members change: back to the newest state whose replicas may move. A job that is done stays.
    func goBackToAnchor() {
        guard let anchor, !isAtAnchor, !isComplete else { return }
        guard completeRounds >= 0 else { return }
        state.load(from: UnsafePointer(anchor.state.pointer))
        adopt(round: anchor.round, trailer: anchor.trailer)
    }

    /// The digest of what all members hold after a round: at an anchor of the whole state, between
    /// anchors of all but the blocks.
    func digestOfState() -> FastDigest {
        let count = isAtAnchor ? state.count : carriedOffset
        return FastDigest.of(
            UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: state.elements[..<count])))
    }
}
