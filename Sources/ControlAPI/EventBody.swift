package import ClusterVocabulary

/// One durable fact; the data of a stream's `fact` event.
package struct EventBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Counts all facts of the ledger from 1.
    package var sequence: Int64
    /// What happened, such as `Submitted`, `TermStarted`, `NodeLost`.
    package var kind: String
    /// The run's name; `nil` when it concerns no job or the job was deleted.
    package var job: String?
    /// The number of the job; 0 when it concerns none.
    package var jobID: UInt64
    /// The node concerned; empty when none.
    package var node: String
    /// When, as ``TimeText`` writes times.
    package var at: String?
    /// Why, in PascalCase.
    package var reason: String
    /// Why, as a sentence; may be empty.
    package var message: String
    /// Numbers that belong to it.
    package var metrics: MetricValues
    /// The job's state after it; `nil` when it concerns no job.
    package var state: String?

    /// The body of a fact; `job` is the run's name.
    package init(sequence: Int64, fact: LedgerFact, job: String?) {
        self.sequence = sequence
        kind = fact.kind.word
        self.job = job
        jobID = fact.job.number
        node = fact.node
        at = TimeText.text(milliseconds: fact.at)
        reason = fact.reason.code.word
        message = fact.reason.message
        metrics = MetricValues(fact.metrics)
        state = fact.state?.word
    }

    /// Writes the fact.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("sequence", sequence)
        json.field("kind", kind)
        json.field("job", job)
        json.field("jobID", jobID)
        json.field("node", node)
        json.field("at", at)
        json.field("reason", reason)
        json.field("message", message)
        json.field("metrics", metrics)
        json.field("state", state)
        json.endObject()
    }
}
