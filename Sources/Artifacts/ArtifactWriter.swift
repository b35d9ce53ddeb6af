/// One object on its way into a store; nothing remains of it unless `finish` returns.
///
/// Not for use by several threads at once. Released without `finish` it abandons its bytes.
package final class ArtifactWriter {
    private let store: ArtifactStore
    private var file: PosixFile?
    private let path: String
    private var hasher = SHA256Hasher()
    /// Bytes written so far.
    package private(set) var byteCount = 0

    init(store: ArtifactStore, file: PosixFile) {
        self.store = store
        self.file = file
        path = file.path
    }

    deinit {
        abandon()
    }

    /// Appends bytes; after a failure the writer is abandoned.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(ArtifactError) {
        let file = try openFile("write")
        do throws(ArtifactError) {
            guard bytes.count <= store.maximumObjectBytes - byteCount else {
                throw ArtifactError(
                    .tooLarge,
                    "store",
                    path,
                    reason: "the object is larger than \(store.maximumObjectBytes) bytes",
                    cure: "store a smaller object or raise the bound",
                )
            }
            try file.append(bytes)
        } catch {
            abandon()
            throw error
        }
        hasher.update(bytes)
        byteCount += bytes.count
    }

    /// Appends bytes; after a failure the writer is abandoned.
    package func write(_ bytes: [UInt8]) throws(ArtifactError) {
        try bytes.span.bytes.withUnsafeBytes { (buffer) throws(ArtifactError) in
            try write(buffer)
        }
    }

    /// Syncs, checks and names the object; once this returns it survives any crash.
    ///
    /// - Parameter expected: the digest the bytes must have; nil takes what they have.
    /// - Throws: `ArtifactError`, `digestMismatch` for other bytes; nothing remains then.
    @discardableResult
    package func finish(expected: SHA256Digest? = nil) throws(ArtifactError) -> SHA256Digest {
        let file = try openFile("finish")
        let digest = hasher.finish()
        do throws(ArtifactError) {
            if let expected, digest != expected {
                throw ArtifactError(
                    .digestMismatch,
                    "store",
                    store.path(of: expected),
                    reason: "the bytes have the digest \(digest)",
                    cure: "send the object again",
                )
            }
            if try store.size(of: digest) == byteCount {
                abandon()
                return digest
            }
            try file.synchronize()
            try store.adopt(path, as: digest)
        } catch {
            abandon()
            throw error
        }
        self.file = nil
        return digest
    }

    /// Drops the bytes and the temporary file; harmless after `finish`.
    package func abandon() {
        guard let file else { return }
        self.file = nil
        // Nothing can be done about a failure here, and the next start sweeps the rest.
        _ = try? PosixFolder.remove(path)
        file.close()
    }

    private func openFile(_ action: String) throws(ArtifactError) -> PosixFile {
        guard let file else {
            throw ArtifactError(
                .closed,
                action,
                path,
                reason: "the object was finished or abandoned before",
                cure: "begin a new one",
            )
        }
        return file
    }
}
