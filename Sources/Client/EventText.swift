package import ControlAPI

/// A fact on one line.
package enum EventText {
    /// Time, what happened, to which job, on which node, and why.
    package static func line(_ event: EventBody) -> StyledLine {
        var line = StyledLine(JobLine.padded(event.at ?? "-", 24), .dim)
        line.append("  " + JobLine.padded(event.kind, 16), .bold)
        if let job = event.job ?? (event.jobID > 0 ? "job \(event.jobID)" : nil) {
            line.append("  \(job)")
        }
        if !event.node.isEmpty { line.append("  \(event.node)") }
        if let state = event.state { line.append("  \(state)", Style.ofState(state)) }
        if event.reason != "None" {
            line.append("  \(ExplanationText.cause(event.reason, event.message))")
        } else if !event.message.isEmpty {
            line.append("  \(event.message)")
        }
        return line
    }
}
