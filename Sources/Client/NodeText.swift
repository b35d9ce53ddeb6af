package import ControlAPI

/// Everything about a node, for people.
package enum NodeText {
    /// The text; `now` is in wall-clock milliseconds.
    package static func lines(_ node: NodeBody, now: Int64) -> [StyledLine] {
        var head = StyledLine(node.name, .bold)
        head.append("  \(node.stateAndDuty)", node.state == "Ready" ? .green : .yellow)
        var lines = [head]
        func add(_ title: String, _ text: String) {
            var line = StyledLine("  \(JobLine.padded(title, 12))", .dim)
            line.append(text)
            lines.append(line)
        }
        if node.duty != "Open" {
            let until = node.stopsAt.map { ", what is left at \($0) is stopped" } ?? ""
            add("duty", "\(node.duty) by \(node.decidedBy) at \(node.decidedAt ?? "-")\(until)")
        }
        add(
            "cpu",
            "\(cores(node.used.milliCPU)) of \(cores(node.capacity.milliCPU)) taken, "
                + "\(node.cores) physical cores")
        add(
            "memory",
            NumberText.bytes(Int(clamping: node.used.memoryBytes)) + " of "
                + NumberText.bytes(Int(clamping: node.capacity.memoryBytes)) + " taken")
        add("jobs", node.jobs.isEmpty ? "none" : node.jobs.joined(separator: ", "))
        for proof in node.fingerprints { add("kernel", "\(proof.coreType) \(proof.digest)") }
        if node.fingerprints.isEmpty { add("kernel", "none proved; see the worker's log") }
        add("features", node.features.joined(separator: " "))
        add("datasets", "\(node.datasets) held")
        add("version", "\(node.version), protocol \(node.protocolVersion)")
        if let registered = node.registeredAt {
            let age = TimeText.milliseconds(of: registered).map {
                " (\(TimeText.age(milliseconds: now - $0)) ago)"
            }
            add("registered", registered + (age ?? ""))
        }
        add("boot", node.bootID)
        let next: String? =
            switch (node.state, node.duty) {
            case ("Ready", "Open"): nil
            case ("Ready", _): "mlctl node uncordon \(node.name)"
            default: "start its worker again: mlctl worker --name \(node.name)"
            }
        if let next { lines.append(StyledLine("next: \(next)", .bold)) }
        return lines
    }

    private static func cores(_ milliCPU: Int64) -> String {
        NumberText.fixed(Double(milliCPU) / 1_000, 1)
    }
}
