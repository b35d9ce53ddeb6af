import ClusterVocabulary

extension PrepareTraining: WireValue {
    init(wire: WirePrepareTraining) throws(WireError) {
        let check = FieldChecks("PrepareTraining")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            term: try check.term(wire.term, "term"),
            work: try check.required(TrainingWork.self, wire.work, wire.hasWork, "work"),
            coreType: try check.text(wire.coreType, "core_type"),
            lanes: try check.integer(
                wire.lanes, "lanes", from: 1, through: Int64(WireLimits.mostReplicas)),
            jobName: try check.text(wire.jobName, "job_name"))
        guard wire.exchangeKey.isEmpty || wire.exchangeKey.count == WireLimits.exchangeKeyWords
        else {
            throw check.invalid(
                "exchange_key",
                "has \(wire.exchangeKey.count) words, not \(WireLimits.exchangeKeyWords)")
        }
        exchangeKey = SecretBytes(
            wire.exchangeKey.flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
            })
        checkpoint =
            wire.hasCheckpoint ? try CheckpointReference(wire: wire.checkpoint) : nil
        checkpointJob = JobID(
            try check.number(wire.checkpointJob, "checkpoint_job", 0...WireLimits.largestNumber))
    }

    var wire: WirePrepareTraining {
        var wire = WirePrepareTraining()
        wire.attempt = attempt.wire
        wire.term = term.number
        wire.work = work.wire
        wire.coreType = coreType
        wire.lanes = Int64(lanes)
        wire.jobName = jobName
        wire.exchangeKey = stride(from: 0, to: exchangeKey.bytes.count, by: 8).map { start in
            exchangeKey.bytes[start...].prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        if let checkpoint { wire.checkpoint = checkpoint.wire }
        wire.checkpointJob = checkpointJob.number
        return wire
    }
}
