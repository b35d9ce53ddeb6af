/// How long what is no longer needed is kept, in seconds.
package struct RetentionRules: Sendable, Equatable {
    /// Ended jobs without a `ttlAfterFinished` of their own; 0 keeps them for ever.
    package var endedJobs: Int64 = 0
    /// Logs of ended jobs, after their end.
    package var logs: Int64 = 30 * 86_400
    /// Curves of ended jobs, after their end.
    package var curves: Int64 = 90 * 86_400
    /// Stored files that no job and no model refers to, after their last use.
    package var files: Int64 = 7 * 86_400
    /// Uploads that nobody went on with.
    package var partialUploads: Int64 = 86_400

    /// The shortest span files are kept: a client finds a file stored, then submits its job.
    package static let leastFileSeconds: Int64 = 3_600
    /// How often the rules are applied by themselves, in seconds.
    package static let sweepSeconds: Double = 3_600

    /// The defaults, as the fields state them.
    package init() {}
}
