private import Glibc

/// A folder of named files that appears whole, with their digests beside them in `SHA256SUMS`.
///
/// The list has the form of the `sha256sum` command, so `sha256sum -c SHA256SUMS` checks it too.
package enum ModelFolder {
    /// Most files of one folder.
    package static let maximumFiles = 256
    /// Most bytes of one file that `read` accepts.
    package static let maximumFileBytes = 8 << 30
    /// The name of the list of digests.
    package static let listName = "SHA256SUMS"
    private static let maximumListBytes = 1 << 20
    private static let temporaryEnding = ".mlctl-part"

    /// One file of a folder.
    package struct File: Sendable, Equatable {
        /// Letters, digits, `.`, `-`, `_`; no leading dot.
        package var name: String
        /// Its content.
        package var bytes: [UInt8]

        /// Takes name and content as they are; `write` checks the name.
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Writes the files into a new folder that appears at once, and returns their digests in order.
    ///
    /// - Parameter replacing: takes the place of a folder that is there, which is removed after.
    /// - Throws: `ArtifactError`: `alreadyExists` unless replacing; nothing half-written remains.
    @discardableResult
    package static func write(
        _ files: [File],
        to path: String,
        replacing: Bool = false,
    ) throws(ArtifactError) -> [SHA256Digest] {
        try requireNames(files, path)
        let parent = PosixFolder.parent(of: path)
        let name = PosixFolder.name(of: path)
        try PosixFolder.create(parent)
        let unique = PosixFolder.temporaryName(attempt: 0)
        let temporary = "\(parent)/.\(name).\(unique)\(temporaryEnding)"
        do throws(ArtifactError) {
            try PosixFolder.create(temporary)
            let digests = files.map { SHA256Hasher.digest(of: $0.bytes) }
            for file in files {
                try write(file, in: temporary)
            }
            let list = zip(files, digests).map { "\($1.hex)  \($0.name)\n" }.joined()
            try write(File(name: listName, bytes: Array(list.utf8)), in: temporary)
            try PosixFolder.synchronize(temporary)
            try publish(temporary, as: path, replacing: replacing)
            try PosixFolder.synchronize(parent)
            return digests
        } catch {
            // The first failure is the one to report.
            try? PosixFolder.removeTree(temporary)
            throw error
        }
    }

    /// Writes one file that must not exist yet; it appears whole or not at all.
    package static func writeFile(_ bytes: [UInt8], to path: String) throws(ArtifactError) {
        guard try PosixFolder.fileSize(path) == nil else {
            throw ArtifactError("create", path, errno: EEXIST)
        }
        let parent = PosixFolder.parent(of: path)
        let unique = PosixFolder.temporaryName(attempt: 0)
        let temporary = "\(parent)/.\(PosixFolder.name(of: path)).\(unique)\(temporaryEnding)"
        do throws(ArtifactError) {
            let target = try PosixFile(creating: temporary)
            try bytes.span.bytes.withUnsafeBytes { (buffer) throws(ArtifactError) in
                try target.append(buffer)
            }
            try target.synchronize()
            try PosixFolder.rename(temporary, to: path)
        } catch {
            _ = try? PosixFolder.remove(temporary)
            throw error
        }
    }

    /// Reads all files of a folder back, in the order they were written, and checks their digests.
    ///
    /// - Throws: `ArtifactError`: `notFound`, `damaged` for a list that cannot be read,
    ///   `digestMismatch` for a file whose bytes changed, `tooLarge`.
    package static func read(_ path: String) throws(ArtifactError) -> [File] {
        let listPath = "\(path)/\(listName)"
        let list = String(
            decoding: try readFile(listPath, maximumBytes: maximumListBytes),
            as: UTF8.self,
        )
        var files: [File] = []
        for line in list.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let digest = SHA256Digest(hex: parts[0]),
                files.count < maximumFiles
            else {
                throw damagedList(listPath)
            }
            let name = String(parts[1].drop(while: { $0 == " " || $0 == "*" }))
            guard isValid(name) else {
                throw damagedList(listPath)
            }
            let bytes = try readFile("\(path)/\(name)", maximumBytes: maximumFileBytes)
            let found = SHA256Hasher.digest(of: bytes)
            guard found == digest else {
                throw ArtifactError(
                    .digestMismatch,
                    "trust",
                    "\(path)/\(name)",
                    reason: "it has the digest \(found), \(listName) says \(digest)",
                    cure: "the file was changed or damaged; export the model again",
                )
            }
            files.append(File(name: name, bytes: bytes))
        }
        return files
    }

    /// Removes what writers that died left beside the models in `parent`.
    ///
    /// Only to be called while nothing writes there, as at the start of a daemon.
    package static func sweep(_ parent: String) throws(ArtifactError) {
        for entry in try PosixFolder.list(parent)
        where entry.isFolder && entry.name.hasPrefix(".") && entry.name.hasSuffix(temporaryEnding) {
            try PosixFolder.removeTree("\(parent)/\(entry.name)")
        }
    }

    // MARK: Parts

    private static func requireNames(_ files: [File], _ path: String) throws(ArtifactError) {
        var seen: Set<String> = [listName]
        guard files.count <= maximumFiles else {
            throw ArtifactError(
                .tooLarge,
                "write",
                path,
                reason: "\(files.count) files, at most \(maximumFiles) are allowed",
                cure: "write fewer files",
            )
        }
        for file in files {
            guard isValid(file.name), seen.insert(file.name).inserted else {
                throw ArtifactError(
                    .invalidName,
                    "write",
                    path,
                    reason: "the file name \"\(file.name.prefix(80))\" is not allowed or double",
                    cure: "use letters, digits, dot, dash and underscore, no leading dot",
                )
            }
        }
    }

    private static func isValid(_ name: String) -> Bool {
        let maximumNameBytes = 128
        guard !name.isEmpty, name.utf8.count <= maximumNameBytes, !name.hasPrefix(".") else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }

    private static func write(_ file: File, in folder: String) throws(ArtifactError) {
        let target = try PosixFile(creating: "\(folder)/\(file.name)")
        try file.bytes.span.bytes.withUnsafeBytes { (buffer) throws(ArtifactError) in
            try target.append(buffer)
        }
        try target.synchronize()
    }

    /// Renames the finished folder; an existing one is exchanged in one step and then removed.
    private static func publish(
        _ temporary: String,
        as path: String,
        replacing: Bool,
    ) throws(ArtifactError) {
        let code = LinuxCalls.rename(temporary, to: path, .refuseExisting)
        if code == 0 {
            return
        }
        if code == EINVAL || code == ENOSYS {
            // This filesystem has neither; a plain rename still refuses a folder with files.
            if replacing, PosixFolder.isFolder(path) {
                try PosixFolder.removeTree(path)
            }
            try PosixFolder.rename(temporary, to: path)
            return
        }
        guard code == EEXIST, replacing else {
            throw ArtifactError("create", path, errno: code)
        }
        let exchangeCode = LinuxCalls.rename(temporary, to: path, .exchange)
        guard exchangeCode == 0 else {
            throw ArtifactError("replace", path, errno: exchangeCode)
        }
        try PosixFolder.removeTree(temporary)
    }

    private static func readFile(
        _ path: String,
        maximumBytes: Int,
    ) throws(ArtifactError) -> [UInt8] {
        let file = try PosixFile(reading: path)
        let size = try file.size()
        guard size <= maximumBytes else {
            throw ArtifactError(
                .tooLarge,
                "read",
                path,
                reason: "\(size) bytes, at most \(maximumBytes) are read",
                cure: "this is not a file of a model folder",
            )
        }
        var bytes = [UInt8](repeating: 0, count: size)
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ArtifactError) in try file.read(into: buffer, at: 0) }
        }
        bytes.removeLast(size - (try outcome.get()))
        return bytes
    }

    private static func damagedList(_ path: String) -> ArtifactError {
        ArtifactError(
            .damaged,
            "read",
            path,
            reason: "a line is not a digest, two spaces and a file name",
            cure: "export the model again",
        )
    }
}
