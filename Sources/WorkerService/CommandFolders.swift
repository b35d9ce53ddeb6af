import Artifacts
import ClusterVocabulary
import Dispatch
import Foundation
import Supervision

/// The working folders of commands: made from their archive, emptied of their outputs at the end.
///
/// `commands/JOB-TRY/work` is where all ranks of a try on this node start; `checkpoints/JOB` stays
/// between the tries of a job and is seen at its `checkpoint.path`. Both belong to the user the
/// command runs as; what lies in them is reached with that user's rights alone, because a link in
/// there may point anywhere.
final class CommandFolders: Sendable {
    /// How long checkpoints of a job that does not come back are kept, in seconds.
    static let checkpointSeconds = 7.0 * 86_400
    /// Bytes of packed working folders kept for the next job.
    static let archiveBytes: Int64 = 8 << 30
    /// Collections of outputs at the same time; those of one job follow each other.
    static let mostCollections = 4

    private let stateFolder: String
    private let transfers: Transfers
    private let store: ArtifactStore
    private let users: CommandUser
    private let queue = DispatchQueue(label: "mlctl.folders")
    /// What users left behind is read here, so that a slow disk of one does not keep the folders
    /// of the others waiting.
    private let collections = (0..<CommandFolders.mostCollections).map {
        DispatchQueue(label: "mlctl.outputs.\($0)")
    }

    init(stateFolder: String, transfers: Transfers, users: CommandUser) throws {
        self.stateFolder = stateFolder
        self.users = users
        self.transfers = transfers
        store = try ArtifactStore(at: "\(stateFolder)/archives")
        for name in ["commands", "checkpoints"] {
            try FileManager.default.createDirectory(
                atPath: "\(stateFolder)/\(name)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        removeOldCheckpoints()
        users.openPath()
    }

    private func collection(of job: JobID) -> DispatchQueue {
        collections[Int(job.number % UInt64(collections.count))]
    }

    private func base(_ attempt: AttemptID) -> String {
        "\(stateFolder)/commands/\(attempt.job)-\(attempt.number)"
    }

    /// Where the ranks of a try start.
    func workFolder(_ attempt: AttemptID) -> String { "\(base(attempt))/work" }

    /// Makes the folder of a try; `done` gets whose fault it was and why it could not be made.
    func make(
        _ order: PrepareCommand, done: @escaping @Sendable ((FailureClass, Reason)?) -> Void
    ) {
        queue.async { [self] in
            do {
                try make(order)
                done(nil)
            } catch let refusal as CommandRefusal {
                done((refusal.failure, refusal.reason))
            } catch let error as ArtifactError where error.kind == .damaged {
                done((.job, Reason(.badData, "the workdir archive is refused: \(error)")))
            } catch {
                done((.infrastructure, Reason(.hostFault, "the working folder: \(error)")))
            }
        }
    }

    private func make(_ order: PrepareCommand) throws {
        let work = workFolder(order.attempt)
        let owner = try users.account(for: order)?.owner
        removeAll(of: order.attempt)
        try FileManager.default.createDirectory(
            atPath: base(order.attempt), withIntermediateDirectories: true,
            attributes: [.posixPermissions: owner == nil ? 0o700 : 0o711])
        try makeFolder(work, of: owner)
        if let archive = order.work.workdir, let digest = SHA256Digest(hex: archive.digest) {
            if try !store.contains(digest) {
                try trim(for: archive.byteCount)
                try transfers.bring(digest, byteCount: Int(archive.byteCount), into: store)
            }
            // Opened as the worker: the store is closed to others.
            let file = store.path(of: digest)
            let input = open(file, O_RDONLY | O_CLOEXEC)
            guard input >= 0 else { throw failed("open", file) }
            defer { close(input) }
            _ = try CommandUser.reachingFiles(as: owner) {
                try FolderArchive.unpack(from: input, named: file, into: work)
            }
        }
        guard let checkpoint = order.work.checkpoint else { return }
        let isOwn = checkpoint.folderOf.number == 0
        let job = isOwn ? order.attempt.job : checkpoint.folderOf
        let kept = "\(stateFolder)/checkpoints/\(job)"
        try makeFolder(kept, of: owner)
        try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: kept)
        try CommandUser.reachingFiles(as: owner) {
            try Self.link(checkpoint.path, to: kept, in: work)
        }
    }

    /// Makes a folder that is its owner's alone; one that is there already stays.
    private func makeFolder(_ path: String, of owner: TaskOwner?) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failed("make", path) }
        guard let owner else { return }
        guard lchown(path, owner.user, owner.group) == 0 else { throw failed("give away", path) }
    }

    private func failed(_ what: String, _ path: String) -> CommandRefusal {
        CommandRefusal(
            failure: .infrastructure,
            reason: Reason(
                .hostFault, "cannot \(what) \(path): \(String(cString: strerror(errno)))"))
    }

    /// Whose a folder is, when it is not the worker's own.
    private func owner(of path: String) -> TaskOwner? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_uid != geteuid() else { return nil }
        return TaskOwner(user: status.st_uid, group: status.st_gid)
    }

    /// Removes a try's folder: what its user owns with that user's rights.
    private func removeAll(of attempt: AttemptID) {
        empty(workFolder(attempt))
        try? FileManager.default.removeItem(atPath: base(attempt))
    }

    /// Removes what lies in a folder of another user, with the rights of that user.
    private func empty(_ folder: String) {
        guard let owner = owner(of: folder) else { return }
        try? CommandUser.reachingFiles(as: owner) {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            for name in names { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        }
    }

    /// Makes the job's checkpoint folder appear in the working folder.
    private static func link(_ path: String, to kept: String, in work: String) throws {
        let place = "\(work)/\(path)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: place).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: place) {
            try FileManager.default.createSymbolicLink(
                atPath: place, withDestinationPath: kept)
        }
    }

    /// Stores what a command leaves with the scheduler; `done` gets the archive, or why not.
    func collect(
        _ order: PrepareCommand, done: @escaping @Sendable (StoredArchive?, Reason?) -> Void
    ) {
        guard !order.work.outputs.isEmpty else {
            done(nil, nil)
            return
        }
        collection(of: order.attempt.job).async { [self] in
            let work = workFolder(order.attempt)
            let outputs = order.work.outputs
            let found = try? CommandUser.reachingFiles(as: owner(of: work)) {
                outputs.filter { FileManager.default.fileExists(atPath: "\(work)/\($0)") }
            }
            let present = found ?? []
            guard !present.isEmpty else {
                done(nil, nil)
                return
            }
            do {
                // A file of the worker in a folder of the worker: nobody changes it under way.
                let file = "\(base(order.attempt))/outputs.tar"
                let output = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
                guard output >= 0 else { throw failed("make", file) }
                defer { close(output) }
                _ = try CommandUser.reachingFiles(as: owner(of: work)) {
                    try FolderArchive.pack(work, paths: present, to: output, named: file)
                }
                let digest = try SHA256Hasher.digest(ofFile: file)
                let mapped = try MappedFile(path: file)
                let count = Int64(mapped.count)
                transfers.publish(mapped, as: digest) { problem in
                    done(
                        problem == nil
                            ? StoredArchive(digest: digest.hex, byteCount: count) : nil, problem)
                }
            } catch {
                done(nil, Reason(.hostFault, "outputs cannot be collected: \(error)"))
            }
        }
    }

    /// Removes the folder of a try that is over, after its outputs are collected.
    func remove(_ order: PrepareCommand) {
        collection(of: order.attempt.job).async { [self] in
            queue.async { [self] in removeAll(of: order.attempt) }
        }
    }

    /// Makes room among the archives, the oldest first.
    private func trim(for byteCount: Int64) throws {
        var total = Int64(try store.totalBytes()) + byteCount
        guard total > CommandFolders.archiveBytes else { return }
        for object in try store.list().sorted(by: { $0.lastUsed < $1.lastUsed }) {
            _ = try store.delete(object.digest)
            total -= Int64(object.size)
            if total <= CommandFolders.archiveBytes { return }
        }
    }

    private func removeOldCheckpoints() {
        let folder = "\(stateFolder)/checkpoints"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let path = "\(folder)/\(name)"
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard let date = attributes?[.modificationDate] as? Date,
                Date().timeIntervalSince(date) > CommandFolders.checkpointSeconds
            else { continue }
            empty(path)
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
