package import ClusterVocabulary

/// One experiment: what is sought, how far it is, and the best trial.
package struct ExperimentBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name, such as `tune-3`.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The number of the experiment.
    package var id: UInt64
    /// Who submitted it.
    package var user: String
    /// Its labels.
    package var labels: LabelValues
    /// `Running`, `Succeeded`, `Failed` or `Cancelled`.
    package var state: String
    /// Why, in PascalCase.
    package var reason: String
    /// Why, as a sentence; may be empty.
    package var message: String
    /// How values are chosen.
    package var algorithm: String
    /// What is sought.
    package var objectives: [Objective]
    /// The names of the parameters, in their order.
    package var parameters: [String]
    /// The most trials.
    package var maxTrials: Int
    /// The most trials at once.
    package var parallelTrials: Int
    /// The most failed trials; `nil` means any number.
    package var maxFailedTrials: Int?
    /// Trials by state.
    package var trials: Counts
    /// The best trial; `nil` while none has a value.
    package var best: TrialBody?
    /// How often it was resumed.
    package var resumptions: Int
    /// Its states, as Kubernetes writes conditions.
    package var conditions: [Condition]
    /// Acceptance, as ``TimeText`` writes times.
    package var submittedAt: String?
    /// The end; `nil` before.
    package var finishedAt: String?

    /// One objective.
    package struct Objective: Decodable, Hashable, Sendable, JSONWritable {
        /// The metric.
        package var metric: String
        /// `minimize` or `maximize`.
        package var direction: String
        /// The experiment ends at this value; `nil` means never.
        package var goal: Double?

        /// Makes an objective.
        package init(metric: String, direction: String, goal: Double?) {
            self.metric = metric
            self.direction = direction
            self.goal = goal
        }

        /// Writes the objective.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("metric", metric)
            json.field("direction", direction)
            json.field("goal", goal)
            json.endObject()
        }
    }

    /// How many trials are in each state.
    package struct Counts: Decodable, Hashable, Sendable, JSONWritable {
        /// All.
        package var all: Int
        /// Waiting or running.
        package var running: Int
        /// Ended with values.
        package var succeeded: Int
        /// Failed.
        package var failed: Int
        /// Ended early.
        package var stopped: Int
        /// Ended by request.
        package var cancelled: Int
        /// Ended without a value.
        package var unavailable: Int
        /// Waiting at a rung.
        package var paused: Int

        /// The counts of a record.
        package init(_ counts: TrialCounts) {
            all = counts.all
            running = counts[.running]
            succeeded = counts[.succeeded]
            failed = counts[.failed]
            stopped = counts[.stopped]
            cancelled = counts[.cancelled]
            unavailable = counts[.unavailable]
            paused = counts[.paused]
        }

        /// Writes the counts.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("all", all)
            json.field("running", running)
            json.field("succeeded", succeeded)
            json.field("failed", failed)
            json.field("stopped", stopped)
            json.field("cancelled", cancelled)
            json.field("unavailable", unavailable)
            json.field("paused", paused)
            json.endObject()
        }
    }

    /// One condition.
    package struct Condition: Decodable, Hashable, Sendable, JSONWritable {
        /// `Created`, `Running`, `Succeeded`, `Failed` or `Cancelled`.
        package var type: String
        /// Whether it holds now: `True` or `False`.
        package var status: String
        /// Why, in PascalCase.
        package var reason: String
        /// Why, as a sentence.
        package var message: String
        /// Since when.
        package var lastTransitionTime: String?

        /// Writes the condition.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("type", type)
            json.field("status", status)
            json.field("reason", reason)
            json.field("message", message)
            json.field("lastTransitionTime", lastTransitionTime)
            json.endObject()
        }
    }

    /// The body of a record; what the record does not hold is given.
    package init(
        _ record: ExperimentRecord, algorithm: String, objectives: [Objective],
        parameters: [String], best: TrialBody?
    ) {
        name = record.fullName
        namespace = record.namespace
        id = record.id.number
        user = record.user
        labels = LabelValues(record.labels)
        state = record.state.word
        reason = record.reason.code.cachedWord
        message = record.reason.message
        self.algorithm = algorithm
        self.objectives = objectives
        self.parameters = parameters
        maxTrials = record.limits.most
        parallelTrials = record.limits.parallel
        maxFailedTrials = record.limits.mostFailed
        trials = Counts(record.counts)
        self.best = best
        resumptions = record.resumptions
        conditions = ExperimentBody.conditions(of: record)
        submittedAt = TimeText.text(milliseconds: record.submittedAt)
        finishedAt = TimeText.text(milliseconds: record.finishedAt)
    }

    private static func conditions(of record: ExperimentRecord) -> [Condition] {
        let submitted = TimeText.text(milliseconds: record.submittedAt)
        let isOver = record.state.isFinal
        var conditions = [
            Condition(
                type: "Created", status: "True", reason: "ExperimentCreated", message: "",
                lastTransitionTime: submitted),
            Condition(
                type: "Running", status: isOver ? "False" : "True", reason: "ExperimentRunning",
                message: "", lastTransitionTime: submitted),
        ]
        if isOver {
            conditions.append(
                Condition(
                    type: record.state.word, status: "True", reason: record.reason.code.word,
                    message: record.reason.message,
                    lastTransitionTime: TimeText.text(milliseconds: record.finishedAt)))
        }
        return conditions
    }

    /// Whether it has ended.
    package var isFinal: Bool { state != ExperimentState.running.word }

    /// Writes the experiment.
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
        json.field("algorithm", algorithm)
        json.list("objectives", objectives)
        json.field("parameters", parameters)
        json.field("maxTrials", maxTrials)
        json.field("parallelTrials", parallelTrials)
        json.key("maxFailedTrials")
        if let maxFailedTrials { json.value(maxFailedTrials) } else { json.null() }
        json.field("trials", trials)
        json.optional("best", best)
        json.field("resumptions", resumptions)
        json.list("conditions", conditions)
        json.field("submittedAt", submittedAt)
        json.field("finishedAt", finishedAt)
        json.endObject()
    }
}
