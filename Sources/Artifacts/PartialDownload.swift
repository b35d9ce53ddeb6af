/// An object that arrives in chunks and survives restarts: `partial/<hex>`, its length is how far
/// it came.
///
/// One process at a time may hold it. Not for use by several threads at once.
package final class PartialDownload {
    /// Bytes of a chunk on the wire, the last one may be shorter.
    package static let chunkBytes = 1 << 20

    /// The object that arrives.
    package let digest: SHA256Digest
    /// Its size as announced.
    package let totalBytes: Int
    /// How many bytes are here: the offset of the next chunk.
    package private(set) var offset: Int
    private let store: ArtifactStore
    private let path: String
    private var file: PosixFile?

    /// Starts or resumes the arrival of an object.
    ///
    /// - Throws: `ArtifactError`: `tooLarge` beyond the store's bound, `busy` when it is held.
    package init(
        of digest: SHA256Digest,
        totalBytes: Int,
        into store: ArtifactStore,
    ) throws(ArtifactError) {
        let path = "\(store.partialFolder)/\(digest.hex)"
        guard totalBytes >= 0, totalBytes <= store.maximumObjectBytes else {
            throw ArtifactError(
                .tooLarge,
                "fetch",
                path,
                reason: "\(totalBytes) bytes, at most \(store.maximumObjectBytes) are accepted",
                cure: "use a smaller object or raise the bound",
            )
        }
        let file = try PosixFile(updating: path)
        guard try file.tryLock(), try file.hasName() else {
            throw ArtifactError(
                .busy,
                "fetch",
                path,
                reason: "another download of it is under way",
                cure: "wait for it",
            )
        }
        let size = try file.size()
        if size > totalBytes {
            // Left by something else under this name; it cannot become the object.
            try file.truncate(to: 0)
        }
        self.digest = digest
        self.totalBytes = totalBytes
        self.store = store
        self.path = path
        self.file = file
        offset = size > totalBytes ? 0 : size
    }

    /// True when all bytes are here and `finish` may be called.
    package var isComplete: Bool { offset == totalBytes }

    /// Bytes to ask for next, 0 when complete.
    package var nextChunkBytes: Int { min(Self.chunkBytes, totalBytes - offset) }

    /// Appends a chunk that starts at `start`.
    ///
    /// - Throws: `ArtifactError`: `wrongOffset` when `start` is not `offset`, `tooLarge` beyond the
    ///   announced size; nothing is appended then and `offset` still holds.
    package func append(
        _ chunk: UnsafeRawBufferPointer,
        at start: Int,
    ) throws(ArtifactError) {
        let file = try openFile("append to")
        guard start == offset else {
            throw ArtifactError(
                .wrongOffset,
                "append to",
                path,
                reason: "the chunk starts at \(start), \(offset) bytes are here",
                cure: "ask for the bytes from \(offset) on",
            )
        }
        guard chunk.count <= totalBytes - offset else {
            throw ArtifactError(
                .tooLarge,
                "append to",
                path,
                reason: "the chunk ends beyond the announced \(totalBytes) bytes",
                cure: "the sender and the announced size disagree; start again",
            )
        }
        do throws(ArtifactError) {
            try file.write(chunk, at: offset)
        } catch {
            // What got through is cut off again, so that the length stays the offset.
            try? file.truncate(to: offset)
            throw error
        }
        offset += chunk.count
    }

    /// Checks the digest and moves the object into the store, durably.
    ///
    /// - Throws: `ArtifactError`: `incomplete` while bytes are missing; `digestMismatch` when the
    ///   bytes are wrong, they are removed then.
    package func finish() throws(ArtifactError) {
        let file = try openFile("finish")
        guard isComplete else {
            throw ArtifactError(
                .incomplete,
                "finish",
                path,
                reason: "\(offset) of \(totalBytes) bytes are here",
                cure: "fetch the rest first",
            )
        }
        let found = try SHA256Hasher.digest(of: file)
        guard found == digest else {
            discard()
            throw ArtifactError(
                .digestMismatch,
                "finish",
                path,
                reason: "the bytes have the digest \(found); they were removed",
                cure: "fetch the object again from the start",
            )
        }
        try file.synchronize()
        try store.adopt(path, as: digest)
        self.file = nil
    }

    /// Drops what came so far.
    package func discard() {
        guard let file else { return }
        self.file = nil
        offset = 0
        // A remainder that cannot be removed now is found and checked by the next attempt.
        _ = try? PosixFolder.remove(path)
        file.close()
    }

    private func openFile(_ action: String) throws(ArtifactError) -> PosixFile {
        guard let file else {
            throw ArtifactError(
                .closed,
                action,
                path,
                reason: "the download was finished or discarded before",
                cure: "start it again",
            )
        }
        return file
    }
}
