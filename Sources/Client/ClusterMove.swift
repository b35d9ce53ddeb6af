import JobSpecification

/// The text of a `cluster.yaml` after its scheduler moved to another address.
///
/// What says how others reach it changes, and the host of every endpoint that named the old
/// address; lines, comments and everything else stay.
struct ClusterMove {
    /// The text after the move.
    let text: String
    /// What could not be changed and has to be looked at, one sentence each.
    let notes: [String]

    private static let endpoints = ["http", "control", "artifacts", "enrolment"]

    /// Moves to an address; throws when the text has no place for it, naming the line to write.
    init(of text: String, to address: String) throws(ClientFailure) {
        let old = Self.configuration(text)?.scheduler.advertise
        let host = address.contains(":") ? "[\(address)]" : address
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = String(line)
            if let place = Self.value(of: "advertise", in: line) {
                line.replaceSubrange(place, with: "\"\(address)\"")
            }
            for name in Self.endpoints {
                guard let old, let place = Self.value(of: name, in: line) else { continue }
                let value = String(line[place]).filter { $0 != "\"" && $0 != "'" }
                guard let colon = value.lastIndex(of: ":") else { continue }
                let named = value[..<colon]
                guard named == old || named == "[\(old)]" else { continue }
                line.replaceSubrange(place, with: "\"\(host)\(value[colon...])\"")
            }
            lines.append(line)
        }
        let moved = lines.joined(separator: "\n")
        guard let scheduler = Self.configuration(moved)?.scheduler,
            scheduler.advertise == address
        else {
            throw ClientFailure(
                .wrongUsage,
                "the cluster.yaml of the backup has no line advertise: that could change; restore "
                    + "without --advertise and write advertise: \"\(address)\" under scheduler:")
        }
        self.text = moved
        let everywhere = ["0.0.0.0", "::", "localhost", "::1", address]
        notes = [
            ("http", scheduler.http), ("control", scheduler.control),
            ("artifacts", scheduler.artifacts),
        ].compactMap { name, endpoint in
            everywhere.contains(endpoint.host) || endpoint.host.hasPrefix("127.")
                ? nil
                : "cluster.yaml says \(name): \(endpoint.host):\(endpoint.port); edit that line if "
                    + "this host has not that address"
        }
    }

    private static func configuration(_ text: String) -> ClusterConfiguration? {
        guard case .configuration(let found) = ClusterConfiguration.read(text, file: "cluster.yaml")
        else { return nil }
        return found
    }

    /// Where the value of a field stands in a line of its own, quotes included.
    private static func value(of name: String, in line: String) -> Range<String.Index>? {
        let field = line.drop { $0 == " " }
        guard field.hasPrefix("\(name):") else { return nil }
        let rest = field.dropFirst(name.count + 1).drop { $0 == " " }
        guard let first = rest.first else { return nil }
        if first == "\"" || first == "'" {
            guard let end = rest.dropFirst().firstIndex(of: first) else { return nil }
            return rest.startIndex..<rest.index(after: end)
        }
        let end = rest.firstIndex(of: " ") ?? rest.endIndex
        return rest.startIndex..<end
    }
}
