import Artifacts
import NIOCore
import Synchronization

/// A file on its way into the store, handed from thread to thread; released without ``finish`` it
/// leaves nothing behind.
final class ArtifactUpload: Sendable {
    private let writer: Mutex<ArtifactWriter>

    init(store: ArtifactStore) throws(ArtifactError) {
        writer = Mutex(try store.begin())
    }

    /// Appends the readable bytes.
    func write(_ buffer: ByteBuffer) throws {
        try writer.withLock { writer in
            try buffer.withUnsafeReadableBytes { try writer.write($0) }
        }
    }

    /// Syncs and names the file if it has the digest.
    func finish(expected: SHA256Digest) throws {
        try writer.withLock { writer in
            _ = try writer.finish(expected: expected)
        }
    }
}
