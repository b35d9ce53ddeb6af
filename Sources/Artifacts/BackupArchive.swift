import Glibc

/// Many files in one, each with its digest: what a backup is written to and read from.
///
/// Text `mlctl-backup/1`, then for each file a line `NAME BYTES SHA256`, its bytes, a line break;
/// at the end a line `end COUNT`. Names are relative and plain, so that reading one never leads
/// out of the folder it is read into. A file that was cut off has no end and is refused.
package enum BackupArchive {
    static let mark = "mlctl-backup/1\n"
    /// The longest line before a file.
    static let longestLine = 512
    /// The most files.
    package static let mostFiles = 4_000_000
    private static let pieceBytes = 1 << 20

    /// Whether a name may stand in an archive: `a/b.c`, no part of dots alone, nothing absolute.
    package static func isName(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 255 else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.allSatisfy({ $0 == "." })
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                    default: false
                    }
                }
        }
    }

    /// Where an archive stands while this process writes it.
    package static func partialPath(for path: String) -> String { "\(path).partial-\(getpid())" }

    /// Writes an archive that must not exist yet, readable by its owner alone. It has its name,
    /// complete and synced, after ``finish()``; until then it stands at ``partialPath(for:)``.
    package final class Writer {
        private let path: String
        private let partial: String
        private let descriptor: Int32
        private var isOpen = true
        /// Files so far.
        package private(set) var count = 0

        /// Creates the file; whatever has the name already is refused and stays as it is.
        package init(path: String) throws(ArtifactError) {
            let partial = BackupArchive.partialPath(for: path)
            // Before any property is set: the end of a whole writer removes the file.
            guard !Self.isThere(path) else { throw ArtifactError("create", path, errno: EEXIST) }
            let created = open(
                partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard created >= 0 else { throw ArtifactError("create", partial, errno: errno) }
            self.path = path
            self.partial = partial
            descriptor = created
            try write(Array(mark.utf8))
        }

        /// Adds bytes under a name.
        package func add(_ name: String, _ bytes: [UInt8]) throws(ArtifactError) {
            try begin(name, bytes.count, SHA256Hasher.digest(of: bytes))
            try write(bytes)
            try write([UInt8(ascii: "\n")])
        }

        /// Adds a file under a name; it must not change meanwhile.
        package func add(_ name: String, file: String) throws(ArtifactError) {
            let digest = try SHA256Hasher.digest(ofFile: file)
            let source = open(file, O_RDONLY | O_CLOEXEC)
            guard source >= 0 else { throw ArtifactError("open", file, errno: errno) }
            defer { close(source) }
            var status = stat()
            guard fstat(source, &status) == 0 else {
                throw ArtifactError("read", file, errno: errno)
            }
            try begin(name, Int(status.st_size), digest)
            var piece = [UInt8](repeating: 0, count: pieceBytes)
            var rest = Int(status.st_size)
            while rest > 0 {
                let got = Glibc.read(source, &piece, min(piece.count, rest))
                guard got > 0 else { throw ArtifactError("read", file, errno: errno) }
                try write(Array(piece.prefix(got)))
                rest -= got
            }
            try write([UInt8(ascii: "\n")])
        }

        /// Writes the end, syncs and gives the file its name.
        package func finish() throws(ArtifactError) {
            try write(Array("end \(count)\n".utf8))
            guard fsync(descriptor) == 0 else { throw ArtifactError("sync", path, errno: errno) }
            try takeName()
            isOpen = false
            close(descriptor)
            try PosixFolder.synchronize(PosixFolder.parent(of: path))
        }

        /// A link never replaces what is there; file systems without links get a rename.
        private func takeName() throws(ArtifactError) {
            if link(partial, path) == 0 {
                unlink(partial)
                return
            }
            let code = errno
            guard [EPERM, EOPNOTSUPP, ENOSYS].contains(code), !Self.isThere(path) else {
                throw ArtifactError("create", path, errno: Self.isThere(path) ? EEXIST : code)
            }
            try PosixFolder.rename(partial, to: path)
        }

        private static func isThere(_ path: String) -> Bool {
            var status = stat()
            return lstat(path, &status) == 0
        }

        private func begin(
            _ name: String, _ bytes: Int, _ digest: SHA256Digest
        ) throws(ArtifactError) {
            precondition(isName(name), "\(name) is no name for an archive")
            count += 1
            // The line itself is digested too: a changed name is no other file.
            let line = "\(name) \(bytes) \(digest.hex)"
            try write(Array("\(line) \(SHA256Hasher.digest(of: Array(line.utf8)).hex)\n".utf8))
        }

        private func write(_ bytes: [UInt8]) throws(ArtifactError) {
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    Glibc.write(
                        descriptor, buffer.baseAddress.map { $0 + written },
                        bytes.count - written)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw ArtifactError("write", path, errno: errno) }
                written += count
            }
        }

        deinit {
            guard isOpen else { return }
            close(descriptor)
            unlink(partial)
        }
    }

    /// Reads an archive from its beginning to its end, checking names and digests.
    ///
    /// `take` gets each file's name and bytes in pieces; the last piece of a file is empty and
    /// comes after its digest was found right. Throws for whatever is not a whole archive.
    package static func read(
        path: String, _ take: (_ name: String, _ piece: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let file = fopen(path, "rbe") else {
            throw ArtifactError("open", path, errno: errno)
        }
        defer { fclose(file) }
        func damaged(_ reason: String) -> ArtifactError {
            ArtifactError(
                .damaged, "read", path, reason: reason, cure: "use another copy of the backup")
        }
        func line() throws -> String {
            var bytes: [UInt8] = []
            while true {
                let byte = getc(file)
                guard byte != EOF else { throw damaged("it ends early: it was cut off") }
                if byte == 0x0A { break }
                bytes.append(UInt8(truncatingIfNeeded: byte))
                guard bytes.count <= longestLine else { throw damaged("a line is too long") }
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw damaged("a line is no text")
            }
            return text
        }
        guard try line() + "\n" == mark else { throw damaged("it is no backup of this kind") }
        var count = 0
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let words = try line().split(separator: " ").map(String.init)
            if words.count == 2, words[0] == "end" {
                guard words[1] == "\(count)", getc(file) == EOF else {
                    throw damaged("its end does not fit")
                }
                return
            }
            guard words.count == 4, isName(words[0]), let size = Int(words[1]), size >= 0,
                let digest = SHA256Digest(hex: words[2]), count < mostFiles,
                SHA256Hasher.digest(of: Array(words[..<3].joined(separator: " ").utf8)).hex
                    == words[3]
            else { throw damaged("file \(count + 1) has no proper name, size or digest") }
            count += 1
            var hasher = SHA256Hasher()
            var rest = size
            while rest > 0 {
                let got = fread(&piece, 1, min(piece.count, rest), file)
                guard got > 0 else { throw damaged("it ends early: it was cut off") }
                try piece.withUnsafeBytes { buffer in
                    let part = UnsafeRawBufferPointer(rebasing: buffer[0..<got])
                    hasher.update(part)
                    try take(words[0], part)
                }
                rest -= got
            }
            guard hasher.finish() == digest else { throw damaged("\(words[0]) has changed") }
            guard getc(file) == 0x0A else { throw damaged("\(words[0]) does not end") }
            try take(words[0], UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }
}
