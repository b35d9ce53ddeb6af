import Glibc

/// Tries whether a TCP port can be reached, as a person with a terminal would.
package enum PortProbe {
    /// How long one try may take, in milliseconds.
    package static let patience: Int32 = 3_000

    /// Why a port cannot be reached; `nil` when it can. Waits up to ``patience``.
    package static func reason(host: String, port: Int) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let first = found else { return String(cString: gai_strerror(code)) }
        defer { freeaddrinfo(first) }
        var last = "no address"
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            guard let reason = reason(address.pointee) else { return nil }
            last = reason
            next = address.pointee.ai_next
        }
        return last
    }

    /// Whether every address of a host refuses connections to the port: nothing listens there, and
    /// the host itself says so. Waits up to ``patience``.
    package static func isRefused(host: String, port: Int) -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else {
            return false
        }
        defer { freeaddrinfo(first) }
        let refused = String(cString: strerror(ECONNREFUSED))
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            guard reason(address.pointee) == refused else { return false }
            next = address.pointee.ai_next
        }
        return true
    }

    private static func reason(_ address: addrinfo) -> String? {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.ai_family, type, 0)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 else { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&poller, 1, patience) > 0 else { return "no answer within \(patience) ms" }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code == 0 ? nil : String(cString: strerror(code))
    }

    /// A port held open for somebody else's try.
    package struct Listener {
        private let descriptor: Int32
        /// The port.
        package let port: Int

        /// Listens on a port; throws `addressInUse` when it is taken.
        package init(port: Int) throws(MessagingError) {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            let socket = Glibc.socket(AF_INET, type, 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(socket, generic, size)
                }
            }
            guard bound == 0, listen(socket, 4) == 0 else {
                Glibc.close(socket)
                throw .addressInUse(endpoint: "tcp://0.0.0.0:\(port)", port: port)
            }
            descriptor = socket
            self.port = port
        }

        /// Gives the port back.
        package func close() {
            Glibc.close(descriptor)
        }
    }
}
