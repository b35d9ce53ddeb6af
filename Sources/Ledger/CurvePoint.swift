package import ClusterVocabulary

/// One measured value of a training job.
package struct CurvePoint: Hashable, Sendable {
    /// The job.
    package var job: JobID
    /// The try.
    package var attempt: UInt32
    /// Complete rounds when it was measured.
    package var round: Int64
    /// Complete passes over the data when it was measured.
    package var epoch: Int64
    /// What was measured, such as `train.loss`.
    package var name: String
    /// The value; may be infinite or not a number.
    package var value: Double
    /// Wall-clock milliseconds since 1970.
    package var at: Int64

    /// Makes a point.
    package init(
        job: JobID, attempt: UInt32, round: Int64, epoch: Int64, name: String, value: Double,
        at: Int64
    ) {
        self.job = job
        self.attempt = attempt
        self.round = round
        self.epoch = epoch
        self.name = name
        self.value = value
        self.at = at
    }
}

/// How many points of a curve are kept, and which.
package enum CurveBounds {
    /// The most points of one name in one try; one more halves the resolution.
    package static let mostPointsPerSeries = 512
    /// The most series (names times tries) of one job; the oldest try's go first.
    package static let mostSeriesPerJob = 128
    /// The most points of one job.
    package static let mostPointsPerJob = mostPointsPerSeries * mostSeriesPerJob
    /// The longest name of a series, in UTF-8 bytes; points of longer ones are not kept.
    package static let longestName = 200

    /// The least distance in rounds under which at most half of the points stay.
    static func coarserStride(than stride: Int64, rounds: [Int64]) -> Int64 {
        var wider = max(1, stride)
        // Doubling ends: beyond the whole span only the first point stays.
        while kept(rounds, stride: wider).count > mostPointsPerSeries / 2 {
            guard wider <= Int64.max / 2 else { return wider }
            wider *= 2
        }
        return wider
    }

    /// The rounds that stay when neighbours must be `stride` apart; `rounds` ascend.
    static func kept(_ rounds: [Int64], stride: Int64) -> [Int64] {
        var kept: [Int64] = []
        for round in rounds {
            if let last = kept.last {
                let (distance, overflows) = round.subtractingReportingOverflow(last)
                if !overflows, distance < stride { continue }
            }
            kept.append(round)
        }
        return kept
    }
}
