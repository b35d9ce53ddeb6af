/// One part of a message to send.
package enum OutgoingFrame {
    /// Copied before the call returns.
    case bytes([UInt8])
    /// Copied before the call returns.
    case copy(UnsafeRawBufferPointer)
    /// Read in place later; see `OwnedRegion`.
    case region(OwnedRegion)

    /// Length in bytes.
    package var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .copy(let region): region.count
        case .region(let region): region.bytes.count
        }
    }
}
