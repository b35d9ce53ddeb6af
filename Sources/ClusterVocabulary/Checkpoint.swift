/// The durable state of a training job after so many rounds: a file in the scheduler's store.
package struct CheckpointReference: Hashable, Sendable {
    /// Complete rounds.
    package var round: Int64
    /// SHA-256 of the file, 64 hexadecimal digits.
    package var digest: String
    /// Its length in bytes.
    package var byteCount: Int64

    /// How every such file begins: what is removed as a checkpoint must be one.
    package static let magic = Array("MLCCKPT1".utf8)

    /// Takes the numbers.
    package init(round: Int64, digest: String, byteCount: Int64) {
        self.round = round
        self.digest = digest
        self.byteCount = byteCount
    }
}

/// The report that a checkpoint of an attempt was written, or, from a worker, stored.
package struct CheckpointWritten: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// The file.
    package var checkpoint: CheckpointReference

    /// Makes the report.
    package init(attempt: AttemptID, checkpoint: CheckpointReference) {
        self.attempt = attempt
        self.checkpoint = checkpoint
    }
}

/// The stored state of a paused job that another one goes on from.
package struct TrainingBeginning: Hashable, Sendable {
    /// The job that paused.
    package var job: JobID
    /// Its state; it belongs to that job and outlives this one.
    package var checkpoint: CheckpointReference

    /// Names a state.
    package init(job: JobID, checkpoint: CheckpointReference) {
        self.job = job
        self.checkpoint = checkpoint
    }
}
