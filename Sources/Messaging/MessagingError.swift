/// A messaging operation that failed: says what, where, and what to do next.
package enum MessagingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another socket holds the endpoint; `port` is set for tcp.
    case addressInUse(endpoint: String, port: Int?)
    /// The endpoint cannot be used as it is written.
    case invalidEndpoint(endpoint: String, reason: String)
    /// A socket option was refused, or is outside its named bound.
    case optionRefused(name: String, value: String, reason: String)
    /// A CURVE key is not 40 characters of Z85 that encode 32 bytes.
    case invalidKey(role: String)
    /// A CURVE server socket was asked for while no `ZAPHandler` runs in its context.
    case authenticatorMissing
    /// The transport cannot carry CURVE, so the socket would be open to everybody.
    case transportWithoutEncryption(endpoint: String)
    /// A frame is longer than this socket's `maximumFrameBytes`; nothing was sent.
    case frameTooLarge(bytes: Int, limit: Int)
    /// The context was shut down; close the socket.
    case contextEnded
    /// The loop or endpoint was started before, or has been stopped.
    case alreadyStarted
    /// Any other failure of libzmq or the system.
    case system(operation: String, subject: String, code: Int32, message: String)

    /// One line for a person: what, where, what to do next.
    package var description: String {
        switch self {
        case .addressInUse(let endpoint, let port?):
            return "\(endpoint): port \(port) is in use; stop the process that holds it "
                + "(ss -ltnp 'sport = :\(port)' names it) or choose another port"
        case .addressInUse(let endpoint, nil):
            return "\(endpoint) is in use; stop the process that holds it or choose another path"
        case .invalidEndpoint(let endpoint, let reason):
            return "\(endpoint): \(reason); write tcp://ADDRESS:PORT or ipc:///PATH"
        case .optionRefused(let name, let value, let reason):
            return "socket option \(name) = \(value): \(reason)"
        case .invalidKey(let role):
            return "the \(role) is not a CURVE key: 40 characters of Z85 expected; create it again"
        case .authenticatorMissing:
            return "a CURVE server socket needs a running ZAP handler in its context; "
                + "start ZAPHandler first"
        case .transportWithoutEncryption(let endpoint):
            return "\(endpoint): inproc carries no CURVE; use tcp or ipc, or no CURVE"
        case .frameTooLarge(let bytes, let limit):
            return "a frame of \(bytes) bytes is over the limit of \(limit); send smaller frames"
        case .contextEnded:
            return "the messaging context was shut down; close the socket"
        case .alreadyStarted:
            return "the messaging loop was already started or stopped; create a new one"
        case .system(let operation, let subject, let code, let message):
            return "\(operation) \(subject) failed: \(message) (error \(code))"
        }
    }
}
