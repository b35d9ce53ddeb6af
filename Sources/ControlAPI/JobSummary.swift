package import ClusterVocabulary

/// One job of a list; the data of a stream's `state` event.
package struct JobSummary: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name, such as `digits-3`.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The number of the job.
    package var id: UInt64
    /// Who submitted it.
    package var user: String
    /// Its labels.
    package var labels: LabelValues
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Cancelled`.
    package var state: String
    /// Why, in PascalCase.
    package var reason: String
    /// Why, as a sentence; may be empty.
    package var message: String
    /// Logical replicas.
    package var replicas: Int
    /// The nodes that work on it, in replica order; of an ended job those that did at last.
    package var hosts: [String]
    /// Complete rounds at the last recorded change; ``progress`` is newer while it runs.
    package var rounds: Int64
    /// Mean training rows per second over the whole job; `nil` before its end.
    package var samplesPerSecond: Double?
    /// Final values of a finished job.
    package var metrics: MetricValues
    /// The stored model, such as `digits@3`; empty before.
    package var model: String
    /// SHA-256 of the model's weights, 64 hexadecimal digits; empty before.
    package var sha256: String
    /// Acceptance, as ``TimeText`` writes times.
    package var submittedAt: String?
    /// First start; `nil` before.
    package var startedAt: String?
    /// The end; `nil` before.
    package var finishedAt: String?
    /// How far it is; `nil` unless it runs and has reported.
    package var progress: ProgressBody?

    /// The summary of a record.
    package init(_ record: JobRecord, progress: TrainingProgress?) {
        name = record.fullName
        namespace = record.namespace
        id = record.id.number
        user = record.user
        labels = LabelValues(record.labels)
        state = record.state.word
        reason = record.reason.code.cachedWord
        message = record.reason.message
        replicas = record.work.replicas
        hosts = record.hosts.map(\.name)
        rounds = record.completeRounds
        samplesPerSecond = record.samplesPerSecond > 0 ? record.samplesPerSecond.finite : nil
        metrics = MetricValues(record.model?.metrics ?? record.commandState.metrics)
        model = record.modelName
        sha256 = record.model?.weightsDigest ?? ""
        submittedAt = TimeText.text(milliseconds: record.submittedAt)
        startedAt = TimeText.text(milliseconds: record.startedAt)
        finishedAt = TimeText.text(milliseconds: record.finishedAt)
        self.progress = progress.map { ProgressBody($0) }
    }

    /// Whether the job has ended.
    package var isFinal: Bool { JobState(word: state)?.isFinal ?? false }

    /// Writes the summary.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("namespace", namespace)
        json.field("id", id)
        json.field("user", user)
        json.field("labels", labels)
        json.field("state", state)
        json.field("reason", reason)
        json.field("message", message)
        json.field("replicas", replicas)
        json.field("hosts", hosts)
        json.field("rounds", rounds)
        json.field("samplesPerSecond", samplesPerSecond)
        json.field("metrics", metrics)
        json.field("model", model)
        json.field("sha256", sha256)
        json.field("submittedAt", submittedAt)
        json.field("startedAt", startedAt)
        json.field("finishedAt", finishedAt)
        json.optional("progress", progress)
        json.endObject()
    }
}
