private import COpenSSL

/// Secrets that people carry as text: tokens.
package enum SecretText {
    /// 32 random bytes of libcrypto, in hexadecimal.
    package static func make() -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let status = RAND_bytes(&bytes, Int32(bytes.count))
        precondition(status == 1, "libcrypto has no randomness")
        return SHA256Digest(bytes: bytes)?.hex ?? ""
    }

    /// A short name that tells one token from another; says nothing about its secret.
    package static func makeID() -> String { String(make().prefix(12)) }
}
