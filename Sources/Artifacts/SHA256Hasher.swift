private import COpenSSL

/// Computes SHA-256 over bytes that arrive in pieces.
package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// Starts with no bytes.
    package init() {
        guard let context = EVP_MD_CTX_new() else {
            preconditionFailure("no memory for a digest context")
        }
        self.context = context
        start()
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes at the end.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        let status = EVP_DigestUpdate(context, base, bytes.count)
        precondition(status == 1, "libcrypto refused to hash")
    }

    /// The digest of all bytes so far; the hasher starts over with no bytes.
    package mutating func finish() -> SHA256Digest {
        let digest = withUnsafeTemporaryAllocation(
            byteCount: Int(EVP_MAX_MD_SIZE),
            alignment: 8,
        ) { buffer in
            let bytes = buffer.bindMemory(to: UInt8.self)
            var length: UInt32 = 0
            let status = EVP_DigestFinal_ex(context, bytes.baseAddress, &length)
            precondition(status == 1, "libcrypto refused to finish a digest")
            return SHA256Digest(
                bytes: UnsafeRawBufferPointer(rebasing: buffer[0..<Int(length)]))
        }
        guard let digest else { preconditionFailure("SHA-256 has 32 bytes") }
        start()
        return digest
    }

    private func start() {
        let status = EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "libcrypto has no SHA-256")
    }

    /// The digest of the bytes of one buffer.
    package static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    /// The digest of an array of bytes.
    package static func digest(of bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { digest(of: $0) }
    }

    /// The digest of a file, read in pieces of 1 MiB.
    package static func digest(ofFile path: String) throws(ArtifactError) -> SHA256Digest {
        try digest(of: try PosixFile(reading: path))
    }

    static func digest(of file: PosixFile) throws(ArtifactError) -> SHA256Digest {
        var hasher = SHA256Hasher()
        let pieceBytes = 1 << 20
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 64)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try file.read(into: buffer, at: offset)
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
            offset += count
            if count < buffer.count {
                return hasher.finish()
            }
        }
    }
}
