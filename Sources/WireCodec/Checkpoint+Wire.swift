import ClusterVocabulary

extension CheckpointReference: WireValue {
    init(wire: WireCheckpointReference) throws(WireError) {
        let check = FieldChecks("CheckpointReference")
        self.init(
            round: try check.count(wire.round, "round"),
            digest: try check.digest(wire.digest, "digest", digits: 64),
            byteCount: try check.count(wire.byteCount, "byte_count"))
    }

    var wire: WireCheckpointReference {
        var wire = WireCheckpointReference()
        wire.round = round
        wire.digest = digest
        wire.byteCount = byteCount
        return wire
    }
}

extension CheckpointWritten: WireValue {
    init(wire: WireCheckpointWritten) throws(WireError) {
        let check = FieldChecks("CheckpointWritten")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            checkpoint: try check.required(
                CheckpointReference.self, wire.checkpoint, wire.hasCheckpoint, "checkpoint"))
    }

    var wire: WireCheckpointWritten {
        var wire = WireCheckpointWritten()
        wire.attempt = attempt.wire
        wire.checkpoint = checkpoint.wire
        return wire
    }
}

extension TrainingBeginning: WireValue {
    init(wire: WireTrainingBeginning) throws(WireError) {
        let check = FieldChecks("TrainingBeginning")
        self.init(
            job: try check.job(wire.job, "job"),
            checkpoint: try check.required(
                CheckpointReference.self, wire.checkpoint, wire.hasCheckpoint, "checkpoint"))
    }

    var wire: WireTrainingBeginning {
        var wire = WireTrainingBeginning()
        wire.job = job.number
        wire.checkpoint = checkpoint.wire
        return wire
    }
}
