/// The routing id by which a router addresses a peer: 1 to 255 opaque bytes.
///
/// An id that the router chose itself (first byte 0) names one connection and cannot be claimed by
/// another peer; an id that a dealer chose can be taken over by any admitted client. So remember
/// the id of the last message of an authenticated user, and do not take the id for the user.
package struct PeerID: Hashable, Sendable, CustomStringConvertible {
    /// Most bytes of a routing id.
    package static let maximumBytes = 255

    /// The id as it travels.
    package let bytes: [UInt8]

    /// Wraps an id as it came from a router.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// An id from a name, in UTF-8.
    package init(_ name: String) {
        self.bytes = Array(name.utf8)
    }

    /// The name when it is printable ASCII, otherwise hexadecimal.
    package var description: String {
        if !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        return bytes.reduce(into: "0x") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
