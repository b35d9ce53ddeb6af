import Glibc

/// One page of HTTP served on this host's loopback, fetched within bounds of time and size.
package enum LoopbackPage {
    /// The largest page, in bytes.
    package static let largest = 1 << 20
    /// How long one fetch may take, in milliseconds.
    package static let milliseconds: Int32 = 1_000

    /// The body of a page; `nil` when nobody serves it, or not in time, or not with status 200.
    package static func get(port: Int, path: String) -> [UInt8]? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let deadline = now() + Int64(milliseconds)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 || errno == EINPROGRESS, wait(descriptor, POLLOUT, deadline) else {
            return nil
        }
        let request = Array(
            "GET \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\nAccept: text/plain\r\n\r\n".utf8)
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress?.advanced(by: sent), request.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if !(count < 0 && errno == EAGAIN && wait(descriptor, POLLOUT, deadline)) {
                return nil
            }
        }
        return body(of: answer(descriptor, deadline))
    }

    private static func answer(_ descriptor: Int32, _ deadline: Int64) -> [UInt8] {
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while answer.count <= largest {
            guard wait(descriptor, POLLIN, deadline) else { return [] }
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return answer }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                return []
            }
            answer += piece[..<count]
        }
        return []
    }

    /// What stands behind the head of an answer with status 200.
    static func body(of answer: [UInt8]) -> [UInt8]? {
        let isOK =
            answer.starts(with: "HTTP/1.1 200".utf8) || answer.starts(with: "HTTP/1.0 200".utf8)
        guard isOK else { return nil }
        let end = Array("\r\n\r\n".utf8)
        guard let start = answer.indices.first(where: { answer[$0...].starts(with: end) }) else {
            return nil
        }
        return Array(answer[(start + end.count)...])
    }

    private static func wait(_ descriptor: Int32, _ event: Int32, _ deadline: Int64) -> Bool {
        let left = deadline - now()
        guard left > 0 else { return false }
        var poll = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return Glibc.poll(&poll, 1, Int32(left)) > 0
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
