/// The sending side of sealed frames under one term key: one life, one salt, one subkey.
///
/// Subkey = HKDF(term key, random salt, purpose); nonce = channel and counter. A sender that starts
/// anew draws another salt, so it never repeats a nonce under the same subkey. One thread only.
package final class FrameSealer {
    /// What sealing adds to a frame's bytes.
    package static let overhead = FrameCipher.tagBytes
    /// What a subkey is for: the end of its derivation.
    static let purpose = Array("mlctl exchange frames, AES-256-GCM, 1".utf8)

    private let salt: [UInt8]
    private let cipher: FrameCipher
    private var counters: [UInt32: UInt64] = [:]

    /// A sender's life under a term key of 32 bytes.
    package init(termKey: [UInt8]) {
        salt = KeyDerivation.random(count: SealStamp.saltBytes)
        cipher = FrameCipher(
            key: KeyDerivation.key(secret: termKey, salt: salt, info: Self.purpose),
            isSealing: true)
    }

    /// Seals a frame: writes `plain.count + overhead` bytes and gives what stands in clear before
    /// them, the address and the stamp.
    ///
    /// `channel` names the socket; frames of one channel are opened in the order they were sealed.
    package func seal(
        _ plain: UnsafeRawBufferPointer, address: [UInt8], channel: UInt32,
        into output: UnsafeMutableRawPointer
    ) -> [UInt8] {
        let counter = counters[channel, default: 0] + 1
        counters[channel] = counter
        let stamp = SealStamp(salt: salt, channel: channel, counter: counter)
        let clear = address + stamp.encoded
        cipher.seal(plain, nonce: stamp.nonce, associated: clear, into: output)
        return clear
    }
}
