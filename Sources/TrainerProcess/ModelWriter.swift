import Artifacts
import ClusterVocabulary
import LinearAlgebra
import Training

/// Writes a finished session's model folder and says what is in it.
enum ModelWriter {
    /// The weights, within the model folder.
    static let weightsName = "model.safetensors"
    /// The description, within the model folder.
    static let descriptionName = "model.json"

    static func write(
        _ session: TrainingSession, into folder: String
    ) throws -> ClusterVocabulary.TrainedModel {
        let metrics = finalMetrics(of: session)
        let trained = try Training.TrainedModel(
            layout: session.layout, parameters: Array(session.state.elements),
            standardization: session.standardization)
        let weights = try trained.encoded()
        let weightsDigest = weights.withUnsafeBytes { SHA256Hasher.digest(of: $0) }
        let description = ModelDescription.encode(
            session, metrics: metrics, weightsDigest: "\(weightsDigest)")
        let descriptionDigest = description.withUnsafeBytes { SHA256Hasher.digest(of: $0) }
        try ModelFolder.write(
            [
                ModelFolder.File(name: weightsName, bytes: weights),
                ModelFolder.File(name: descriptionName, bytes: description),
            ],
            to: folder, replacing: true)
        return ClusterVocabulary.TrainedModel(
            weightsDigest: "\(weightsDigest)", descriptionDigest: "\(descriptionDigest)",
            byteCount: Int64(weights.count + description.count), metrics: metrics,
            roundChain: "\(session.trailer.chain)", rounds: session.totalRounds)
    }

    private static func finalMetrics(of session: TrainingSession) -> [Metric] {
        var metrics = [
            Metric("train.accuracy", session.trailer.trainAccuracy),
            Metric("train.loss", session.trailer.trainLoss),
            Metric(
                "train.samples",
                Double(session.plan.totalSteps) * Double(session.plan.rowsPerStep)),
        ]
        for (name, rows) in [
            ("validation", session.split.validation), ("test", session.split.test),
        ] {
            guard let measured = session.measure(rows) else { continue }
            metrics.append(Metric("\(name).accuracy", measured.accuracy))
            metrics.append(Metric("\(name).loss", measured.meanLoss))
            metrics.append(Metric("\(name).rows", Double(measured.samples)))
        }
        return metrics.sorted { $0.name < $1.name }
    }
}
