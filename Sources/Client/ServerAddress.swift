/// Where a scheduler serves people and tools: `http://host:port`, `https://host:port`, or the Unix
/// socket `unix:/path` on this machine, where the kernel says who speaks.
package struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// Whether the connection is encrypted.
    package let isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    /// 1 ... 65535.
    package let port: Int
    /// The path of a Unix socket; `nil` over a network.
    package private(set) var socketPath: String?

    /// The port when none is written.
    package static let usualPort = 7_070
    /// The longest address read, in bytes.
    package static let longestText = 1_024

    /// The scheduler of this machine.
    package static let local = ServerAddress(isSecure: false, host: "127.0.0.1", port: usualPort)

    private init(isSecure: Bool, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// Reads an address; the scheme may be left out (http), the port too (7070, 443 for https).
    ///
    /// `nil` for anything else, paths and user names included.
    package init?(_ text: String) {
        guard text.utf8.count <= ServerAddress.longestText else { return nil }
        if text.hasPrefix("unix:/") {
            self.init(isSecure: false, host: "localhost", port: ServerAddress.usualPort)
            socketPath = String(text.dropFirst("unix:".count))
            return
        }
        var rest = text[...]
        var isSecure = false
        for (scheme, secure) in [("http://", false), ("https://", true)]
        where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            isSecure = secure
            break
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let host: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard host.contains(":"), host.utf8.allSatisfy(ServerAddress.isAddressByte) else {
                return nil
            }
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(host.count)
            guard host.utf8.allSatisfy(ServerAddress.isNameByte) else { return nil }
        }
        guard !host.isEmpty else { return nil }
        var port = isSecure ? 443 : ServerAddress.usualPort
        if !rest.isEmpty {
            guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()),
                (1...65_535).contains(number)
            else { return nil }
            port = number
        }
        self.init(isSecure: isSecure, host: String(host), port: port)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x46, 0x61...0x66, 0x2E: true
        default: false
        }
    }

    /// The address as people write it.
    package var description: String { socketPath.map { "unix:\($0)" } ?? url }

    /// The address as a URL without a path.
    package var url: String {
        if let socketPath { return "http+unix://\(ServerAddress.encoded(socketPath))" }
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(name):\(port)"
    }

    /// A path as the host of a URL: everything but letters and digits percent-encoded.
    private static func encoded(_ path: String) -> String {
        path.utf8.map { byte in
            isNameByte(byte) && byte != 0x5F
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Whether it is this machine itself.
    package var isLoopback: Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
