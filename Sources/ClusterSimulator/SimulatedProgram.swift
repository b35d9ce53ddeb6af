import ClusterVocabulary
import Determinism

/// What a rank of a simulated command does: runs for a while, writes a line now and then, and
/// ends; all of it in the arguments of its job, `KIND MILLISECONDS`.
struct SimulatedProgram: Sendable {
    /// The closed list of programs.
    enum Kind: String {
        /// Ends well.
        case works
        /// Ends well, and takes no notice of SIGTERM.
        case stubborn
        /// Ends badly in every try.
        case fails
        /// Ends badly in the first try.
        case flaky
        /// Never ends by itself.
        case endless
        /// Cannot be started.
        case absent
    }

    let kind: Kind
    let attempt: AttemptID
    let rank: Int
    private let milliseconds: Int64

    init(_ work: CommandWork, attempt: AttemptID, rank: Int) {
        kind = work.arguments.first.flatMap { Kind(rawValue: $0) } ?? .works
        milliseconds = (work.arguments.last.flatMap { Int64($0) } ?? 1_000) + 37 * Int64(rank)
        self.attempt = attempt
        self.rank = rank
    }

    /// The arguments of a job that runs it.
    static func arguments(_ kind: Kind, milliseconds: Int64) -> [String] {
        [kind.rawValue, "\(milliseconds)"]
    }

    /// How long it runs when nobody ends it.
    var duration: Duration { kind == .endless ? .seconds(100_000) : .milliseconds(milliseconds) }

    /// Its exit code then.
    var code: Int32 {
        switch kind {
        case .works, .stubborn, .endless: 0
        case .fails: 3
        case .flaky: attempt.number == 1 ? 3 : 0
        case .absent: 127
        }
    }

    /// Lines of a whole run.
    var lines: Int64 { 1 + min(milliseconds / 700, 12) }

    /// Lines written after so long.
    func lines(after elapsed: Duration) -> Int64 {
        let passed = elapsed.simulatedMilliseconds
        return min(lines, max(0, passed * lines / max(1, milliseconds)))
    }

    /// When a line is written, from the start on.
    func time(ofLine line: Int64) -> Duration {
        .milliseconds((line * milliseconds + lines - 1) / lines)
    }

    /// The first lines, as its output.
    func output(lines count: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in 0..<count {
            let text = Array("job=\(attempt.job) rank=\(rank) step=\(line)\n".utf8)
            OutputRecord(stream: .output, at: 0, text: text[...]).append(to: &bytes)
        }
        return bytes
    }
}
