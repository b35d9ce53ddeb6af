import Glibc

/// Folders as one file: tar (POSIX ustar, GNU long names), the same bytes for the same content.
///
/// Entries are ordered by path; times, owners and all of a mode but "executable" are left out.
/// Regular files, folders and symbolic links; anything else is passed over when packing and refused
/// when unpacking.
package enum FolderArchive {
    /// What may be packed or unpacked at most.
    package struct Bounds: Sendable {
        /// Files, folders and links.
        package var entries: Int
        /// Bytes of all files.
        package var bytes: Int64

        /// Makes bounds.
        package init(entries: Int = 100_000, bytes: Int64 = 4 << 30) {
            self.entries = entries
            self.bytes = bytes
        }
    }

    /// The longest path in an archive, in UTF-8 bytes.
    package static let longestPath = 4_096

    /// One thing of a folder.
    struct Entry {
        enum Kind {
            case file(byteCount: Int64, isExecutable: Bool)
            case folder
            case link(String)
        }

        /// Relative to the folder, without `.` or `..`.
        var path: String
        var kind: Kind
    }

    // MARK: Paths

    /// Why a path of an archive is refused; `nil` for one that stays inside.
    static func problem(ofPath path: String) -> String? {
        if path.isEmpty { return "is empty" }
        if path.utf8.count > longestPath { return "is longer than \(longestPath) bytes" }
        if path.hasPrefix("/") { return "is absolute" }
        if path.utf8.contains(0) { return "has a zero byte" }
        for part in path.split(separator: "/", omittingEmptySubsequences: false)
        where part == ".." || part == "." || part.isEmpty {
            return "has an empty, . or .. part"
        }
        return nil
    }

    static func refused(_ path: String, _ reason: String) -> ArtifactError {
        ArtifactError(
            .damaged, "unpack", path, reason: reason,
            cure: "the archive was not made by mlctl, or was changed; nothing more of it is used")
    }
}
