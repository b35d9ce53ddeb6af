/// Where a scheduler and the workers of its host and user find each other for enrolment.
package enum LocalEnrolment {
    /// The socket in the state folder, or, where that path is too long for a socket, one under
    /// `/tmp` named by it. What passes is encrypted for the scheduler's key either way.
    package static func endpoint(stateFolder: String) -> String {
        let path = "\(stateFolder)/enrol.sock"
        guard path.utf8.count > longestPath else { return "ipc://\(path)" }
        // FNV-1a: any name that tells folders apart does.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "ipc:///tmp/mlctl-enrol-\(String(hash, radix: 16)).sock"
    }

    /// Whether a scheduler of the state folder listens there now.
    package static func isOpen(stateFolder: String) -> Bool {
        UnixSocketPath(endpoint: endpoint(stateFolder: stateFolder))?.isListenedOn ?? false
    }

    /// `sun_path` has 108 bytes with the ending zero.
    private static let longestPath = 100
}

/// Endpoints as other hosts must be told them.
package enum AdvertisedAddress {
    /// `tcp://HOST:PORT` with the advertised host in place of the one listened on.
    package static func endpoint(_ endpoint: String, as host: String?) -> String {
        guard let host, let colon = endpoint.lastIndex(of: ":"), endpoint.hasPrefix("tcp://")
        else { return endpoint }
        return "tcp://\(bracketed(host)):\(endpoint[endpoint.index(after: colon)...])"
    }

    /// `HOST:PORT` of an endpoint, the host empty when it listens everywhere and none is
    /// advertised.
    package static func hostAndPort(_ endpoint: String, as host: String?) -> String {
        let told = Self.endpoint(endpoint, as: host)
        guard told.hasPrefix("tcp://") else { return "" }
        let rest = told.dropFirst("tcp://".count)
        guard let colon = rest.lastIndex(of: ":") else { return "" }
        let name = rest[..<colon]
        return isEverywhere(String(name)) ? String(rest[colon...]) : String(rest)
    }

    /// An endpoint that listens everywhere, at the host by which its owner was reached.
    package static func reached(_ endpoint: String, through other: String) -> String {
        guard endpoint.hasPrefix("tcp://"), other.hasPrefix("tcp://") else { return endpoint }
        let rest = endpoint.dropFirst("tcp://".count)
        let known = other.dropFirst("tcp://".count)
        guard let colon = rest.lastIndex(of: ":"), let end = known.lastIndex(of: ":"),
            isEverywhere(String(rest[..<colon]))
        else { return endpoint }
        return "tcp://\(known[..<end])\(rest[colon...])"
    }

    private static func isEverywhere(_ host: String) -> Bool {
        ["", "*", "0.0.0.0", "[::]", "::"].contains(host)
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
}
