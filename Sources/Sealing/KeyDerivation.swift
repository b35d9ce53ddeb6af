private import COpenSSL

/// HKDF with SHA-256 (RFC 5869), and random bytes, from libcrypto.
package enum KeyDerivation {
    /// Bytes of a key: AES-256 and HMAC-SHA-256 alike.
    package static let keyBytes = 32

    /// One key of ``keyBytes`` bytes from a secret, a salt and what the key is for.
    package static func key(secret: [UInt8], salt: [UInt8], info: [UInt8]) -> [UInt8] {
        let pseudorandom = authenticate(secret, key: salt)
        // The first block is the whole output: its counter is 1.
        return authenticate(info + [1], key: pseudorandom)
    }

    /// HMAC-SHA-256.
    private static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: keyBytes)
        var length: UInt32 = 0
        // A missing salt is as long as the digest, of zeros; HMAC pads any key with zeros anyway.
        let padded = key.isEmpty ? [0] : key
        let result = HMAC(
            EVP_sha256(), padded, Int32(padded.count), message, message.count, &output, &length)
        precondition(result != nil && length == keyBytes, "libcrypto refused to authenticate")
        return output
    }

    /// Bytes nobody can guess; ends the process when the system has none.
    package static func random(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "no randomness from the system")
        return bytes
    }
}
