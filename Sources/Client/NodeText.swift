package import ControlAPI

/// Everything about a node, for people.
package enum NodeText {
    /// The text.
    package static func lines(_ node: NodeBody) -> [StyledLine] {
        var head = StyledLine(node.name, .bold)
        head.append("  \(node.state)")
        let jobs = node.jobs.isEmpty ? "none" : node.jobs.joined(separator: ", ")
        let kernels = node.fingerprints.map { "\($0.coreType) \($0.digest.prefix(8))" }
        let rows: [(String, String)] = [
            ("jobs", jobs),
            (
                "offers",
                "\(NumberText.fixed(Double(node.capacity.milliCPU) / 1_000, 1)) cpu, "
                    + NumberText.bytes(Int(clamping: node.capacity.memoryBytes))
            ),
            (
                "taken",
                "\(NumberText.fixed(Double(node.used.milliCPU) / 1_000, 1)) cpu, "
                    + NumberText.bytes(Int(clamping: node.used.memoryBytes))
            ),
            ("cores", "\(node.cores), \(node.features.joined(separator: " "))"),
            ("kernels", kernels.joined(separator: ", ")),
            ("sets", "\(node.datasets)"),
            ("version", "\(node.version), protocol \(node.protocolVersion)"),
            ("registered", node.registeredAt ?? "-"),
            (
                "key",
                node.publicKey.map { "\($0), admitted \(node.enrolledAt ?? "-")" }
                    ?? "none: it enrols again when its worker starts"
            ),
            ("key changed", node.keyChangedAt ?? "never"),
            ("boot", node.bootID),
        ]
        return [head]
            + rows.map { title, text in
                var line = StyledLine("  \(JobLine.padded(title, 12))", .dim)
                line.append(text)
                return line
            }
    }
}
