package import Artifacts

/// A file of this machine that the scheduler is to keep under its digest.
package struct DataUpload: Sendable, Hashable {
    /// Where it lies, without symbolic links.
    package let path: String
    /// SHA-256 of its bytes.
    package let digest: SHA256Digest
    /// Its length in bytes.
    package let byteCount: Int

    /// Describes a file.
    package init(path: String, digest: SHA256Digest, byteCount: Int) {
        self.path = path
        self.digest = digest
        self.byteCount = byteCount
    }
}
