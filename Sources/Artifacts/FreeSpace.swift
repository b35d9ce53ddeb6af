private import Glibc

/// What a filesystem says about itself.
package enum FreeSpace {
    /// Bytes an ordinary user may still write on the filesystem of a path.
    package static func bytes(at path: String) throws(ArtifactError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            throw ArtifactError("ask for free space at", path, errno: errno)
        }
        let product = UInt64(status.f_bavail)
            .multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return product.overflow ? Int.max : Int(clamping: product.partialValue)
    }

    /// True when a path lies on a filesystem shared over a network, where SQLite must not live.
    package static func isNetworkFilesystem(at path: String) throws(ArtifactError) -> Bool {
        try networkFilesystemName(at: path) != nil
    }

    /// The name of the network filesystem of a path, nil for a local one.
    ///
    /// FUSE counts as local: containers without root use it for their own disks.
    package static func networkFilesystemName(at path: String) throws(ArtifactError) -> String? {
        switch LinuxCalls.filesystemMagic(at: path) {
        case .success(let magic):
            return name(ofMagic: magic)
        case .failure(let failure):
            throw ArtifactError("ask for the filesystem of", path, errno: failure.code)
        }
    }

    static func name(ofMagic magic: UInt32) -> String? {
        switch magic {
        case 0x6969: "NFS"
        case 0x517B, 0xFF53_4D42, 0xFE53_4D42: "SMB"
        case 0x5346_414F, 0x6B41_4653: "AFS"
        case 0x7375_7245: "Coda"
        case 0x00C3_6400: "Ceph"
        case 0x0BD0_0BD0: "Lustre"
        case 0x4750_4653: "GPFS"
        case 0x1983_0326: "BeeGFS"
        case 0x7461_636F: "OCFS2"
        case 0x0116_1970: "GFS2"
        case 0x0102_1997: "9P"
        default: nil
        }
    }
}
