import Foundation
import Glibc

/// What kind of file system holds a folder, as far as locks and syncs depend on it.
enum FileSystemKind {
    /// The types shared over a network, as the kernel names them.
    private static let networks: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "lustre", "gpfs", "beegfs", "9p", "afs",
        "coda", "ocfs2", "gfs2", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs",
        "fuse.rclone", "fuse.ceph", "fuse.juicefs", "fuse.davfs",
    ]

    /// The kernel's name of the file system that holds `folder`; `nil` when it cannot be told.
    static func type(ofFolder folder: String) -> String? {
        var status = stat()
        guard stat(folder, &status) == 0,
            let file = FileHandle(forReadingAtPath: "/proc/self/mountinfo"),
            let bytes = try? file.readToEnd()
        else { return nil }
        return type(ofDevice: UInt64(status.st_dev), mounts: String(decoding: bytes, as: UTF8.self))
    }

    /// The type of the file system of a device number, looked up in the kernel's list of mounts.
    static func type(ofDevice device: UInt64, mounts: String) -> String? {
        let major = ((device >> 8) & 0xFFF) | ((device >> 32) & ~0xFFF)
        let minor = (device & 0xFF) | ((device >> 12) & ~0xFF)
        for line in mounts.split(separator: "\n") {
            // id, parent, major:minor, root, place, options, …, "-", type, source, options
            let words = line.split(separator: " ")
            guard words.count > 2, words[2] == "\(major):\(minor)",
                let dash = words.firstIndex(of: "-"), dash + 1 < words.count
            else { continue }
            return String(words[dash + 1])
        }
        return nil
    }

    /// Whether a type is shared over a network.
    static func isNetwork(_ type: String) -> Bool { networks.contains(type) }
}
