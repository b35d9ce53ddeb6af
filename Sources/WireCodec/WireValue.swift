import SwiftProtobuf

/// A vocabulary value that has a protobuf message.
protocol WireValue {
    /// The generated message.
    associatedtype Wire: SwiftProtobuf.Message

    /// Checks every field of a message from outside.
    init(wire: Wire) throws(WireError)

    /// The message of this value.
    var wire: Wire { get }
}

/// A generated message that stands alone and therefore begins with the version of its format.
protocol VersionedWire: SwiftProtobuf.Message {
    /// The version; 0 when the field is missing.
    var format: UInt32 { get set }
}

extension WireValue where Wire: VersionedWire {
    /// The bytes of this value, with the current version in front; equal values, equal bytes.
    var encoded: [UInt8] {
        var message = wire
        message.format = WireCodec.formatVersion
        guard let bytes: [UInt8] = try? message.serializedBytes() else {
            preconditionFailure("only a message over 2 GiB cannot be written")
        }
        return bytes
    }

    /// Reads a value: size first, then the protobuf, then the version, then every field.
    init(encoded bytes: UnsafeRawBufferPointer, limit: Int) throws(WireError) {
        let name = WireCodec.name(of: Wire.self)
        guard bytes.count <= limit else {
            throw .tooLarge(message: name, byteCount: bytes.count, limit: limit)
        }
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = WireCodec.deepestNesting
        options.discardUnknownFields = true
        let message: Wire
        do {
            message = try Wire(serializedBytes: bytes.bytes, options: options)
        } catch {
            throw .malformed(message: name)
        }
        guard message.format != 0 else { throw .missing(message: name, field: "format") }
        guard message.format <= WireCodec.formatVersion else {
            throw .unknownVersion(
                message: name, found: message.format, newestKnown: WireCodec.formatVersion)
        }
        try self.init(wire: message)
    }
}

extension WireWorkerMessage: VersionedWire {}
extension WireSchedulerMessage: VersionedWire {}
extension WireTrainerCommand: VersionedWire {}
extension WireTrainerReport: VersionedWire {}
extension WireArtifactRequest: VersionedWire {}
extension WireArtifactReply: VersionedWire {}
extension WireJobRecord: VersionedWire {}
extension WireNodeRecord: VersionedWire {}
extension WireModelRecord: VersionedWire {}
extension WireLedgerFactRecord: VersionedWire {}
extension WireLedgerBatchRecord: VersionedWire {}
