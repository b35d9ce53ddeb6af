private import CZeroMQ
private import Glibc

extension MessagingError {
    /// The error that libzmq's last failed call on this thread stands for.
    static func last(_ operation: String, _ subject: String) -> MessagingError {
        of(code: zmq_errno(), operation, subject)
    }

    /// The error a libzmq error code stands for.
    static func of(code: Int32, _ operation: String, _ subject: String) -> MessagingError {
        switch code {
        case lostContext:
            return .contextEnded
        case EADDRINUSE:
            return .addressInUse(endpoint: subject, port: port(of: subject))
        case EPROTONOSUPPORT:
            return .invalidEndpoint(endpoint: subject, reason: "the transport is not known")
        case ENODEV, EADDRNOTAVAIL:
            return .invalidEndpoint(
                endpoint: subject,
                reason: "this machine has no such address or interface",
            )
        case ENAMETOOLONG:
            return .invalidEndpoint(
                endpoint: subject,
                reason: "the path is longer than a Unix socket allows (107 bytes)",
            )
        case EINVAL where operation == "bind" || operation == "connect":
            return .invalidEndpoint(endpoint: subject, reason: "the endpoint is malformed")
        default:
            let message = String(cString: zmq_strerror(code))
            return .system(operation: operation, subject: subject, code: code, message: message)
        }
    }

    /// Error code of an operation on a context that was shut down.
    static var lostContext: Int32 { ETERM }

    private static func port(of endpoint: String) -> Int? {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else {
            return nil
        }
        return Int(endpoint[endpoint.index(after: colon)...])
    }
}
