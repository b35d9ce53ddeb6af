import ClusterVocabulary
import Dispatch
import Foundation
import Supervision
import Synchronization

/// As whom commands run on this host.
///
/// A worker of root runs each command as the user its submitter is mapped to; any other can be
/// nobody but itself, and refuses commands of a second user.
struct CommandUser: Sendable {
    /// As whom this worker runs.
    let worker: UInt32
    /// This node, for refusals.
    let node: NodeID
    /// The worker's folder, which mapped users must be able to pass.
    let stateFolder: String

    init(node: NodeID, stateFolder: String, worker: UInt32 = geteuid()) {
        self.worker = worker
        self.node = node
        self.stateFolder = stateFolder
    }

    /// What this worker does about users, in words.
    var description: String {
        worker == 0
            ? "commands run as the users their submitters are mapped to (mlctl user add --uid)"
            : "this worker is not root: commands run as uid \(worker), those of other users are "
                + "refused"
    }

    /// The account a command runs as; `nil` for the worker's own user.
    func account(for order: PrepareCommand) throws(CommandRefusal) -> HostAccount? {
        // A scheduler of an earlier release tells nothing: as it did then.
        guard let owner = order.owner else { return nil }
        guard owner.mayRun(underWorkerOf: worker) else {
            throw CommandRefusal(
                failure: .infrastructure,
                reason: owner.refusal(of: order.user, on: node, underWorkerOf: worker))
        }
        guard worker == 0, let number = owner.hostUser, number != 0 else { return nil }
        guard let account = HostAccount(user: number) else {
            throw CommandRefusal(
                failure: .infrastructure,
                reason: Reason(
                    .noHostUser,
                    "\(order.user) is mapped to uid \(number), which \(node) does not know: make "
                        + "the user there, or map \(order.user) to another with mlctl user add "
                        + "\(order.user) --uid NUMBER"))
        }
        if let closed = closedPath {
            throw CommandRefusal(
                failure: .infrastructure,
                reason: Reason(
                    .hostFault,
                    "\(account.name)'s commands cannot pass to their folders on \(node): \(closed)")
            )
        }
        return account
    }

    /// What keeps mapped users from their working folders, all of it at once, and its cure.
    var closedPath: String? {
        let closed = closedFolders
        guard !closed.isEmpty else { return nil }
        return "a worker of root that runs commands of others needs a state folder they can pass: "
            + "start it with --state /var/lib/mlctl-worker, or open the way with chmod o+x "
            + closed.joined(separator: " ")
    }

    /// The folders on the way to the working folders that others cannot pass, outermost first.
    var closedFolders: [String] {
        var path = ""
        var closed: [String] = []
        let folder = URL(fileURLWithPath: "\(stateFolder)/commands").path
        for part in folder.split(separator: "/") {
            path += "/\(part)"
            var status = stat()
            if stat(path, &status) != 0 || status.st_mode & 0o001 == 0 { closed.append(path) }
        }
        return closed
    }

    /// Lets mapped users pass, and nothing more: every other folder of the worker is closed.
    func openPath() {
        guard worker == 0 else { return }
        for name in ["keys", "sets", "raw", "models", "archives", "tasks"] {
            chmod("\(stateFolder)/\(name)", 0o700)
        }
        for folder in [stateFolder, "\(stateFolder)/commands", "\(stateFolder)/checkpoints"] {
            chmod(folder, 0o711)
        }
    }

    /// Does something with files as the given user, without the rights of root; as the worker
    /// itself without one. Waits for it.
    static func reachingFiles<Result: Sendable>(
        as owner: TaskOwner?, _ body: @escaping @Sendable () throws -> Result
    ) throws -> Result {
        guard let owner else { return try body() }
        let outcome = Outcome<Result>()
        // A thread of its own: it cannot become the worker again.
        let thread = Thread {
            outcome.end(
                Swift.Result {
                    guard HostAccount.reachFiles(as: owner) else {
                        throw CommandRefusal(
                            failure: .infrastructure,
                            reason: Reason(
                                .hostFault, "files cannot be reached as uid \(owner.user)"))
                    }
                    return try body()
                })
        }
        thread.name = "files of \(owner.user)"
        thread.start()
        return try outcome.wait().get()
    }

    /// What comes of a thread.
    private final class Outcome<Value: Sendable>: Sendable {
        private let result = Mutex<Swift.Result<Value, any Error>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func end(_ result: Swift.Result<Value, any Error>) {
            self.result.withLock { $0 = result }
            done.signal()
        }

        func wait() -> Swift.Result<Value, any Error> {
            done.wait()
            guard let ended = result.withLock({ $0 }) else {
                preconditionFailure("the thread has signalled, so its result is there")
            }
            return ended
        }
    }
}
