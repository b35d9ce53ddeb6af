import ClusterVocabulary
import Determinism
import WireCodec

/// Digests of what replicas computed, kept so that an audit can compare them with another host's.
extension TrainingSession {
    /// Whether digests of the replicas' deltas of this round are kept: of all, or in long jobs of
    /// every n-th (``ComputedRounds/stride(rounds:replicas:)``).
    func keepsDigests(ofRound round: Int64) -> Bool {
        round % ComputedRounds.stride(rounds: totalRounds, replicas: work.replicas) == 0
    }

    /// The digest of what a replica gives to the average.
    func digest(of delta: UnsafePointer<Float>) -> UInt64 {
        FastDigest.ofFrame(
            UnsafeRawBufferPointer(UnsafeBufferPointer(start: delta, count: exchangedCount))
        ).high
    }

    /// Takes the digests of a complete round, to be reported later.
    func remember(
        _ round: ComputedRounds.Round, of members: [TermMember]
    ) {
        let shares = members.map {
            ComputedRounds.Share(
                node: $0.node, firstReplica: $0.firstReplica, endReplica: $0.endReplica)
        }
        if let last = computed.last, last.shares == shares,
            last.rounds.count < ComputedRounds.mostRounds,
            last.rounds.last.map({ $0.number < round.number }) ?? true
        {
            computed[computed.count - 1].rounds.append(round)
        } else {
            computed.append(ComputedRounds(shares: shares, rounds: [round]))
        }
    }

    /// Whether what waits to be reported fills a report.
    var hasFullReport: Bool {
        computed.count > 1 || computed.last?.rounds.count == ComputedRounds.mostRounds
    }
}
