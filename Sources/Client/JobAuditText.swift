import ControlAPI

/// An audit for people: who computed how much, what differs, and what to do about it.
package enum JobAuditText {
    /// One line for each worker, then the finding.
    package static func text(_ audit: JobAudit) -> String {
        var table = TextTable([
            ("COMPUTED BY", .leading), ("AGAIN BY", .leading), ("ROUNDS", .trailing),
            ("PAIRS", .trailing), ("DIFFER", .trailing),
        ])
        var ways: [[String]] = []
        for pair in audit.pairs where !ways.contains([pair.computedBy, pair.repeatedBy]) {
            ways.append([pair.computedBy, pair.repeatedBy])
        }
        for way in ways {
            let pairs = audit.pairs.filter { [$0.computedBy, $0.repeatedBy] == way }
            let rounds = Set(pairs.map(\.round)).count
            table.append(
                way + [
                    String(rounds), String(pairs.count),
                    String(pairs.filter { !$0.agrees }.count),
                ])
        }
        return table.text + "\n" + finding(audit) + "\n"
    }

    /// What was found, in a few lines.
    package static func finding(_ audit: JobAudit) -> String {
        let count = "\(audit.rounds) rounds, \(audit.pairs.count) pairs of round and replica"
        if let parted = audit.divergence {
            let place = parted.after.map { "between round \($0) and round \(parted.before)" }
            return "\(audit.job) and \(audit.audit) parted "
                + (place ?? "before round \(parted.before)")
                + ": the state differs; computed by " + parted.nodes.joined(separator: ", ")
        }
        guard !audit.agrees else {
            return "\(count) of \(audit.job) compared with \(audit.audit): all the same"
        }
        let lines = audit.mismatches.map { pair in
            "round \(pair.round), replica \(pair.replica): \(pair.computedBy) computed "
                + "\(pair.recorded), \(pair.repeatedBy) gets \(pair.found)"
        }
        let nodes = audit.mismatches.map(\.computedBy).reduce(into: [String]()) { names, name in
            if !names.contains(name) { names.append(name) }
        }
        return lines.joined(separator: "\n")
            + "\n\(audit.job): what follows round \(audit.mismatches.first?.round ?? 0) rests on "
            + "it and was not compared; mlctl node cordon \(nodes.joined(separator: " ")), then "
            + "mlctl rerun --exact \(audit.job)"
    }
}
