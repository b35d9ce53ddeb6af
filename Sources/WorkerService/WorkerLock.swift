import Foundation

/// A worker daemon's hold on its state folder, from its start to its end.
///
/// Daemons hold it together (of two with one name the scheduler keeps the first); whoever changes
/// the key holds it alone, because a running daemon would go on with the old one.
package final class WorkerLock {
    private let descriptor: Int32

    /// Takes the hold, making the folder when there is none; refused at once, never waited for.
    package init(workerFolder: String, alone: Bool) throws {
        try FileManager.default.createDirectory(
            atPath: workerFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let path = "\(workerFolder)/worker.lock"
        // Not inherited: the supervisor outlives the daemon.
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw WorkerLockError.cannotOpen(path, String(cString: strerror(errno)))
        }
        guard flock(file, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            close(file)
            throw alone ? WorkerLockError.inUse(workerFolder) : .keyChanges(workerFolder)
        }
        descriptor = file
    }

    deinit { close(descriptor) }

    /// Lets other daemons hold it too: the key is changed.
    package func share() {
        _ = flock(descriptor, LOCK_SH | LOCK_NB)
    }
}

/// Why a worker cannot have its state folder.
package enum WorkerLockError: Error, CustomStringConvertible {
    /// The lock file cannot be opened.
    case cannotOpen(String, String)
    /// A worker runs from the folder, whose key was to be changed.
    case inUse(String)
    /// The key of the folder is being changed.
    case keyChanges(String)

    /// What, where, and what to do next.
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "\(path) cannot be opened: \(reason); is the folder this user's?"
        case .inUse(let folder):
            "a worker runs from \(folder), so its key was not changed: stop it, then start it "
                + "with --rotate-key"
        case .keyChanges(let folder):
            "another start changes the key in \(folder) just now; try again when it has ended"
        }
    }
}
