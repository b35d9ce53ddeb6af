import Artifacts
import ClusterVocabulary
import Messaging
import WireCodec

/// Fetches files from the scheduler's store, and stores models there, one request at a time.
///
/// One thread. A request without an answer is asked again; an interrupted transfer goes on where
/// it stopped, also after a restart of either side.
final class ArtifactClient {
    private let socket: ZeroMQSocket
    private var nextRequest: UInt64 = 1

    init(endpoint: String, settings: WorkerSettings, context: MessagingContext) throws {
        socket = try ZeroMQSocket(
            kind: .dealer, context: context, limits: SocketLimits(),
            curve: .client(serverPublicKey: settings.serverPublicKey, own: settings.keys))
        try socket.connect(endpoint)
    }

    func close() {
        socket.close()
    }

    /// Brings an object into the local store.
    func fetch(_ digest: SHA256Digest, byteCount: Int, into store: ArtifactStore) throws {
        if try store.contains(digest) { return }
        let download = try PartialDownload(of: digest, totalBytes: byteCount, into: store)
        while !download.isComplete {
            let offset = download.offset
            let (reply, bytes) = try ask {
                .fetch(
                    requestID: $0, digest: digest.hex, offset: Int64(offset),
                    length: Int32(download.nextChunkBytes))
            }
            switch reply {
            case .chunk(_, _, let start, _):
                guard !bytes.isEmpty else {
                    throw ArtifactClientError.refused(
                        Reason(.hostFault, "the scheduler sent an empty chunk of \(digest)"))
                }
                try bytes.withUnsafeBytes { try download.append($0, at: Int(start)) }
            case .refused(_, let reason): throw ArtifactClientError.refused(reason)
            case .stored, .stat: break
            }
        }
        try download.finish()
    }

    /// Stores bytes with the scheduler; returns when it holds them durably.
    func store(_ bytes: UnsafeRawBufferPointer, digest: SHA256Digest) throws {
        let total = bytes.count
        var offset = try held(digest)
        if offset == total, try isStored(digest) { return }
        while true {
            let count = min(Int(ArtifactRequest.largestChunk), total - offset)
            let chunk = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
            let (reply, _) = try ask(chunk) {
                .store(
                    requestID: $0, digest: digest.hex, offset: Int64(offset), total: Int64(total))
            }
            switch reply {
            case .stored(_, _, _, true): return
            case .stored(_, _, let received, false): offset = min(total, Int(received))
            case .refused(_, let reason): throw ArtifactClientError.refused(reason)
            case .chunk, .stat: break
            }
        }
    }

    private func held(_ digest: SHA256Digest) throws -> Int {
        let (reply, _) = try ask { .stat(requestID: $0, digest: digest.hex) }
        if case .stat(_, _, _, let received) = reply { return Int(received) }
        return 0
    }

    private func isStored(_ digest: SHA256Digest) throws -> Bool {
        let (reply, _) = try ask { .stat(requestID: $0, digest: digest.hex) }
        if case .stat(_, _, let total, _) = reply { return total >= 0 }
        return false
    }

    /// Asks until an answer to this very request comes.
    private func ask(
        _ body: UnsafeRawBufferPointer? = nil, _ make: (UInt64) -> ArtifactRequest
    ) throws -> (ArtifactReply, [UInt8]) {
        for _ in 0..<WorkerSettings.artifactAttempts {
            let id = nextRequest
            nextRequest += 1
            let head = OutgoingFrame.bytes(WireCodec.encode(make(id)))
            let frames = body.map { [head, .copy($0)] } ?? [head]
            guard try socket.send(frames) == .sent else {
                _ = try socket.waitUntilWritable(timeout: WorkerSettings.artifactTimeout)
                continue
            }
            if let answer = try answer(to: id) { return answer }
        }
        throw ArtifactClientError.unreachable
    }

    private func answer(to id: UInt64) throws -> (ArtifactReply, [UInt8])? {
        let deadline = ContinuousClock.now + WorkerSettings.artifactTimeout
        while ContinuousClock.now < deadline {
            guard try socket.waitUntilReadable(timeout: deadline - ContinuousClock.now) else {
                return nil
            }
            let found: (ArtifactReply, [UInt8])?? = try socket.withReceived { message in
                guard let head = message.frames.first,
                    let reply = try? WireCodec.decodeArtifactReply(head), reply.requestID == id
                else { return nil }
                return (reply, message.frames.count > 1 ? Array(message.frames[1]) : [])
            }
            if case .some(.some(let answer)) = found { return answer }
        }
        return nil
    }
}

/// Why a transfer failed.
enum ArtifactClientError: Error, CustomStringConvertible {
    /// The scheduler's artifact socket did not answer.
    case unreachable
    /// The scheduler said no.
    case refused(Reason)

    var description: String {
        switch self {
        case .unreachable:
            "the scheduler's artifact endpoint does not answer; is it running, is its port open?"
        case .refused(let reason): reason.description
        }
    }
}
