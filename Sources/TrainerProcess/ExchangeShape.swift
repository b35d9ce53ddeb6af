import ClusterVocabulary

/// What an exchange has to know of the job whose rounds it carries.
struct ExchangeShape {
    /// The job's replicas, at least 1.
    var replicas: Int
    /// Elements of the whole state: those exchanged in rounds, and what stands behind them.
    var stateCount: Int
    /// Elements averaged in every round.
    var exchangedCount: Int
    /// What the sum over all replicas is multiplied by; `nil` means 1 / replicas.
    var sumScale: Float?
    /// How deltas are written on the wire.
    var compression = AveragingWork.Compression.none
}

/// What every replica carries to the next round, on its way to all members: `perReplica` elements
/// for each replica, by replica.
struct ReplicaBlocks {
    /// Those of own replicas are filled; the others are filled by the exchange.
    let elements: UnsafeMutablePointer<Float>
    /// Elements of one replica, at least 1.
    let perReplica: Int
}

extension TrainingSession {
    /// The shape of this session's exchange.
    var exchangeShape: ExchangeShape {
        ExchangeShape(
            replicas: work.replicas, stateCount: stateCount, exchangedCount: exchangedCount,
            sumScale: sumScale, compression: work.averaging.compression)
    }
}
