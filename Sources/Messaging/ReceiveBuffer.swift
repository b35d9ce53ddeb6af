/// A message copied out of a socket into memory that is used again for the next one.
package struct ReceiveBuffer: Sendable {
    /// The bytes of all frames, one after another.
    package private(set) var bytes: [UInt8] = []
    /// Where each frame lies in `bytes`, in order.
    package private(set) var ranges: [Range<Int>] = []
    /// The sender's routing id; empty unless a router received the message.
    package private(set) var peer = PeerID([])
    /// What the `ZAPHandler` called the sender; nil unless the socket is a CURVE server.
    package private(set) var userID: String?

    /// An empty buffer that grows to the longest message.
    package init() {}

    mutating func store(_ message: IncomingMessage) {
        bytes.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        for frame in message.frames {
            let start = bytes.count
            bytes.append(contentsOf: frame)
            ranges.append(start..<bytes.count)
        }
        if !message.routingID.elementsEqual(peer.bytes) { peer = message.peer }
        userID = message.userID
    }
}
