import ClusterVocabulary

/// The answer to a submitted experiment.
package struct SubmittedExperiment: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The number of the experiment.
    package var id: UInt64
    /// Whether it was accepted before under the same key.
    package var repeated: Bool

    /// Makes an answer.
    package init(name: String, namespace: String, id: UInt64, repeated: Bool) {
        self.name = name
        self.namespace = namespace
        self.id = id
        self.repeated = repeated
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("namespace", namespace)
        json.field("id", id)
        json.field("repeated", repeated)
        json.endObject()
    }
}

/// The body of `POST /v1/experiments/{name}/limits`; what is absent stays as it is.
package struct LimitsRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// The most trials.
    package var maxTrials: Int?
    /// The most trials at once.
    package var parallelTrials: Int?
    /// The most failed trials.
    package var maxFailedTrials: Int?

    /// Makes a request.
    package init(maxTrials: Int? = nil, parallelTrials: Int? = nil, maxFailedTrials: Int? = nil) {
        self.maxTrials = maxTrials
        self.parallelTrials = parallelTrials
        self.maxFailedTrials = maxFailedTrials
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        if let maxTrials { json.field("maxTrials", maxTrials) }
        if let parallelTrials { json.field("parallelTrials", parallelTrials) }
        if let maxFailedTrials { json.field("maxFailedTrials", maxFailedTrials) }
        json.endObject()
    }
}

/// The body of `POST /v1/experiments/{name}/ask`.
package struct AskRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// How many trials; 1 when absent.
    package var count: Int?

    /// Makes a request.
    package init(count: Int?) {
        self.count = count
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("count", count ?? 1)
        json.endObject()
    }
}

/// The answer to an ask.
package struct AskedTrials: Decodable, Hashable, Sendable, JSONWritable {
    /// Trials to evaluate and tell.
    package var trials: [TrialBody]
    /// Why there are fewer than asked for; empty when there are not.
    package var shortage: String
    /// Whether there will be none any more.
    package var done: Bool

    /// Makes an answer.
    package init(trials: [TrialBody], shortage: String, done: Bool) {
        self.trials = trials
        self.shortage = shortage
        self.done = done
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.list("trials", trials)
        json.field("shortage", shortage)
        json.field("done", done)
        json.endObject()
    }
}

/// The body of `POST /v1/experiments/{name}/tell`.
package struct TellRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// The number of the trial.
    package var trial: UInt32
    /// The step of a report; absent at the end.
    package var step: Int64?
    /// Values by metric; `null` stands for a value that is no number.
    package var metrics: MetricValues?
    /// Why the trial could not be evaluated.
    package var failure: String?

    /// Makes a request.
    package init(trial: UInt32, step: Int64?, metrics: MetricValues?, failure: String?) {
        self.trial = trial
        self.step = step
        self.metrics = metrics
        self.failure = failure
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("trial", trial)
        if let step { json.field("step", step) }
        if let metrics { json.field("metrics", metrics) }
        if let failure { json.field("failure", failure) }
        json.endObject()
    }
}

/// The answer to a tell.
package struct ToldTrial: Decodable, Hashable, Sendable, JSONWritable {
    /// Whether the program should give the trial up.
    package var stop: Bool
    /// Why.
    package var reason: String

    /// Makes an answer.
    package init(stop: Bool, reason: String) {
        self.stop = stop
        self.reason = reason
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("stop", stop)
        json.field("reason", reason)
        json.endObject()
    }
}
