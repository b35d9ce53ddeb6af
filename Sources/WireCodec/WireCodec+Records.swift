package import ClusterVocabulary

extension WireCodec {
    /// The bytes of a job's record.
    package static func encode(_ record: JobRecord) -> [UInt8] {
        record.encoded
    }

    /// Reads a job's record; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeJobRecord(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> JobRecord {
        try JobRecord(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of a node's record.
    package static func encode(_ record: NodeRecord) -> [UInt8] {
        record.encoded
    }

    /// Reads a node's record; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeNodeRecord(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> NodeRecord {
        try NodeRecord(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of a model's record.
    package static func encode(_ record: ModelRecord) -> [UInt8] {
        record.encoded
    }

    /// Reads a model's record; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeModelRecord(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> ModelRecord {
        try ModelRecord(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of one fact.
    package static func encode(_ fact: LedgerFact) -> [UInt8] {
        LedgerFactEnvelope(fact: fact).encoded
    }

    /// Reads one fact; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeLedgerFact(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> LedgerFact {
        try LedgerFactEnvelope(encoded: bytes, limit: WireLimits.largestMessage).fact
    }

    /// The bytes of the facts of one commit, in order.
    ///
    /// A commit keeps to ``WireLimits/mostFacts`` facts and ``WireLimits/largestBatch`` bytes:
    /// more could be written but not read again.
    package static func encode(_ facts: [LedgerFact]) -> [UInt8] {
        LedgerBatch(facts: facts).encoded
    }

    /// Reads the facts of one commit; at most ``WireLimits/largestBatch`` bytes.
    package static func decodeLedgerFacts(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> [LedgerFact] {
        try LedgerBatch(encoded: bytes, limit: WireLimits.largestBatch).facts
    }

    /// The bytes of an experiment's record.
    package static func encode(_ record: ExperimentRecord) -> [UInt8] {
        record.encoded
    }

    /// Reads an experiment's record; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeExperimentRecord(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> ExperimentRecord {
        try ExperimentRecord(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of a trial.
    package static func encode(_ trial: Trial) -> [UInt8] {
        trial.encoded
    }

    /// Reads a trial; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeTrial(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> Trial {
        try Trial(encoded: bytes, limit: WireLimits.largestMessage)
    }
}
