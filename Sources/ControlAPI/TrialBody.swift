package import ClusterVocabulary

/// One trial of an experiment.
package struct TrialBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The experiment's name and the trial's number, such as `tune-1-0007`; also its job's name.
    package var name: String
    /// Counts the trials of the experiment from 1.
    package var number: UInt32
    /// The name of the experiment.
    package var experiment: String
    /// The number of its job; 0 when a program evaluates it.
    package var jobID: UInt64
    /// `Running`, `Paused`, `Succeeded`, `Failed`, `Stopped`, `Cancelled` or `MetricsUnavailable`.
    package var state: String
    /// Why, in PascalCase.
    package var reason: String
    /// Why, as a sentence; may be empty.
    package var message: String
    /// The values tried.
    package var parameters: TrialParameters
    /// The objectives' values so far, in the order of the objectives; `null` where there is none.
    package var values: [Double?]
    /// The last value of every metric.
    package var metrics: MetricValues
    /// What the first objective's metric was at each step.
    package var curve: [Point]
    /// The last step reported.
    package var lastStep: Int64
    /// Why these values were chosen, or why it went on.
    package var decision: String
    /// The step up to which it is to train; `nil` when the template says so.
    package var budget: Int?
    /// The trial whose state it copied; `nil` when it began by itself.
    package var parent: UInt32?
    /// The rungs at which it paused, the lowest first.
    package var rungs: [Rung]
    /// Its making, as ``TimeText`` writes times.
    package var createdAt: String?
    /// Its end; `nil` before.
    package var finishedAt: String?
    /// Seconds from its making to its end, or to now.
    package var seconds: Double

    /// A rung at which it paused.
    package struct Rung: Decodable, Hashable, Sendable, JSONWritable {
        /// From 0, the smallest budget.
        package var rung: Int
        /// The step up to which it trained.
        package var budget: Int
        /// The job that came so far.
        package var jobID: UInt64
        /// The first objective's value there; `nil` when it was no number.
        package var value: Double?
        /// Why it was to come so far.
        package var decision: String

        /// Writes the rung.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("rung", rung)
            json.field("budget", budget)
            json.field("jobID", jobID)
            json.field("value", value)
            json.field("decision", decision)
            json.endObject()
        }
    }

    /// One report.
    package struct Point: Decodable, Hashable, Sendable, JSONWritable {
        /// The step.
        package var step: Int64
        /// The value; `nil` when it was no number.
        package var value: Double?

        /// Writes the point.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("step", step)
            json.field("value", value)
            json.endObject()
        }
    }

    /// The body of a trial; `now` is in wall-clock milliseconds.
    package init(_ trial: Trial, experiment: String, metric: String, now: Int64) {
        name = "\(experiment)-\(Trial.suffix(trial.number))"
        number = trial.number
        self.experiment = experiment
        jobID = trial.job.number
        state = trial.state.word
        reason = trial.reason.code.cachedWord
        message = trial.reason.message
        parameters = TrialParameters(trial.assignments)
        values = trial.values.map { $0.isFinite ? $0 : nil }
        metrics = MetricValues(trial.metrics)
        curve = trial.reports.compactMap { report in
            report.metrics.first { $0.name == metric }
                .map { Point(step: report.step, value: $0.value.isFinite ? $0.value : nil) }
        }
        lastStep = trial.lastStep
        decision = trial.decision
        budget = trial.rung?.budget
        parent = trial.parent > 0 ? trial.parent : nil
        rungs = trial.rungs.map { result in
            Rung(
                rung: result.rung.rung, budget: result.rung.budget, jobID: result.job.number,
                value: result.values.first.flatMap { $0.isFinite ? $0 : nil },
                decision: result.decision)
        }
        createdAt = TimeText.text(milliseconds: trial.createdAt)
        finishedAt = TimeText.text(milliseconds: trial.finishedAt)
        let end = trial.finishedAt > 0 ? trial.finishedAt : now
        seconds = Double(max(0, end - trial.createdAt)) / 1_000
    }

    /// Writes the trial.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("number", number)
        json.field("experiment", experiment)
        json.field("jobID", jobID)
        json.field("state", state)
        json.field("reason", reason)
        json.field("message", message)
        json.field("parameters", parameters)
        json.key("values")
        json.beginArray()
        for value in values {
            if let value { json.value(value) } else { json.null() }
        }
        json.endArray()
        json.field("metrics", metrics)
        json.list("curve", curve)
        json.field("lastStep", lastStep)
        json.field("decision", decision)
        json.key("budget")
        if let budget { json.value(budget) } else { json.null() }
        json.key("parent")
        if let parent { json.value(parent) } else { json.null() }
        json.list("rungs", rungs)
        json.field("createdAt", createdAt)
        json.field("finishedAt", finishedAt)
        json.field("seconds", seconds)
        json.endObject()
    }
}

/// The values of a trial as a JSON object: numbers as numbers, choices as texts.
package struct TrialParameters: Decodable, Hashable, Sendable, JSONWritable {
    /// The values, in the order of the parameters; ordered by name when they were decoded.
    package var items: [TrialAssignment]

    /// Takes the values in their order.
    package init(_ items: [TrialAssignment] = []) {
        self.items = items
    }

    private struct Value: Decodable {
        let value: TrialValue

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                value = .integer(number)
            } else if let number = try? container.decode(Double.self) {
                value = .number(number)
            } else {
                value = .choice(try container.decode(String.self))
            }
        }
    }

    /// Reads an object of numbers and texts.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([String: Value].self)
        items = values.map { TrialAssignment($0.key, $0.value.value) }.sorted { $0.name < $1.name }
    }

    /// The value of a parameter; `nil` when the trial has none.
    package subscript(name: String) -> TrialValue? {
        items.first { $0.name == name }?.value
    }

    /// Writes the object.
    package func write(into json: inout JSONText) {
        json.beginObject()
        for item in items {
            json.key(text: item.name)
            switch item.value {
            case .integer(let number): json.value(number)
            case .number(let number): json.value(number)
            case .choice(let text): json.value(text)
            }
        }
        json.endObject()
    }
}
