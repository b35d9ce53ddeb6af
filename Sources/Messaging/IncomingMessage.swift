/// A received message, in place: what it points to is valid only during the call it is given to.
package struct IncomingMessage {
    /// The parts after the routing id, 0 to `SocketLimits.maximumFramesPerMessage`; may be empty.
    package let frames: [UnsafeRawBufferPointer]
    /// What the `ZAPHandler` called the sender; nil unless the socket is a CURVE server.
    package let userID: String?
    /// The sender's routing id as it came; empty unless a router received the message.
    package let routingID: UnsafeRawBufferPointer

    /// The descriptor of the connection it came through; only told by a watched router.
    let sourceDescriptor: Int32?

    /// The sender as an address to send to, copied; empty unless a router received the message.
    package var peer: PeerID { PeerID(Array(routingID)) }

    /// Sum of the lengths of all frames.
    package var byteCount: Int {
        frames.reduce(0) { $0 + $1.count }
    }

    /// The frames as arrays that outlive the call.
    package func copiedFrames() -> [[UInt8]] {
        frames.map { Array($0) }
    }
}
