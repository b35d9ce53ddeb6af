private import COpenSSL

/// AES-256-GCM under one key, for frames of up to 2 GiB; one thread at a time.
final class FrameCipher {
    /// Bytes of the tag behind the ciphertext.
    static let tagBytes = 16

    private let context: OpaquePointer
    private let isSealing: Bool

    init(key: [UInt8], isSealing: Bool) {
        precondition(key.count == KeyDerivation.keyBytes, "AES-256 takes 32 bytes")
        guard let context = EVP_CIPHER_CTX_new() else {
            preconditionFailure("no memory for a cipher context")
        }
        self.context = context
        self.isSealing = isSealing
        let status =
            isSealing
            ? EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nil)
            : EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nil)
        precondition(status == 1, "libcrypto has no AES-256-GCM")
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Writes ciphertext and tag: `plain.count + tagBytes` bytes.
    func seal(
        _ plain: UnsafeRawBufferPointer, nonce: [UInt8], associated: [UInt8],
        into output: UnsafeMutableRawPointer
    ) {
        precondition(isSealing, "a cipher of the opening side")
        var length: Int32 = 0
        let target = output.assumingMemoryBound(to: UInt8.self)
        var status = EVP_EncryptInit_ex(context, nil, nil, nil, nonce)
        precondition(status == 1, "libcrypto refused a nonce")
        status = EVP_EncryptUpdate(context, nil, &length, associated, Int32(associated.count))
        precondition(status == 1, "libcrypto refused associated data")
        if let source = plain.baseAddress, !plain.isEmpty {
            status = EVP_EncryptUpdate(
                context, target, &length, source.assumingMemoryBound(to: UInt8.self),
                Int32(plain.count))
            precondition(status == 1, "libcrypto refused to encrypt")
        }
        status = EVP_EncryptFinal_ex(context, target + plain.count, &length)
        precondition(status == 1, "libcrypto refused to finish a frame")
        status = EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), target + plain.count)
        precondition(status == 1, "libcrypto gave no tag")
    }

    /// Writes the plain bytes, `sealed.count - tagBytes` of them; false when the tag is wrong, and
    /// then what was written is worth nothing.
    func open(
        _ sealed: UnsafeRawBufferPointer, nonce: [UInt8], associated: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawPointer
    ) -> Bool {
        precondition(!isSealing, "a cipher of the sealing side")
        let count = sealed.count - Self.tagBytes
        guard count >= 0, count <= Int(Int32.max), let source = sealed.baseAddress,
            let address = associated.baseAddress
        else { return false }
        var length: Int32 = 0
        let bytes = source.assumingMemoryBound(to: UInt8.self)
        let target = output.assumingMemoryBound(to: UInt8.self)
        guard EVP_DecryptInit_ex(context, nil, nil, nil, nonce) == 1,
            EVP_DecryptUpdate(
                context, nil, &length, address.assumingMemoryBound(to: UInt8.self),
                Int32(associated.count)) == 1
        else { return false }
        if count > 0 {
            guard EVP_DecryptUpdate(context, target, &length, bytes, Int32(count)) == 1 else {
                return false
            }
        }
        var tag = Array(UnsafeRawBufferPointer(rebasing: sealed[count...]))
        guard
            EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), &tag) == 1
        else { return false }
        return EVP_DecryptFinal_ex(context, target + count, &length) == 1
    }
}
