private import Glibc

/// What tells this host, and this boot of it, from others that messages come from.
package enum HostIdentity {
    /// The kernel's id of the running boot; a fixed word where there is none.
    package static let bootID: String = {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else {
            return "unknown-boot"
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count).prefix { $0 > 0x20 }, as: UTF8.self)
    }()

    /// What processes share that can reach each other's ipc sockets: the boot, the mounts and the
    /// root folder. Containers of one host differ in it.
    package static let exchangeID: String = {
        var space = stat()
        var root = stat()
        guard stat("/proc/self/ns/mnt", &space) == 0, stat("/", &root) == 0 else { return bootID }
        return "\(bootID)/\(space.st_ino)/\(root.st_dev).\(root.st_ino)"
    }()

    /// The address of this host on the way to another, such as `192.0.2.11`; nothing is sent. `nil`
    /// when there is no way, or it does not leave the host.
    package static func address(toward host: String) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "9", &hints, &found) == 0, let target = found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(target.pointee.ai_family, hints.ai_socktype, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, target.pointee.ai_addr, target.pointee.ai_addrlen) == 0 else {
            return nil
        }
        var own = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let isKnown = withUnsafeMutableBytes(of: &own) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return false
            }
            return getsockname(descriptor, address, &length) == 0
                && getnameinfo(
                    address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        }
        guard isKnown else { return nil }
        let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        return name == "::1" || name.hasPrefix("127.") ? nil : name
    }

    /// The host's name up to the first dot.
    package static var name: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "host" }
        let name = bytes.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: ".")) }
        return name.isEmpty ? "host" : String(decoding: name.map(UInt8.init), as: UTF8.self)
    }
}
