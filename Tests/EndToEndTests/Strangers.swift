import Glibc

/// Connections of somebody without credentials to a port of loopback, from several addresses.
final class Strangers {
    private(set) var descriptors: [Int32] = []

    deinit { closeAll() }

    /// Lets this process hold as many connections as the host allows.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(files, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(files, &limit)
        return Int(min(limit.rlim_cur, 1 << 20))
    }

    /// Opens so many connections, without waiting for any; how many could be begun.
    @discardableResult
    func open(_ count: Int, port: Int) -> Int {
        var opened = 0
        for index in 0..<count {
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let descriptor = socket(AF_INET, kind, 0)
            guard descriptor >= 0 else { break }
            // 127.0.0.2 and up: no single address, as a botnet has none.
            _ = with(address: 0x7F00_0002 + UInt32(index % 16), port: 0) {
                bind(descriptor, $0, $1)
            }
            let code = with(address: 0x7F00_0001, port: port) { connect(descriptor, $0, $1) }
            guard code == 0 || errno == EINPROGRESS else {
                close(descriptor)
                continue
            }
            descriptors.append(descriptor)
            opened += 1
        }
        return opened
    }

    private func with(
        address: UInt32, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        place.sin_addr.s_addr = address.bigEndian
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Says the bytes on every connection, as much as each takes.
    func say(_ bytes: [UInt8]) {
        for descriptor in descriptors {
            _ = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// How many the other side has closed, counted after a moment.
    func closedByPeer() -> Int {
        descriptors.filter { descriptor in
            var byte: UInt8 = 0
            while true {
                let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
                if count == 0 { return true }
                if count < 0 { return errno != EAGAIN && errno != EINPROGRESS }
            }
        }.count
    }

    func closeAll() {
        for descriptor in descriptors { close(descriptor) }
        descriptors = []
    }
}
