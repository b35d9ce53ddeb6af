import Artifacts
import ClusterVocabulary
import Dispatch
import Foundation
import Synchronization

/// The working folders of commands: made from their archive, emptied of their outputs at the end.
///
/// `commands/JOB-TRY/work` is where all ranks of a try on this node start; `checkpoints/JOB` stays
/// between the tries of a job and is seen at its `checkpoint.path`.
final class CommandFolders: Sendable {
    /// How long checkpoints of a job that does not come back are kept, in seconds.
    static let checkpointSeconds = 7.0 * 86_400
    /// Bytes of packed working folders kept for the next job.
    static let archiveBytes: Int64 = 8 << 30

    private let stateFolder: String
    private let transfers: Transfers
    private let store: ArtifactStore
    private let queue = DispatchQueue(label: "mlctl.folders")

    init(stateFolder: String, transfers: Transfers) throws {
        self.stateFolder = stateFolder
        self.transfers = transfers
        store = try ArtifactStore(at: "\(stateFolder)/archives")
        for name in ["commands", "checkpoints"] {
            try FileManager.default.createDirectory(
                atPath: "\(stateFolder)/\(name)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        removeOldCheckpoints()
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
            } catch let error as ArtifactError where error.kind == .damaged {
                done((.job, Reason(.badData, "the workdir archive is refused: \(error)")))
            } catch {
                done((.infrastructure, Reason(.hostFault, "the working folder: \(error)")))
            }
        }
    }

    private func make(_ order: PrepareCommand) throws {
        let work = workFolder(order.attempt)
        try? FileManager.default.removeItem(atPath: base(order.attempt))
        try FileManager.default.createDirectory(
            atPath: work, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        if let archive = order.work.workdir, let digest = SHA256Digest(hex: archive.digest) {
            if try !store.contains(digest) {
                try trim(for: archive.byteCount)
                try transfers.bring(digest, byteCount: Int(archive.byteCount), into: store)
            }
            _ = try FolderArchive.unpack(store.path(of: digest), into: work)
        }
        if let checkpoint = order.work.checkpoint {
            let isOwn = checkpoint.folderOf.number == 0
            try link(
                checkpoint.path, of: isOwn ? order.attempt.job : checkpoint.folderOf, in: work)
        }
    }

    /// Makes the job's checkpoint folder appear in the working folder.
    private func link(_ path: String, of job: JobID, in work: String) throws {
        let kept = "\(stateFolder)/checkpoints/\(job)"
        try FileManager.default.createDirectory(
            atPath: kept, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: kept)
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
        queue.async { [self] in
            let work = workFolder(order.attempt)
            let present = order.work.outputs.filter { path in
                FileManager.default.fileExists(atPath: "\(work)/\(path)")
            }
            guard !present.isEmpty else {
                done(nil, nil)
                return
            }
            do {
                let file = "\(base(order.attempt))/outputs.tar"
                _ = try FolderArchive.pack(work, paths: present, into: file)
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

    /// Removes the folder of a try that is over.
    func remove(_ order: PrepareCommand) {
        queue.async { [self] in
            try? FileManager.default.removeItem(atPath: base(order.attempt))
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
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
