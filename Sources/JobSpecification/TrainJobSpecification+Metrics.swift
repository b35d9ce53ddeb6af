import ClusterVocabulary

extension TrainJobSpecification {
    /// What is measured on each part of the data.
    private static let measures = ["accuracy", "loss"]

    /// The metrics the job reports, ordered by part: what an objective can name.
    package var metricNames: [String] {
        var parts = ["train"]
        if validationFraction > 0 { parts.append("validation") }
        if testFraction > 0 || dataSource.roles.contains(.test) { parts.append("test") }
        return parts.flatMap { part in
            TrainJobSpecification.measures.map { "\(part).\($0)" }
        }
    }
}
