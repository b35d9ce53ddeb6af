import Artifacts
import ClusterVocabulary
import JobSpecification

/// Looks at data files on the scheduler's host, with the rights of who names them.
///
/// A path that a client sends with a digest is checked like one without: the daemons may read more
/// than the sender may, and a digest alone is no right to what hosts hold of it already.
struct HostFileCheck: Sendable {
    /// Who names the files.
    let sender: Identity
    /// Which contents the sender has a right to already.
    let access: ArtifactAccess
    /// The leave to read whole files; `nil` where that would take too long.
    var digesting: HostFileDigesting.Leave?

    /// Whole files must be read for an answer, which needs a ``HostFileDigesting/Leave``.
    struct NeedsDigesting: Error {}

    /// A file by content.
    func described(_ file: DataFile) throws -> DatasetReference.File {
        guard let found = try open(file.path) else {
            throw GatewayFailure.conflict(
                "\(file.path) is not a file on the scheduler's host, so its digest is"
                    + " unknown; mlctl submit on a host that has it adds the digest")
        }
        let digest = try digest(of: found)
        return DatasetReference.File(
            role: file.role, digest: digest.hex, byteCount: Int64(found.byteCount),
            hostPath: file.path)
    }

    /// Refuses a path with a digest unless the sender may read it, and has a right to the content:
    /// by having it, or by what is known of the namespace.
    func require(_ file: DatasetReference.File) throws {
        guard sender.role != .admin else { return }
        let isSeen = SHA256Digest(hex: file.digest).map { access.sees($0, sender) } ?? false
        let found = try open(file.hostPath)
        guard !isSeen else { return }
        guard let found else {
            throw GatewayFailure.conflict(
                "\(file.hostPath) is not a file on the scheduler's host, so whether"
                    + " \(sender.user) has what is in it is unknown; use source: {file: …}, which"
                    + " uploads it")
        }
        guard Int64(found.byteCount) == file.byteCount, try digest(of: found).hex == file.digest
        else {
            throw GatewayFailure.conflict(
                "\(file.hostPath) on the scheduler's host is not the file with SHA-256"
                    + " \(file.digest) and \(file.byteCount) bytes")
        }
    }

    /// The file, when there is one and the sender may read it; `nil` when there is none.
    private func open(_ path: String) throws -> HostFile? {
        let reader: HostFileReader =
            sender.role == .admin ? .thread : sender.hostUser.map(HostFileReader.user) ?? .anybody
        do throws(ArtifactError) {
            return try HostFile(path, readableBy: reader)
        } catch {
            guard error.kind == .accessDenied else { return nil }
            throw GatewayFailure.forbidden(
                "\(path) is not readable for everybody on the scheduler's host, or a folder"
                    + " before it is closed; use source: {file: …}, which uploads it")
        }
    }

    private func digest(of file: HostFile) throws -> SHA256Digest {
        guard let digesting else { throw NeedsDigesting() }
        return try digesting.digest(of: file)
    }
}
