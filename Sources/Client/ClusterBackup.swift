import Artifacts
import Foundation
import Ledger

/// Copies of a scheduler's whole state, made while it works, and their way back.
///
/// The ledger comes first, of one moment; every stored file that it names is already there then and
/// never changes. Keys stand in the backup only sealed under a passphrase.
package struct ClusterBackup: Sendable {
    /// The scheduler's state folder.
    package let stateFolder: String

    /// The secrets of a scheduler, by name under `keys/`.
    private static let secrets = [
        "server.key", "join.token", "admin.token", "exchange.secret", "http.crt", "http.key",
    ]
    private static let sealedName = "keys.sealed"

    /// What a backup or restore did.
    package struct Summary: Sendable, Equatable {
        /// Stored files.
        package var artifacts = 0
        /// Bytes of the backup file.
        package var bytes = 0
        /// Jobs in the ledger.
        package var jobs = 0
        /// The schema of the ledger.
        package var schemaVersion = 0
        /// What has to be looked at before the scheduler starts, one sentence each.
        package var notes: [String] = []
    }

    /// A backup of, or into, a state folder.
    package init(stateFolder: String) {
        self.stateFolder = stateFolder
    }

    // MARK: Backup

    /// Writes a backup to a file that must not exist yet; the scheduler may work meanwhile.
    package func write(to path: String, passphrase: [UInt8]) throws -> Summary {
        let manager = FileManager.default
        guard manager.fileExists(atPath: StateFolder.ledgerPath(in: stateFolder)) else {
            throw ClientFailure(
                .notFound, "there is no ledger in \(stateFolder); name the scheduler's state folder"
            )
        }
        // Seen before the copies are made; the writer looks again.
        guard !manager.fileExists(atPath: path) else {
            throw ClientFailure(
                .refused, "\(path) is there already and stays as it is; name a new file")
        }
        let scratch = backupScratch
        try? manager.removeItem(atPath: scratch)
        try manager.createDirectory(
            atPath: scratch, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? manager.removeItem(atPath: scratch) }
        let ledger = "\(scratch)/ledger.sqlite"
        try LedgerBackup.copy(from: StateFolder.ledgerPath(in: stateFolder), to: ledger)
        var summary = Summary()
        let report = try LedgerStore.check(path: ledger)
        guard report.isSound else {
            throw ClientFailure(
                .workFailed,
                "the ledger is not sound, so it was not backed up: "
                    + report.problems.prefix(3).joined(separator: "; "))
        }
        summary.jobs = report.jobs - report.deletedJobs
        summary.schemaVersion = report.schemaVersion
        let archive = try BackupArchive.Writer(path: path)
        try archive.add("ledger.sqlite", file: ledger)
        let curves = "\(stateFolder)/metrics.sqlite"
        if manager.fileExists(atPath: curves) {
            try LedgerBackup.copy(from: curves, to: "\(scratch)/metrics.sqlite")
            try archive.add("metrics.sqlite", file: "\(scratch)/metrics.sqlite")
        }
        let configuration = StateFolder.configurationPath(in: stateFolder)
        if manager.fileExists(atPath: configuration) {
            try archive.add("cluster.yaml", file: configuration)
        }
        try archive.add(
            Self.sealedName, PassphraseSeal.seal(try readSecrets(), passphrase: passphrase))
        try addLogs(to: archive, scratch)
        let store = try ArtifactStore(at: "\(stateFolder)/artifacts")
        for object in try store.list() {
            // One that a retention rule removed meanwhile is named by nobody.
            guard try store.contains(object.digest) else { continue }
            try archive.add("artifacts/\(object.digest.hex)", file: store.path(of: object.digest))
            summary.artifacts += 1
        }
        try archive.finish()
        summary.bytes =
            (try manager.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        return summary
    }

    /// Removes what this process has written so far of a backup that is given up.
    package func abandon(_ path: String) {
        unlink(BackupArchive.partialPath(for: path))
        try? FileManager.default.removeItem(atPath: backupScratch)
    }

    private var backupScratch: String { "\(stateFolder)/backup-\(getpid())" }

    /// Logs grow meanwhile: a copy of each is added.
    private func addLogs(to archive: BackupArchive.Writer, _ scratch: String) throws {
        let folder = "\(stateFolder)/logs"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where BackupArchive.isName(name) {
            guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                continue
            }
            try archive.add("logs/\(name)", Array(bytes))
        }
    }

    /// `NAME LENGTH` lines, each followed by the bytes.
    private func readSecrets() throws -> [UInt8] {
        var bytes: [UInt8] = []
        for name in Self.secrets {
            let path = "\(stateFolder)/keys/\(name)"
            guard let content = FileManager.default.contents(atPath: path) else {
                if name == "server.key" {
                    throw ClientFailure(
                        .notFound, "there is no \(path), or this user may not read it")
                }
                continue
            }
            bytes += Array("\(name) \(content.count)\n".utf8) + Array(content)
        }
        return bytes
    }

    // MARK: Restore

    /// Brings a backup back into a state folder that has no ledger: all of it, or nothing.
    package func restore(
        from path: String, passphrase: [UInt8], advertise: String? = nil
    ) throws -> Summary {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: StateFolder.ledgerPath(in: stateFolder)) else {
            throw ClientFailure(
                .refused,
                "\(stateFolder) has a ledger already; restore into another folder (--state)")
        }
        let scratch = "\(stateFolder).restoring"
        try? manager.removeItem(atPath: scratch)
        try manager.createDirectory(
            atPath: scratch, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? manager.removeItem(atPath: scratch) }
        var summary = Summary()
        summary.artifacts = try unpack(path, into: scratch)
        let sealed = manager.contents(atPath: "\(scratch)/\(Self.sealedName)")
        guard let sealed else {
            throw ClientFailure(.workFailed, "\(path) has no keys in it; use another backup")
        }
        guard let secrets = PassphraseSeal.open(Array(sealed), passphrase: passphrase) else {
            throw ClientFailure(.refused, "the passphrase is not the one of \(path)")
        }
        try writeSecrets(secrets, into: scratch)
        try manager.removeItem(atPath: "\(scratch)/\(Self.sealedName)")
        let report = try LedgerBackup.adopt(path: "\(scratch)/ledger.sqlite")
        guard report.isSound else {
            throw ClientFailure(
                .workFailed,
                "the ledger in \(path) is not sound: "
                    + report.problems.prefix(3).joined(separator: "; "))
        }
        summary.jobs = report.jobs - report.deletedJobs
        summary.schemaVersion = report.schemaVersion
        if let advertise { summary.notes = try setAdvertise(advertise, in: scratch) }
        // Its scheduler waits longer for nodes that do not know yet where it is.
        try PrivateFile.write([], to: "\(scratch)/restored")
        try moveIn(scratch)
        return summary
    }

    private func unpack(_ path: String, into scratch: String) throws -> Int {
        let manager = FileManager.default
        let store = try ArtifactStore(at: "\(scratch)/artifacts")
        var artifacts = 0
        var object: ArtifactWriter?
        var file: FileHandle?
        for folder in ["keys", "logs"] {
            try manager.createDirectory(
                atPath: "\(scratch)/\(folder)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        try BackupArchive.read(path: path) { name, piece in
            let parts = name.split(separator: "/").map(String.init)
            if parts.count == 2, parts[0] == "artifacts" {
                let writer = try object ?? store.begin()
                object = writer
                guard piece.isEmpty else { return try writer.write(piece) }
                _ = try writer.finish(expected: SHA256Digest(hex: parts[1]))
                object = nil
                artifacts += 1
                return
            }
            let isKnown =
                ["ledger.sqlite", "metrics.sqlite", "cluster.yaml", Self.sealedName].contains(name)
                || parts.count == 2 && parts[0] == "logs"
            // What a later release adds is left out, not an error.
            guard isKnown else { return }
            let target = "\(scratch)/\(name)"
            if file == nil {
                _ = manager.createFile(
                    atPath: target, contents: nil, attributes: [.posixPermissions: 0o600])
                file = FileHandle(forWritingAtPath: target)
            }
            guard let open = file else {
                throw ClientFailure(.workFailed, "\(target) cannot be written")
            }
            guard piece.isEmpty else { return try open.write(contentsOf: Data(piece)) }
            try open.synchronize()
            try open.close()
            file = nil
        }
        return artifacts
    }

    private func writeSecrets(_ bytes: [UInt8], into scratch: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: 0x0A) else { break }
            let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            rest = rest[rest.index(after: end)...]
            guard words.count == 2, let count = Int(words[1]), count >= 0, count <= rest.count,
                Self.secrets.contains(String(words[0]))
            else { throw ClientFailure(.workFailed, "the keys in the backup cannot be read") }
            try PrivateFile.write(
                Array(rest.prefix(count)), to: "\(scratch)/keys/\(words[0])")
            rest = rest.dropFirst(count)
        }
    }

    /// Another host takes the scheduler's place: its addresses change; what is left to say.
    private func setAdvertise(_ address: String, in scratch: String) throws -> [String] {
        let path = StateFolder.configurationPath(in: scratch)
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ClientFailure(
                .wrongUsage,
                "the backup has no cluster.yaml, so --advertise has no place; give it to "
                    + "mlctl scheduler instead")
        }
        let moved = try ClusterMove(of: text, to: address)
        try PrivateFile.write(Array(moved.text.utf8), to: path)
        return moved.notes
    }

    /// Everything but the ledger first: with the ledger in place the restore is complete.
    private func moveIn(_ scratch: String) throws {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: stateFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let names = try manager.contentsOfDirectory(atPath: scratch).filter {
            $0 != "ledger.sqlite" && !$0.hasSuffix(".lock")
        }
        for name in names.sorted() + ["ledger.sqlite"] {
            let target = "\(stateFolder)/\(name)"
            // Empty folders and keys that a start without a ledger made.
            if manager.fileExists(atPath: target) { try manager.removeItem(atPath: target) }
            try manager.moveItem(atPath: "\(scratch)/\(name)", toPath: target)
        }
    }
}
