import Foundation

/// The proxy that the environment names for a server; never one for this machine itself.
package struct ProxyChoice: Sendable, Equatable {
    /// Where the proxy listens.
    package let address: ServerAddress
    /// `user:password`, when the variable holds one.
    package let credentials: String?

    /// The proxy for a server by `https_proxy` or `http_proxy`, then `all_proxy`, and `no_proxy`;
    /// upper-case names count when there is no lower-case one.
    package static func proxy(
        for server: ServerAddress, environment: [String: String]
    ) throws(ClientFailure) -> ProxyChoice? {
        func variable(_ name: String) -> String? {
            (environment[name] ?? environment[name.uppercased()]).flatMap { $0.isEmpty ? nil : $0 }
        }
        guard !server.isLoopback, !isExempt(server, list: variable("no_proxy") ?? "") else {
            return nil
        }
        let name = server.isSecure ? "https_proxy" : "http_proxy"
        guard let text = variable(name) ?? variable("all_proxy") else { return nil }
        guard let choice = ProxyChoice(text) else {
            throw ClientFailure(
                .wrongUsage,
                "\(name): \(text.prefix(80)) is no http://host:port; correct or unset it")
        }
        return choice
    }

    /// Reads `http://user:password@host:port`.
    init?(_ text: String) {
        var rest = text
        var credentials: String?
        if let mark = rest.lastIndex(of: "@") {
            var before = rest[..<mark]
            var scheme = ""
            if let end = before.range(of: "://") {
                scheme = String(before[..<end.upperBound])
                before = before[end.upperBound...]
            }
            credentials = String(before)
            rest = scheme + rest[rest.index(after: mark)...]
        }
        guard let address = ServerAddress(rest) else { return nil }
        self.address = address
        self.credentials = credentials
    }

    private static func isExempt(_ server: ServerAddress, list: String) -> Bool {
        let host = server.host.lowercased()
        return list.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }).contains {
            entry in
            if entry == "*" { return true }
            var name = entry
            if let colon = name.lastIndex(of: ":"), !name.dropFirst().contains("["),
                name.filter({ $0 == ":" }).count == 1
            {
                guard Int(name[name.index(after: colon)...]) == server.port else { return false }
                name = name[..<colon]
            }
            if name.hasPrefix("*") { name = name.dropFirst() }
            if name.hasPrefix(".") { name = name.dropFirst() }
            return !name.isEmpty && (host == name || host.hasSuffix(".\(name)"))
        }
    }
}
