package import ClusterVocabulary

/// Everything about one job: the answer to `GET /v1/jobs/{name}`.
package struct JobDescription: Decodable, Hashable, Sendable, JSONWritable {
    /// `TrainJob` or `Job`.
    package var kind: String
    /// Which job.
    package var metadata: Metadata
    /// What it trains.
    package var spec: Spec
    /// Where it is.
    package var status: JobStatus

    /// Which job.
    package struct Metadata: Decodable, Hashable, Sendable, JSONWritable {
        /// The run's name, such as `digits-3`.
        package var name: String
        /// `metadata.name` of the spec, such as `digits`.
        package var baseName: String
        /// Which submission of that name, from 1.
        package var run: UInt32
        /// The namespace.
        package var namespace: String
        /// The number of the job.
        package var id: UInt64
        /// Who submitted it.
        package var user: String
        /// Its labels.
        package var labels: LabelValues
        /// The client's submission key; empty when there was none.
        package var idempotencyKey: String
        /// Acceptance, as ``TimeText`` writes times.
        package var submittedAt: String?

        /// The metadata of a record.
        package init(_ record: JobRecord) {
            name = record.fullName
            baseName = record.name
            run = record.run
            namespace = record.namespace
            id = record.id.number
            user = record.user
            labels = LabelValues(record.labels)
            idempotencyKey = record.idempotencyKey
            submittedAt = TimeText.text(milliseconds: record.submittedAt)
        }

        /// Writes the metadata.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("name", name)
            json.field("baseName", baseName)
            json.field("run", run)
            json.field("namespace", namespace)
            json.field("id", id)
            json.field("user", user)
            json.field("labels", labels)
            json.field("idempotencyKey", idempotencyKey)
            json.field("submittedAt", submittedAt)
            json.endObject()
        }
    }

    /// What a job trains: the main numbers, and the whole spec as text.
    package struct Spec: Decodable, Hashable, Sendable, JSONWritable {
        /// The canonical spec, YAML.
        package var yaml: String
        /// Logical replicas.
        package var replicas: Int
        /// The model's word.
        package var model: String
        /// The saved model it began from; `nil` when that was the seed.
        package var initial: String?
        /// Widths of the hidden layers.
        package var hidden: [Int]
        /// Passes over the training rows.
        package var epochs: Int
        /// Rows per step and replica.
        package var batchSize: Int
        /// The seed of initial parameters and row order, decimal.
        package var seed: String
        /// The update rule's word.
        package var optimizer: String
        /// The word of the schedule's shape.
        package var schedule: String
        /// The step length.
        package var learningRate: Float
        /// The momentum factor.
        package var momentum: Float
        /// `auto`, `portable` or a core type.
        package var numerics: String
        /// Thousandths of a core per replica.
        package var milliCPU: Int64
        /// Bytes of memory per replica.
        package var memoryBytes: Int64
        /// The most hosts; 0 means any number.
        package var maxHosts: Int
        /// Seconds from first start to failure; 0 means none.
        package var timeLimitSeconds: Int64
        /// Trainer failures allowed.
        package var backoffLimit: Int
        /// The data set by content, 64 hexadecimal digits.
        package var dataset: String

        /// The numbers of a record.
        package init(_ record: JobRecord, yaml: String) {
            let work = record.work
            let needs = record.requirements
            self.yaml = yaml
            replicas = work.replicas
            model = work.model.kind.word
            initial = work.initial?.name
            hidden = work.hiddenLayers
            epochs = work.epochs
            batchSize = work.batchSize
            seed = String(work.seed)
            optimizer = work.optimizer.rule.word
            schedule = work.optimizer.schedule.shape.word
            learningRate = work.optimizer.learningRate
            momentum = work.optimizer.momentum
            numerics = needs.numerics
            milliCPU = needs.perLane.milliCPU
            memoryBytes = needs.perLane.memoryBytes
            maxHosts = needs.mostHosts
            timeLimitSeconds = needs.timeLimitSeconds
            backoffLimit = needs.backoffLimit
            dataset = work.data.key
        }

        /// Writes the spec.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("yaml", yaml)
            json.field("replicas", replicas)
            json.field("model", model)
            json.field("initial", initial)
            json.key("hidden")
            json.beginArray()
            for width in hidden { json.value(width) }
            json.endArray()
            json.field("epochs", epochs)
            json.field("batchSize", batchSize)
            json.field("seed", seed)
            json.field("optimizer", optimizer)
            json.field("schedule", schedule)
            json.key("learningRate")
            json.value(learningRate)
            json.key("momentum")
            json.value(momentum)
            json.field("numerics", numerics)
            json.field("milliCPU", milliCPU)
            json.field("memoryBytes", memoryBytes)
            json.field("maxHosts", maxHosts)
            json.field("timeLimitSeconds", timeLimitSeconds)
            json.field("backoffLimit", backoffLimit)
            json.field("dataset", dataset)
            json.endObject()
        }
    }

    /// The description of a record; `yaml` is its canonical spec.
    package init(_ record: JobRecord, yaml: String, progress: TrainingProgress?) {
        kind = record.command == nil ? "TrainJob" : "Job"
        metadata = Metadata(record)
        spec = Spec(record, yaml: yaml)
        status = JobStatus(record, progress: progress)
    }

    /// Writes the description.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("apiVersion", "mlctl.dev/v1")
        json.field("kind", kind)
        json.field("metadata", metadata)
        json.field("spec", spec)
        json.field("status", status)
        json.endObject()
    }
}
