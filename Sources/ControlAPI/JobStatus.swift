package import ClusterVocabulary

/// Where a job is: `.status` of a description.
package struct JobStatus: Decodable, Hashable, Sendable, JSONWritable {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Cancelled`.
    package var state: String
    /// Why, in PascalCase.
    package var reason: String
    /// Why, as a sentence; may be empty.
    package var message: String
    /// First start, as ``TimeText`` writes times; `nil` before.
    package var startedAt: String?
    /// The end; `nil` before.
    package var finishedAt: String?
    /// The current try; 0 before the first start.
    package var attempt: UInt32
    /// Trainer failures so far.
    package var failures: Int
    /// The finished model; `nil` before.
    package var model: Model?
    /// Final train, validation and test values, such as `test.accuracy`.
    package var metrics: MetricValues
    /// Mean training rows per second over the whole job, while it runs those of late; `nil` when
    /// unknown.
    package var samplesPerSecond: Double?
    /// Complete rounds.
    package var rounds: Int64
    /// All rounds of the plan; `nil` before the first report.
    package var totalRounds: Int64?
    /// What was decided at the first start and never changes.
    package var frozen: Frozen
    /// How earlier tries and memberships ended, oldest first.
    package var attempts: [Ending]
    /// Who works on it now, in replica order.
    package var members: [Member]
    /// Nodes that work on it, or did when it ended.
    package var hosts: [String]
    /// How far it is; `nil` unless it runs and has reported.
    package var progress: ProgressBody?
    /// What a command job runs and how it ended; `nil` for a training job.
    package var command: CommandBody?

    /// A stored model.
    package struct Model: Decodable, Hashable, Sendable, JSONWritable {
        /// Its name and version, such as `digits@3`.
        package var name: String
        /// SHA-256 of the weights, 64 hexadecimal digits.
        package var sha256: String
        /// SHA-256 of the JSON description, 64 hexadecimal digits.
        package var descriptionSHA256: String
        /// Bytes of both files.
        package var bytes: Int64
        /// The digest chain over all rounds, 32 hexadecimal digits.
        package var roundChain: String

        /// Writes the model.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("name", name)
            json.field("sha256", sha256)
            json.field("descriptionSHA256", descriptionSHA256)
            json.field("bytes", bytes)
            json.field("roundChain", roundChain)
            json.endObject()
        }
    }

    /// What was decided once.
    package struct Frozen: Decodable, Hashable, Sendable, JSONWritable {
        /// H, the local steps between averages; 0 until an `auto` was decided.
        package var every: Int
        /// The OpenBLAS core type; empty before the first start.
        package var coreType: String
        /// The fingerprint every member proves; empty before the first start.
        package var fingerprint: String
        /// How many memberships there have been.
        package var terms: UInt64

        /// Writes the decisions.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("every", every)
            json.field("coreType", coreType)
            json.field("fingerprint", fingerprint)
            json.field("terms", terms)
            json.endObject()
        }
    }

    /// How a try or a membership ended.
    package struct Ending: Decodable, Hashable, Sendable, JSONWritable {
        /// The try.
        package var attempt: UInt32
        /// The membership.
        package var term: UInt64
        /// When.
        package var endedAt: String?
        /// The node that caused it; empty when none did.
        package var node: String
        /// Why, in PascalCase.
        package var reason: String
        /// Why, as a sentence.
        package var message: String

        /// Writes the entry.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("attempt", attempt)
            json.field("term", term)
            json.field("endedAt", endedAt)
            json.field("node", node)
            json.field("reason", reason)
            json.field("message", message)
            json.endObject()
        }
    }

    /// One node that works on a job.
    package struct Member: Decodable, Hashable, Sendable, JSONWritable {
        /// The node.
        package var node: String
        /// The first of its replicas.
        package var firstReplica: Int
        /// One past the last of its replicas.
        package var endReplica: Int
        /// Replicas it computes at once.
        package var lanes: Int

        /// Writes the member.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("node", node)
            json.field("firstReplica", firstReplica)
            json.field("endReplica", endReplica)
            json.field("lanes", lanes)
            json.endObject()
        }
    }

    /// The status of a record.
    package init(_ record: JobRecord, progress: TrainingProgress?) {
        state = record.state.word
        reason = record.reason.code.word
        message = record.reason.message
        startedAt = TimeText.text(milliseconds: record.startedAt)
        finishedAt = TimeText.text(milliseconds: record.finishedAt)
        attempt = record.attempt
        failures = record.failures
        model = record.model.map { trained in
            Model(
                name: record.modelName, sha256: trained.weightsDigest,
                descriptionSHA256: trained.descriptionDigest, bytes: trained.byteCount,
                roundChain: trained.roundChain)
        }
        metrics = MetricValues(
            record.model?.metrics ?? progress?.metrics ?? record.commandState.metrics)
        command = CommandBody(record)
        let ofJob = record.samplesPerSecond > 0 ? record.samplesPerSecond.finite : nil
        samplesPerSecond = ofJob ?? progress?.samplesPerSecond.finite
        rounds = max(record.completeRounds, progress?.completeRounds ?? 0)
        totalRounds = record.model?.rounds ?? progress?.totalRounds
        frozen = Frozen(
            every: record.work.stepsPerRound, coreType: record.coreType,
            fingerprint: record.fingerprint, terms: record.term.number)
        attempts = record.history.map { entry in
            Ending(
                attempt: entry.attempt, term: entry.term.number,
                endedAt: TimeText.text(milliseconds: entry.endedAt), node: entry.node,
                reason: entry.reason.code.word, message: entry.reason.message)
        }
        hosts = record.hosts.map(\.name)
        members = record.members.map { member in
            Member(
                node: member.node.name, firstReplica: member.firstReplica,
                endReplica: member.endReplica, lanes: member.lanes)
        }
        self.progress = progress.map { ProgressBody($0) }
    }

    /// Writes the status.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("state", state)
        json.field("reason", reason)
        json.field("message", message)
        json.field("startedAt", startedAt)
        json.field("finishedAt", finishedAt)
        json.field("attempt", attempt)
        json.field("failures", failures)
        json.optional("model", model)
        json.field("metrics", metrics)
        json.field("samplesPerSecond", samplesPerSecond)
        json.field("rounds", rounds)
        json.key("totalRounds")
        if let totalRounds { json.value(totalRounds) } else { json.null() }
        json.field("frozen", frozen)
        json.list("attempts", attempts)
        json.list("members", members)
        json.field("hosts", hosts)
        json.optional("progress", progress)
        json.optional("command", command)
        json.endObject()
    }
}
