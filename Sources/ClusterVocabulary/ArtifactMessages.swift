/// What a node asks of the scheduler's artifact store, over the artifact channel.
///
/// The channel names every file by its SHA-256 (64 lower-case hexadecimal digits). The node draws
/// `requestID`, the answer repeats it; every request may be sent again.
package enum ArtifactRequest: Hashable, Sendable {
    /// Send at most `length` bytes from `offset` on.
    case fetch(requestID: UInt64, digest: String, offset: Int64, length: Int32)
    /// Keep the bytes of the second frame at `offset` of a file of `total` bytes.
    case store(requestID: UInt64, digest: String, offset: Int64, total: Int64)
    /// Say how much of the file is there.
    case stat(requestID: UInt64, digest: String)

    /// The most bytes of one second frame, and of one `fetch`.
    package static let largestChunk: Int32 = 1_048_576

    /// The number the answer repeats.
    package var requestID: UInt64 {
        switch self {
        case .fetch(let requestID, _, _, _): requestID
        case .store(let requestID, _, _, _): requestID
        case .stat(let requestID, _): requestID
        }
    }

    /// Whether a second frame with the bytes follows.
    package var carriesBytes: Bool {
        if case .store = self { true } else { false }
    }
}

/// What the artifact store answers; one answer per request.
package enum ArtifactReply: Hashable, Sendable {
    /// The second frame holds the bytes at `offset` of a file of `total` bytes.
    case chunk(requestID: UInt64, digest: String, offset: Int64, total: Int64)
    /// The bytes are kept: `received` bytes from the file's start on are there. `isComplete` says
    /// that the whole file arrived and has the digest.
    case stored(requestID: UInt64, digest: String, received: Int64, isComplete: Bool)
    /// `total` is the length of a complete file or of one begun, -1 when the store knows nothing
    /// of it; `received` bytes from its start on are there.
    case stat(requestID: UInt64, digest: String, total: Int64, received: Int64)
    /// The request cannot be served.
    case refused(requestID: UInt64, Reason)

    /// The request answered.
    package var requestID: UInt64 {
        switch self {
        case .chunk(let requestID, _, _, _): requestID
        case .stored(let requestID, _, _, _): requestID
        case .stat(let requestID, _, _, _): requestID
        case .refused(let requestID, _): requestID
        }
    }

    /// Whether a second frame with the bytes follows.
    package var carriesBytes: Bool {
        if case .chunk = self { true } else { false }
    }
}
