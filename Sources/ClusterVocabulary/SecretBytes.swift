/// Bytes that must never be shown: printing, dumping and interpolating say only how many there are.
package struct SecretBytes: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The bytes themselves.
    package let bytes: [UInt8]

    /// Takes the bytes.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// No secret.
    package static let none = SecretBytes([])

    /// How long it is, nothing more.
    package var description: String { "(\(bytes.count) secret bytes)" }

    /// Shows as ``description`` in dumps, too.
    package var customMirror: Mirror { Mirror(self, children: ["secret": bytes.count]) }
}
