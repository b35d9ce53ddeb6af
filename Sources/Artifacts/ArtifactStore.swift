private import Glibc

/// A folder of immutable files named by their SHA-256: `objects/ab/abcdef…`.
///
/// An object appears whole or not at all: it is written under a temporary name, synced, checked
/// and renamed. Every method may be called from any thread and by several processes at once.
package struct ArtifactStore: Sendable {
    /// One stored object.
    package struct Object: Sendable, Equatable {
        /// Its name.
        package var digest: SHA256Digest
        /// Its bytes.
        package var size: Int
        /// When it was last written or used, nanoseconds since 1970.
        package var lastUsed: Int64
    }

    /// Default bound on the size of one object.
    package static let defaultMaximumObjectBytes = 64 << 30

    /// The folder of the store.
    package let root: String
    /// Objects larger than this are refused.
    package let maximumObjectBytes: Int

    var objectsFolder: String { "\(root)/objects" }
    var partialFolder: String { "\(root)/partial" }
    var temporaryFolder: String { "\(root)/tmp" }

    /// Opens or creates a store and removes temporaries whose writers are gone.
    package init(
        at root: String,
        maximumObjectBytes: Int = defaultMaximumObjectBytes,
    ) throws(ArtifactError) {
        self.root = root
        self.maximumObjectBytes = maximumObjectBytes
        for folder in [root, objectsFolder, partialFolder, temporaryFolder] {
            try PosixFolder.create(folder)
        }
        try sweep()
    }

    /// Removes temporaries that nobody holds; a living writer holds the lock of its own.
    private func sweep() throws(ArtifactError) {
        for entry in try PosixFolder.list(temporaryFolder) {
            let path = "\(temporaryFolder)/\(entry.name)"
            do throws(ArtifactError) {
                if try PosixFile(reading: path).tryLock() {
                    try PosixFolder.remove(path)
                }
            } catch {
                // Not there any more: its writer finished in between.
                guard error.kind == .notFound else { throw error }
            }
        }
    }

    /// Where an object lies, whether it exists or not.
    package func path(of digest: SHA256Digest) -> String {
        let hex = digest.hex
        return "\(objectsFolder)/\(hex.prefix(2))/\(hex)"
    }

    // MARK: Writing

    /// Starts a new object whose bytes arrive in pieces.
    package func begin() throws(ArtifactError) -> ArtifactWriter {
        for attempt in 0..<PosixFolder.maximumTemporaryNames {
            let path = "\(temporaryFolder)/\(PosixFolder.temporaryName(attempt: attempt))"
            do throws(ArtifactError) {
                let file = try PosixFile(creating: path)
                // A sweep may have removed the name before the lock was ours.
                if try file.tryLock(), try file.hasName() {
                    return ArtifactWriter(store: self, file: file)
                }
            } catch {
                // Another writer took this name; the next one differs.
                guard error.kind == .alreadyExists else { throw error }
            }
        }
        throw ArtifactError(
            .busy,
            "create a temporary in",
            temporaryFolder,
            reason: "\(PosixFolder.maximumTemporaryNames) names are taken",
            cure: "check what else writes into this folder",
        )
    }

    /// Stores the bytes and returns their digest; storing the same bytes again changes nothing.
    @discardableResult
    package func put(_ bytes: UnsafeRawBufferPointer) throws(ArtifactError) -> SHA256Digest {
        let writer = try begin()
        try writer.write(bytes)
        return try writer.finish()
    }

    /// Stores the bytes and returns their digest.
    @discardableResult
    package func put(_ bytes: [UInt8]) throws(ArtifactError) -> SHA256Digest {
        let writer = try begin()
        try writer.write(bytes)
        return try writer.finish()
    }

    /// Gives a complete, synced file of this filesystem its place among the objects.
    func adopt(_ path: String, as digest: SHA256Digest) throws(ArtifactError) {
        let target = self.path(of: digest)
        let folder = PosixFolder.parent(of: target)
        try PosixFolder.create(folder)
        try PosixFolder.rename(path, to: target)
        try PosixFolder.synchronize(folder)
    }

    // MARK: Reading

    /// True when the object is there.
    package func contains(_ digest: SHA256Digest) throws(ArtifactError) -> Bool {
        try size(of: digest) != nil
    }

    /// Bytes of an object, nil when it is not there.
    package func size(of digest: SHA256Digest) throws(ArtifactError) -> Int? {
        try PosixFolder.fileSize(path(of: digest))
    }

    /// Reads from `offset` into the buffer and returns the bytes read, fewer only at the end.
    package func read(
        _ digest: SHA256Digest,
        at offset: Int,
        into buffer: UnsafeMutableRawBufferPointer,
    ) throws(ArtifactError) -> Int {
        let file = try PosixFile(reading: path(of: digest))
        let size = try file.size()
        guard offset >= 0, offset <= size else {
            throw ArtifactError(
                .outOfRange,
                "read",
                file.path,
                reason: "offset \(offset) of an object of \(size) bytes",
                cure: "ask for offsets from 0 to the size",
            )
        }
        return try file.read(into: buffer, at: offset)
    }

    /// The bytes of a range, cut at the end of the object.
    package func read(
        _ digest: SHA256Digest,
        range: Range<Int>,
    ) throws(ArtifactError) -> [UInt8] {
        let size = try size(of: digest) ?? 0
        let count = max(0, min(range.upperBound, size) - range.lowerBound)
        var bytes = [UInt8](repeating: 0, count: count)
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ArtifactError) in
                try read(digest, at: range.lowerBound, into: buffer)
            }
        }
        bytes.removeLast(count - (try outcome.get()))
        return bytes
    }

    /// Maps an object into memory.
    package func map(_ digest: SHA256Digest) throws(ArtifactError) -> MappedFile {
        try MappedFile(path: path(of: digest))
    }

    /// Reads an object again and compares its digest.
    package func verify(_ digest: SHA256Digest) throws(ArtifactError) {
        let path = path(of: digest)
        let found = try SHA256Hasher.digest(ofFile: path)
        guard found == digest else {
            throw ArtifactError(
                .damaged,
                "trust",
                path,
                reason: "its bytes have the digest \(found)",
                cure: "delete the object and fetch it again; check the disk",
            )
        }
    }

    /// Marks an object as used now: housekeeping counts from here.
    package func touch(_ digest: SHA256Digest) throws(ArtifactError) {
        try PosixFile(reading: path(of: digest)).touch()
    }

    // MARK: Housekeeping

    /// Removes an object; false when it was not there. Mappings of it stay valid.
    @discardableResult
    package func delete(_ digest: SHA256Digest) throws(ArtifactError) -> Bool {
        try PosixFolder.remove(path(of: digest))
    }

    /// Removes an object that was not used since a time, in nanoseconds since 1970; false when it
    /// was, or was not there.
    package func delete(
        _ digest: SHA256Digest, unlessUsedSince time: Int64
    ) throws(ArtifactError) -> Bool {
        let hex = digest.hex
        let entries = try PosixFolder.list("\(objectsFolder)/\(hex.prefix(2))")
        guard let entry = entries.first(where: { $0.name == hex }), entry.modified < time else {
            return false
        }
        return try delete(digest)
    }

    /// Bytes of each partial download that nothing was added to for so many seconds.
    package func partials(olderThan seconds: Int64) throws(ArtifactError) -> [Int] {
        var sizes: [Int] = []
        for entry in try PosixFolder.list(partialFolder) {
            let file = try PosixFile(reading: "\(partialFolder)/\(entry.name)")
            if try file.secondsSinceChange() > seconds { sizes.append(entry.size) }
        }
        return sizes
    }

    /// All objects in the order of their digests.
    package func list() throws(ArtifactError) -> [Object] {
        var objects: [Object] = []
        for folder in try PosixFolder.list(objectsFolder) where folder.isFolder {
            for entry in try PosixFolder.list("\(objectsFolder)/\(folder.name)") {
                guard let digest = SHA256Digest(hex: entry.name), !entry.isFolder else { continue }
                objects.append(
                    Object(digest: digest, size: entry.size, lastUsed: entry.modified))
            }
        }
        return objects
    }

    /// Removes partial downloads that are neither wanted nor under way.
    package func removePartials(keeping wanted: Set<SHA256Digest>) throws(ArtifactError) {
        for entry in try PosixFolder.list(partialFolder) {
            let path = "\(partialFolder)/\(entry.name)"
            if let digest = SHA256Digest(hex: entry.name), wanted.contains(digest) {
                continue
            }
            if try PosixFile(reading: path).tryLock() {
                try PosixFolder.remove(path)
            }
        }
    }

    /// Removes partial downloads that nothing was added to for so many seconds.
    package func removePartials(olderThan seconds: Int64) throws(ArtifactError) {
        for entry in try PosixFolder.list(partialFolder) {
            let path = "\(partialFolder)/\(entry.name)"
            let file = try PosixFile(reading: path)
            if try file.secondsSinceChange() > seconds, try file.tryLock() {
                try PosixFolder.remove(path)
            }
        }
    }

    /// Bytes of all objects; reads the folder.
    package func totalBytes() throws(ArtifactError) -> Int {
        try list().reduce(0) { $0 + $1.size }
    }
}
