package import ClusterVocabulary

extension WireCodec {
    /// The bytes of what a worker says to the scheduler.
    package static func encode(_ message: WorkerMessage) -> [UInt8] {
        message.encoded
    }

    /// Reads what a worker says; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeWorkerMessage(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> WorkerMessage {
        try WorkerMessage(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of what the scheduler says to a worker.
    package static func encode(_ message: SchedulerMessage) -> [UInt8] {
        message.encoded
    }

    /// Reads what the scheduler says; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeSchedulerMessage(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> SchedulerMessage {
        try SchedulerMessage(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of what a worker daemon says to a trainer.
    package static func encode(_ command: TrainerCommand) -> [UInt8] {
        command.encoded
    }

    /// Reads a command to a trainer; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeTrainerCommand(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> TrainerCommand {
        try TrainerCommand(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of what a trainer says to its worker daemon.
    package static func encode(_ report: TrainerReport) -> [UInt8] {
        report.encoded
    }

    /// Reads what a trainer says; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeTrainerReport(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> TrainerReport {
        try TrainerReport(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The first frame of a request to the artifact store.
    package static func encode(_ request: ArtifactRequest) -> [UInt8] {
        request.encoded
    }

    /// Reads the first frame of an artifact request; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeArtifactRequest(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> ArtifactRequest {
        try ArtifactRequest(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The first frame of an answer of the artifact store.
    package static func encode(_ reply: ArtifactReply) -> [UInt8] {
        reply.encoded
    }

    /// Reads the first frame of an artifact answer; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeArtifactReply(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> ArtifactReply {
        try ArtifactReply(encoded: bytes, limit: WireLimits.largestMessage)
    }
}
