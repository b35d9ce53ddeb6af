package import ClusterVocabulary

/// How far a running job is.
package struct ProgressBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Complete rounds.
    package var completeRounds: Int64
    /// All rounds of the plan.
    package var totalRounds: Int64
    /// Passes over the data completed.
    package var epoch: Int64
    /// Training rows done so far, all replicas.
    package var samples: Int64
    /// Rows per second lately; `nil` when unknown.
    package var samplesPerSecond: Double?
    /// Mean training loss of the last round; `nil` when it is not finite.
    package var trainLoss: Double?
    /// Seconds to the end at the present rate; `nil` when unknown.
    package var remainingSeconds: Double?
    /// Digest of the state after those rounds, 32 hexadecimal digits.
    package var stateDigest: String
    /// Values measured at the last epoch's end, such as `validation.accuracy`.
    package var metrics: MetricValues

    /// The body of a report.
    package init(_ progress: TrainingProgress) {
        completeRounds = progress.completeRounds
        totalRounds = progress.totalRounds
        epoch = progress.epoch
        samples = progress.samples
        samplesPerSecond = progress.samplesPerSecond.finite
        trainLoss = progress.trainLoss.finite
        stateDigest = progress.stateDigest
        metrics = MetricValues(progress.metrics)
        remainingSeconds = nil
        if completeRounds > 0, let rate = samplesPerSecond, rate > 0 {
            let rowsPerRound = Double(samples) / Double(completeRounds)
            let left = Double(max(0, totalRounds - completeRounds))
            remainingSeconds = (left * rowsPerRound / rate).finite
        }
    }

    /// The share of rounds that are done, 0 ... 1.
    package var fraction: Double {
        totalRounds > 0 ? min(1, max(0, Double(completeRounds) / Double(totalRounds))) : 0
    }

    /// Writes the body, the share of done rounds as `fraction` with it.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("completeRounds", completeRounds)
        json.field("totalRounds", totalRounds)
        json.field("fraction", fraction)
        json.field("epoch", epoch)
        json.field("samples", samples)
        json.field("samplesPerSecond", samplesPerSecond)
        json.field("trainLoss", trainLoss)
        json.field("remainingSeconds", remainingSeconds)
        json.field("stateDigest", stateDigest)
        json.field("metrics", metrics)
        json.endObject()
    }
}

extension Double {
    /// The number unless it is NaN or infinite.
    var finite: Double? { isFinite ? self : nil }
}
