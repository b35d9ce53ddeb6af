package import ControlAPI

/// Why a job is where it is, for people.
package enum ExplanationText {
    /// One line for the job, one for every node that matters.
    package static func lines(_ explanation: ExplanationBody) -> [StyledLine] {
        var head = StyledLine(explanation.name, .bold)
        switch explanation.state {
        case "Pending":
            head.append(" waits \(explanation.waiting): ")
            head.append(cause(explanation.reason, explanation.message), .yellow)
        case "Running":
            head.append(" runs", .cyan)
            head.append(", started after \(explanation.waiting)")
            append(explanation, to: &head)
        default:
            head.append(" \(explanation.state)", Style.ofState(explanation.state))
            append(explanation, to: &head)
        }
        var lines = [head]
        if explanation.ahead > 0 {
            let jobs = explanation.ahead == 1 ? "1 job comes" : "\(explanation.ahead) jobs come"
            lines.append(StyledLine("  \(jobs) first; see mlctl get jobs --state Pending"))
        }
        let width = min(24, explanation.nodes.reduce(0) { max($0, $1.node.unicodeScalars.count) })
        for node in explanation.nodes {
            var line = StyledLine("  \(JobLine.padded(node.node, width))  ")
            if node.reason == "None" {
                line.append("fits", .green)
            } else {
                line.append(cause(node.reason, node.message))
            }
            lines.append(line)
        }
        return lines
    }

    private static func append(_ explanation: ExplanationBody, to line: inout StyledLine) {
        guard explanation.reason != "None" else { return }
        line.append(": \(cause(explanation.reason, explanation.message))")
    }

    static func cause(_ reason: String, _ message: String) -> String {
        message.isEmpty ? reason : "\(reason): \(message)"
    }
}
