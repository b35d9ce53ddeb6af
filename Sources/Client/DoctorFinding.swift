package import ControlAPI

/// One thing that was looked at on a host, how it stands, and what cures it.
package struct DoctorFinding: Sendable, Equatable, JSONWritable {
    /// How it stands.
    package enum Verdict: String, Sendable {
        /// As it should be.
        case ok
        /// It works, but not as well as it could, or could not be looked at.
        case warning
        /// Something will not work.
        case problem
    }

    /// What was looked at.
    package var check: String
    /// How it stands.
    package var verdict: Verdict
    /// What was found.
    package var found: String
    /// What to do; empty when nothing is to be done.
    package var cure: String

    /// Makes a finding.
    package init(_ check: String, _ verdict: Verdict, _ found: String, cure: String = "") {
        self.check = check
        self.verdict = verdict
        self.found = found
        self.cure = cure
    }

    /// Writes the finding.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("check", check)
        json.field("verdict", verdict.rawValue)
        json.field("found", found)
        json.field("cure", cure)
        json.endObject()
    }

    /// The finding for people: `ok       disk  …`, the cure on a line of its own.
    package var lines: [StyledLine] {
        let style: Style =
            switch verdict {
            case .ok: .green
            case .warning: .yellow
            case .problem: .red
            }
        var line = StyledLine(JobLine.padded(verdict.rawValue, 9), style)
        line.append("\(JobLine.padded(check, 13)) \(found)")
        guard !cure.isEmpty else { return [line] }
        return [line, StyledLine("\(JobLine.padded("", 23)) \(cure)", .dim)]
    }
}
