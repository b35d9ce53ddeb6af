/// What a worker asks at the enrolment endpoint; the connection's own CURVE key says who asks.
package struct EnrolmentRequest: Hashable, Sendable {
    /// What is wanted.
    package enum Wish: Hashable, Sendable {
        /// Admit the connection's key for the node, by a join token.
        case join(tokenID: String, secret: String)
        /// Admit another key in place of the connection's, which is that of the node.
        case rotate(nextPublicKey: String)
    }

    /// Drawn by the worker; the answer repeats it.
    package var requestID: UInt64
    /// The node's name.
    package var node: NodeID
    /// The version of the messages the worker speaks.
    package var protocolVersion: UInt32
    /// What is wanted.
    package var wish: Wish

    /// The longest secret or key, in UTF-8 bytes.
    package static let longestSecret = 128

    /// Makes a request.
    package init(requestID: UInt64, node: NodeID, protocolVersion: UInt32, wish: Wish) {
        self.requestID = requestID
        self.node = node
        self.protocolVersion = protocolVersion
        self.wish = wish
    }
}

/// The answer to an ``EnrolmentRequest``.
package enum EnrolmentReply: Hashable, Sendable {
    /// Done, durably. `control` is the port or `HOST:PORT` of the control endpoint as the cluster
    /// advertises it; an empty host means the one the worker reached already.
    case accepted(requestID: UInt64, control: String)
    /// Not done.
    case refused(requestID: UInt64, Reason)

    /// The request answered.
    package var requestID: UInt64 {
        switch self {
        case .accepted(let requestID, _): requestID
        case .refused(let requestID, _): requestID
        }
    }
}
