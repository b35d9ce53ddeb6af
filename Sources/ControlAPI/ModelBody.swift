package import ClusterVocabulary

/// One stored model.
package struct ModelBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Its name.
    package var name: String
    /// Counts the models of that name from 1.
    package var version: UInt32
    /// The namespace.
    package var namespace: String
    /// The run that made it; `nil` when that job was deleted.
    package var job: String?
    /// The number of the job that made it.
    package var jobID: UInt64
    /// SHA-256 of the weights, 64 hexadecimal digits.
    package var sha256: String
    /// SHA-256 of the JSON description, 64 hexadecimal digits.
    package var descriptionSHA256: String
    /// Bytes of both files.
    package var bytes: Int64
    /// Rounds of its training.
    package var rounds: Int64
    /// The digest chain over all rounds, 32 hexadecimal digits.
    package var roundChain: String
    /// Final values, such as `test.accuracy`.
    package var metrics: MetricValues
    /// When it was stored, as ``TimeText`` writes times.
    package var createdAt: String?

    /// The body of a record; `job` is the run's name.
    package init(_ record: ModelRecord, job: String?) {
        name = record.name
        version = record.version
        namespace = record.namespace
        self.job = job
        jobID = record.job.number
        sha256 = record.model.weightsDigest
        descriptionSHA256 = record.model.descriptionDigest
        bytes = record.model.byteCount
        rounds = record.model.rounds
        roundChain = record.model.roundChain
        metrics = MetricValues(record.model.metrics)
        createdAt = TimeText.text(milliseconds: record.createdAt)
    }

    /// Name and version, such as `digits@3`.
    package var reference: String { "\(name)@\(version)" }

    /// The files of a model, by the names they are fetched under.
    package enum File: String, CaseIterable, Sendable {
        /// The weights.
        case weights = "model.safetensors"
        /// The description.
        case description = "model.json"
    }

    /// Writes the model.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("version", version)
        json.field("reference", reference)
        json.field("namespace", namespace)
        json.field("job", job)
        json.field("jobID", jobID)
        json.field("sha256", sha256)
        json.field("descriptionSHA256", descriptionSHA256)
        json.field("bytes", bytes)
        json.field("rounds", rounds)
        json.field("roundChain", roundChain)
        json.field("metrics", metrics)
        json.field("createdAt", createdAt)
        json.endObject()
    }
}
