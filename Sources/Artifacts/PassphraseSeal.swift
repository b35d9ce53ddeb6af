private import COpenSSL

/// Seals small secrets under a passphrase: AES-256-GCM with a key from scrypt (RFC 7914).
///
/// Layout: magic `MLPS1`, log2 of scrypt's N, 16 bytes salt, 12 bytes nonce, the sealed bytes, 16
/// bytes tag; everything before the sealed bytes is authenticated with them.
package enum PassphraseSeal {
    private static let magic: [UInt8] = Array("MLPS1".utf8)
    private static let saltBytes = 16
    private static let nonceBytes = 12
    private static let tagBytes = 16
    private static var headBytes: Int { magic.count + 1 + saltBytes + nonceBytes }
    /// scrypt's N as a power of two: 64 MiB and a tenth of a second for each guess.
    private static let usualCost: UInt8 = 16
    /// What is accepted when opening: no file makes this process take more than 256 MiB.
    private static let costs: ClosedRange<UInt8> = 14...18
    /// The most bytes sealed.
    package static let mostBytes = 16 << 20
    /// The fewest bytes of a passphrase.
    package static let leastPassphrase = 8

    /// Seals bytes; a different result each time.
    package static func seal(_ bytes: [UInt8], passphrase: [UInt8]) -> [UInt8] {
        precondition(bytes.count <= mostBytes, "secrets are small")
        var head = magic + [usualCost]
        var random = [UInt8](repeating: 0, count: saltBytes + nonceBytes)
        precondition(RAND_bytes(&random, Int32(random.count)) == 1, "libcrypto has no randomness")
        head += random
        let key = key(passphrase, salt: Array(random.prefix(saltBytes)), cost: usualCost)
        let nonce = Array(random.suffix(nonceBytes))
        guard let key, let sealed = encrypt(bytes, key: key, nonce: nonce, head: head) else {
            preconditionFailure("libcrypto has no AES-256-GCM or scrypt")
        }
        return head + sealed
    }

    /// Opens what ``seal(_:passphrase:)`` made; `nil` for a wrong passphrase or changed bytes.
    package static func open(_ sealed: [UInt8], passphrase: [UInt8]) -> [UInt8]? {
        guard sealed.count >= headBytes + tagBytes, sealed.count <= mostBytes + 1_024,
            Array(sealed.prefix(magic.count)) == magic, costs.contains(sealed[magic.count])
        else { return nil }
        let head = Array(sealed.prefix(headBytes))
        let salt = Array(head[(magic.count + 1)..<(magic.count + 1 + saltBytes)])
        let nonce = Array(head.suffix(nonceBytes))
        guard let key = key(passphrase, salt: salt, cost: head[magic.count]) else { return nil }
        return decrypt(Array(sealed.dropFirst(headBytes)), key: key, nonce: nonce, head: head)
    }

    private static func key(_ passphrase: [UInt8], salt: [UInt8], cost: UInt8) -> [UInt8]? {
        var key = [UInt8](repeating: 0, count: 32)
        let status = passphrase.withUnsafeBufferPointer { text in
            text.withMemoryRebound(to: CChar.self) { characters in
                EVP_PBE_scrypt(
                    characters.baseAddress, characters.count, salt, salt.count,
                    UInt64(1) << UInt64(cost), 8, 1, 320 << 20, &key, key.count)
            }
        }
        return status == 1 ? key : nil
    }

    private static func encrypt(
        _ bytes: [UInt8], key: [UInt8], nonce: [UInt8], head: [UInt8]
    ) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: bytes.count)
        var tag = [UInt8](repeating: 0, count: tagBytes)
        var count: Int32 = 0
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, nil, &count, head, Int32(head.count)) == 1,
            EVP_EncryptUpdate(context, &output, &count, bytes, Int32(bytes.count)) == 1,
            EVP_EncryptFinal_ex(context, &rest, &count) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag) == 1
        else { return nil }
        return output + tag
    }

    private static func decrypt(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], head: [UInt8]
    ) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let bytes = Array(sealed.dropLast(tagBytes))
        var tag = Array(sealed.suffix(tagBytes))
        var output = [UInt8](repeating: 0, count: bytes.count)
        var count: Int32 = 0
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(context, nil, &count, head, Int32(head.count)) == 1,
            EVP_DecryptUpdate(context, &output, &count, bytes, Int32(bytes.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1,
            EVP_DecryptFinal_ex(context, &rest, &count) == 1
        else { return nil }
        return output
    }
}
