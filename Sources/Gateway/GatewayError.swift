import Glibc
import NIOCore

/// Why the HTTP side could not start: what, where, what to do next.
package enum GatewayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process listens there.
    case portInUse(host: String, port: Int)
    /// This user may not listen there.
    case portNotAllowed(host: String, port: Int)
    /// This host does not have the address.
    case noSuchAddress(host: String, port: Int)
    /// Listening failed in another way.
    case cannotListen(host: String, port: Int, detail: String)

    /// The certificate or its key cannot be read, or they do not belong together.
    case certificate(path: String, keyPath: String, detail: String)

    /// One sentence.
    package var description: String {
        switch self {
        case .portInUse(let host, let port):
            "PortInUse: cannot listen on \(host):\(port), another process does; stop it (ss -ltnp"
                + " shows it) or choose another port with --http"
        case .portNotAllowed(let host, let port):
            "PortNotAllowed: this user may not listen on \(host):\(port); choose a port from 1024"
        case .noSuchAddress(let host, let port):
            "NoSuchAddress: cannot listen on \(host):\(port), this host does not have that"
                + " address; use 127.0.0.1, 0.0.0.0 or one that ip addr shows"
        case .cannotListen(let host, let port, let detail):
            "CannotListen: cannot listen on \(host):\(port): \(detail); check host and port"
        case .certificate(let path, let keyPath, let detail):
            "Certificate: \(path) with the key \(keyPath) cannot be used: \(detail); name files"
                + " in PEM form, or make new ones with mlctl cluster certificate --renew"
        }
    }

    /// The error of a failed start; `nil` for one that has nothing to do with listening.
    init?(_ error: any Error, host: String, port: Int) {
        switch error {
        case let error as IOError:
            switch error.errnoCode {
            case EADDRINUSE: self = .portInUse(host: host, port: port)
            case EACCES, EPERM: self = .portNotAllowed(host: host, port: port)
            case EADDRNOTAVAIL: self = .noSuchAddress(host: host, port: port)
            default: self = .cannotListen(host: host, port: port, detail: "\(error)")
            }
        case is SocketAddressError:
            self = .noSuchAddress(host: host, port: port)
        default: return nil
        }
    }
}
