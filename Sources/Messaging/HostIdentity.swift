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

    /// The host's name up to the first dot.
    package static var name: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "host" }
        let name = bytes.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: ".")) }
        return name.isEmpty ? "host" : String(decoding: name.map(UInt8.init), as: UTF8.self)
    }
}
