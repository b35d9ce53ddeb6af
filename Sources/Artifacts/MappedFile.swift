import Glibc

/// A file mapped read-only into memory; unmapped when it is released.
///
/// The pages are shared through the page cache by every process of the host. The file must not be
/// shortened meanwhile (objects of a store never are); removing its name is harmless.
package final class MappedFile: @unchecked Sendable {
    /// The file's bytes, valid only while this object is held: keep it beside every pointer.
    package let unsafeBytes: UnsafeRawBufferPointer

    /// Maps a whole file.
    package init(path: String) throws(ArtifactError) {
        let file = try PosixFile(reading: path)
        let size = try file.size()
        let start = try file.map(byteCount: size)
        unsafeBytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : size)
    }

    deinit {
        if let base = unsafeBytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: base), unsafeBytes.count)
        }
    }

    /// Bytes of the file.
    package var count: Int { unsafeBytes.count }

    /// Lends the bytes to `body`, during which they stay valid.
    package func withBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer { extendLifetime(self) }
        return try body(unsafeBytes)
    }
}
