import SwiftProtobuf

/// Protobuf bytes of the vocabulary's messages and records.
///
/// Encoding is deterministic. Decoding trusts nothing: it refuses with a ``WireError`` whatever
/// breaks a rule, and ignores fields that it does not know, so that versions can be mixed.
package enum WireCodec {
    /// The version every message and record begins with; only lower ones and this are decoded.
    package static let formatVersion: UInt32 = 1

    /// How deep messages may stand in messages; ours need five levels.
    static let deepestNesting = 16

    /// The name of a message without its package.
    static func name(of message: (some SwiftProtobuf.Message).Type) -> String {
        String(message.protoMessageName.split(separator: ".").last ?? "message")
    }
}
