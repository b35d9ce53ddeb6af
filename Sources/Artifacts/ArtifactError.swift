private import Glibc

/// The closed list of what can go wrong with files; the raw value is the name people see.
package enum ArtifactErrorKind: String, Sendable, Equatable, CaseIterable {
    case noSpace = "NoSpace"
    case accessDenied = "AccessDenied"
    case readOnlyFilesystem = "ReadOnlyFilesystem"
    case inputOutput = "InputOutput"
    case tooManyOpenFiles = "TooManyOpenFiles"
    case notFound = "NotFound"
    case alreadyExists = "AlreadyExists"
    case tooLarge = "TooLarge"
    case cacheFull = "CacheFull"
    case digestMismatch = "DigestMismatch"
    case incomplete = "Incomplete"
    case wrongOffset = "WrongOffset"
    case outOfRange = "OutOfRange"
    case busy = "Busy"
    case invalidName = "InvalidName"
    case damaged = "Damaged"
    case closed = "Closed"
    case other = "Other"
}

/// A failure of the artifact files: what was tried, on which path, why it failed, what to do.
package struct ArtifactError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which kind of failure.
    package var kind: ArtifactErrorKind
    /// What was tried, as a verb phrase: `write`, `open`.
    package var action: String
    /// The file or folder concerned.
    package var path: String
    /// Why it failed, with the text of errno where there is one.
    package var reason: String
    /// What to do about it.
    package var cure: String

    init(
        _ kind: ArtifactErrorKind,
        _ action: String,
        _ path: String,
        reason: String,
        cure: String,
    ) {
        self.kind = kind
        self.action = action
        self.path = path
        self.reason = reason
        self.cure = cure
    }

    /// A failed system call, from its errno.
    init(_ action: String, _ path: String, errno code: Int32) {
        let (kind, cure) = Self.meaning(of: code)
        self.init(
            kind,
            action,
            path,
            reason: "\(String(cString: strerror(code))) (errno \(code))",
            cure: cure,
        )
    }

    /// One line: kind, action, path, reason, cure.
    package var description: String {
        "\(kind.rawValue): cannot \(action) \(path): \(reason); \(cure)"
    }

    private static func meaning(of code: Int32) -> (ArtifactErrorKind, String) {
        switch code {
        case ENOSPC, EDQUOT:
            (.noSpace, "free disk space or raise the quota, then try again")
        case EFBIG:
            (.noSpace, "raise the file size limit (ulimit -f) or use another filesystem")
        case EACCES, EPERM:
            (.accessDenied, "give this user access to the path, or choose another state folder")
        case EROFS:
            (.readOnlyFilesystem, "choose a state folder on a writable filesystem")
        case EIO:
            (.inputOutput, "the disk reports errors: check dmesg and move the state folder")
        case EMFILE, ENFILE:
            (.tooManyOpenFiles, "raise the limit of open files (ulimit -n)")
        case ENOENT, ENOTDIR:
            (.notFound, "check the path")
        case EEXIST, ENOTEMPTY:
            (.alreadyExists, "choose another name or remove what is there")
        case EWOULDBLOCK:
            (.busy, "another process holds the file; let it finish")
        case ENAMETOOLONG, EISDIR, ELOOP:
            (.invalidName, "check the path")
        case ENOMEM:
            (.other, "free memory on this host and try again")
        default:
            (.other, "try again; if it stays, check the filesystem")
        }
    }
}
