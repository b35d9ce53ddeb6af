private import Glibc

/// The address of an ipc endpoint.
struct UnixSocketPath {
    private let bytes: [UInt8]

    /// Nil for other transports and for `ipc://*`, whose path libzmq chooses.
    init?(endpoint: String) {
        let scheme = "ipc://"
        guard endpoint.hasPrefix(scheme), endpoint != scheme + "*" else { return nil }
        bytes = Array(endpoint.utf8.dropFirst(scheme.utf8.count))
    }

    /// Removes the file; names in the kernel's abstract space have none.
    func remove() {
        guard bytes.first != UInt8(ascii: "@") else { return }
        unlink(String(decoding: bytes, as: UTF8.self))
    }

    /// Whether a process accepts connections there; a file left over by a crash does not count.
    var isListenedOn: Bool {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        // A path without room for the final NUL is refused by libzmq itself.
        guard !bytes.isEmpty, bytes.count < capacity else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: bytes)
            // The kernel's abstract names start with NUL where libzmq writes an at sign.
            if isAbstract { path[0] = 0 }
        }
        let header = MemoryLayout<sockaddr_un>.size - capacity
        let length = header + bytes.count + (isAbstract ? 0 : 1)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.connect(descriptor, generic, socklen_t(length)) == 0
            }
        }
    }
}
