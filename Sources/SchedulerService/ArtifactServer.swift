import Artifacts
import ClusterVocabulary
import Logging
import Messaging
import Synchronization
import WireCodec

/// Hands stored files to nodes in chunks, and takes models from them, on a thread and socket of
/// its own, so that bytes never delay control.
final class ArtifactServer: Sendable {
    /// Uploads in progress at once; one more replaces the oldest.
    static let mostUploads = 64

    let endpoint: RouterEndpoint
    private let store: ArtifactStore
    private let logger: Logger
    private let uploads: UploadTable
    private let access: AccessView

    init(
        endpoint: String, store: ArtifactStore, context: MessagingContext, keys: CurveKeyPair,
        access: AccessView, logger: Logger
    ) throws {
        self.store = store
        self.access = access
        self.logger = logger
        uploads = UploadTable(store: store)
        // Chunks are large: a peer that asks and does not read must not fill the memory.
        var limits = SocketLimits()
        limits.sendHighWaterMark = SocketLimits.bulk.sendHighWaterMark
        self.endpoint = try RouterEndpoint(
            endpoint: endpoint, context: context, limits: limits, curve: .server(keys),
            name: "artifacts")
    }

    func start() throws {
        try endpoint.start { [self] message in
            // A key may be taken back while its connection lives.
            guard let head = message.frames.first,
                let key = message.userID, access.node(ofKey: key) != nil,
                let request = try? WireCodec.decodeArtifactRequest(head)
            else { return }
            let body = message.frames.count > 1 ? message.frames[1] : nil
            answer(request, body: body, to: message.peer)
        }
    }

    func stop() {
        endpoint.stop()
    }

    private func answer(_ request: ArtifactRequest, body: UnsafeRawBufferPointer?, to peer: PeerID)
    {
        do {
            switch request {
            case .fetch(let id, let digest, let offset, let length):
                try fetch(id, digest, offset, length, peer)
            case .store(let id, let digest, let offset, let total):
                let received = try uploads.take(
                    digest, offset: offset, total: total,
                    body ?? UnsafeRawBufferPointer(start: nil, count: 0))
                reply(
                    .stored(
                        requestID: id, digest: digest, received: received,
                        isComplete: received == total), to: peer)
            case .stat(let id, let digest):
                let size = try SHA256Digest(hex: digest).flatMap { try store.size(of: $0) }
                reply(
                    .stat(
                        requestID: id, digest: digest, total: Int64(size ?? -1),
                        received: try uploads.received(digest)), to: peer)
            }
        } catch {
            logger.warning("an artifact request failed", metadata: ["error": "\(error)"])
            reply(
                .refused(requestID: request.requestID, Reason(.hostFault, "\(error)")), to: peer)
        }
    }

    private func fetch(
        _ id: UInt64, _ digest: String, _ offset: Int64, _ length: Int32, _ peer: PeerID
    ) throws {
        guard let key = SHA256Digest(hex: digest), let size = try store.size(of: key) else {
            reply(
                .refused(
                    requestID: id, Reason(.notFound, "the scheduler does not hold \(digest)")),
                to: peer)
            return
        }
        let start = min(Int(offset), size)
        let count = min(Int(length), Int(ArtifactRequest.largestChunk), size - start)
        let bytes = try store.read(key, range: start..<(start + count))
        reply(
            .chunk(requestID: id, digest: digest, offset: Int64(start), total: Int64(size)),
            bytes: bytes, to: peer)
    }

    private func reply(_ reply: ArtifactReply, bytes: [UInt8]? = nil, to peer: PeerID) {
        var frames = [WireCodec.encode(reply)]
        if let bytes { frames.append(bytes) }
        endpoint.send(to: peer, frames: frames)
    }
}

/// Uploads in progress.
///
/// @unchecked: used by the thread of the artifact socket alone, which calls one handler at a time.
private final class UploadTable: @unchecked Sendable {
    private struct PartialUpload {
        let download: PartialDownload
        var lastUsed: UInt64
    }

    private var partial: [String: PartialUpload] = [:]
    private var counter: UInt64 = 0
    private let store: ArtifactStore

    init(store: ArtifactStore) {
        self.store = store
    }

    func received(_ digest: String) throws -> Int64 {
        if let key = SHA256Digest(hex: digest), let size = try store.size(of: key) {
            return Int64(size)
        }
        return Int64(partial[digest]?.download.offset ?? 0)
    }

    /// Takes a chunk; gives the bytes held so far.
    func take(
        _ digest: String, offset: Int64, total: Int64, _ bytes: UnsafeRawBufferPointer
    ) throws -> Int64 {
        guard let key = SHA256Digest(hex: digest) else { return 0 }
        if try store.contains(key) { return total }
        counter += 1
        let download =
            try partial[digest]?.download
            ?? PartialDownload(of: key, totalBytes: Int(total), into: store)
        if download.offset == Int(offset) { try download.append(bytes, at: Int(offset)) }
        if download.isComplete {
            partial[digest] = nil
            try download.finish()
            return total
        }
        partial[digest] = PartialUpload(download: download, lastUsed: counter)
        if partial.count > ArtifactServer.mostUploads,
            let oldest = partial.min(by: { $0.value.lastUsed < $1.value.lastUsed })
        {
            partial[oldest.key] = nil
        }
        return Int64(download.offset)
    }
}
