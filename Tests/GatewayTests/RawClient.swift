import Glibc

/// A connection of a hostile client.
final class RawClient: Sendable {
    let descriptor: Int32

    init(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(descriptor, generic, size)
            }
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Leaves, as a client that ends does.
    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Sends everything and waits until it is taken; gives the bytes that were.
    @discardableResult
    func send(_ text: String) -> Int {
        var done = 0
        let bytes = Array(text.utf8)
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// Whether the server has closed the connection, waiting at most so long.
    func isClosed(within milliseconds: Int32) -> Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&poller, 1, milliseconds) > 0 {
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
            if count <= 0 { return true }
        }
        return false
    }

    /// What the server sent before it closed the connection; empty when it stays open for longer.
    func received(within milliseconds: Int32) -> String {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var text: [UInt8] = []
        while poll(&poller, 1, milliseconds) > 0 {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) > 0 else {
                return String(decoding: text, as: UTF8.self)
            }
            text.append(byte)
        }
        return ""
    }
}
