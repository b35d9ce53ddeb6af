/// How a command of the client ended, as the shell sees it; the one list of exit codes.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Everything was done.
    case done = 0
    /// The work itself failed: a job ended badly, a check found something.
    case workFailed = 1
    /// Wrong usage, spec or data; nothing was submitted.
    case wrongUsage = 2
    /// Nothing has the name.
    case notFound = 3
    /// Refused: credentials, quota, or a state that does not allow it.
    case refused = 4
    /// The scheduler cannot be reached.
    case unreachable = 5
    /// `wait --timeout` passed, as the command `timeout` says it.
    case timedOut = 124
    /// Ended by Ctrl-C; the jobs go on.
    case interrupted = 130
    /// The reader of standard output went away, as a broken pipe ends other programs.
    case outputClosed = 141
}
