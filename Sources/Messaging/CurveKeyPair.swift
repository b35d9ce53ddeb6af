private import CZeroMQ

/// A CURVE25519 key pair, each half as 40 characters of Z85; it never prints the secret.
package struct CurveKeyPair: Sendable, Equatable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// Characters of a key in Z85.
    package static let keyCharacters = 40
    /// Bytes of a key.
    package static let keyBytes = 32

    /// The half to hand out, 40 characters of Z85.
    package let publicKey: String
    /// The half to keep, 40 characters of Z85; never log it.
    package let secretKey: String

    /// Makes a new pair from the system's randomness.
    package static func generate() throws(MessagingError) -> CurveKeyPair {
        var publicText = [CChar](repeating: 0, count: keyCharacters + 1)
        var secretText = publicText
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw MessagingError.last("generate", "CURVE key pair")
        }
        return CurveKeyPair(publicKey: text(of: publicText), secretKey: text(of: secretText))
    }

    /// Derives the pair of a stored secret; throws `invalidKey` when it is none.
    package init(secretKey: String) throws(MessagingError) {
        guard Self.isKey(secretKey) else { throw MessagingError.invalidKey(role: "secret key") }
        var publicText = [CChar](repeating: 0, count: Self.keyCharacters + 1)
        guard zmq_curve_public(&publicText, secretKey) == 0 else {
            throw MessagingError.invalidKey(role: "secret key")
        }
        self.init(publicKey: Self.text(of: publicText), secretKey: secretKey)
    }

    private init(publicKey: String, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// Whether a text has the form of a key; says nothing about who holds it.
    package static func isKey(_ text: String) -> Bool {
        guard text.utf8.count == keyCharacters, !text.utf8.contains(0) else { return false }
        var decoded = [UInt8](repeating: 0, count: keyBytes)
        return zmq_z85_decode(&decoded, text) != nil
    }

    /// Writes a binary key of 32 bytes as Z85; nil for any other length.
    static func text(ofBinaryKey bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count == keyBytes,
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return nil }
        var encoded = [CChar](repeating: 0, count: keyCharacters + 1)
        guard zmq_z85_encode(&encoded, base, keyBytes) != nil else { return nil }
        return text(of: encoded)
    }

    private static func text(of characters: [CChar]) -> String {
        String(
            decoding: characters.prefix(keyCharacters).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The public half only.
    package var description: String { "CurveKeyPair(\(publicKey))" }
    /// The public half only.
    package var debugDescription: String { description }
    /// The public half only, so that `dump` and string interpolation cannot leak the secret.
    package var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
