import Artifacts
import ClusterVocabulary
import Glibc
import Supervision

/// Opens data files of this host with the rights of the job's owner: what the worker may read
/// beside them is none of theirs.
struct HostDataReader: Sendable {
    /// Who the job belongs to; `nil` when the scheduler does not say.
    let owner: CommandOwner?
    /// As whom this worker runs.
    let worker: UInt32

    init(owner: CommandOwner?, worker: UInt32 = geteuid()) {
        self.owner = owner
        self.worker = worker
    }

    /// Opens a file; throws `accessDenied` when the owner may not read it.
    ///
    /// A worker of root lets the kernel decide, as the user the owner is mapped to. Any other reads
    /// as itself for those whose commands it would run too. For all others there is what everybody
    /// on the host may read.
    func open(_ path: String) throws -> HostFile {
        guard let owner, owner.mayRun(underWorkerOf: worker) else {
            return try HostFile(path, readableBy: reader)
        }
        guard worker == 0, let number = owner.hostUser, number != 0 else {
            return try HostFile(path, readableBy: .thread)
        }
        guard let account = HostAccount(user: number) else {
            return try HostFile(path, readableBy: reader)
        }
        return try CommandUser.reachingFiles(as: account.owner) {
            try HostFile(path, readableBy: .thread)
        }
    }

    /// Who reads where this process cannot become the owner.
    private var reader: HostFileReader {
        owner?.hostUser.map(HostFileReader.user) ?? .anybody
    }
}
