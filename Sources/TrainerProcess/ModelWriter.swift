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
        session.writeFinalValues()
        let metrics = finalMetrics(of: session)
        let trained = try Training.TrainedModel(
            layout: session.layout, parameters: Array(session.measured.elements),
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
            roundChain: "\(session.trailer.chain)", rounds: session.completeRounds)
    }

    private static func finalMetrics(of session: TrainingSession) -> [Metric] {
        var metrics = [
            Metric("train.loss", session.trailer.trainLoss),
            Metric(
                "train.samples",
                Double(session.plan.steps(inRound: Int(session.completeRounds) - 1).upperBound)
                    * Double(session.plan.rowsPerStep)),
        ]
        if session.steering.rules.keepsBest, session.steering.best != nil {
            let epoch = session.epochs(afterRounds: session.steering.bestRound)
            metrics.append(Metric("best.epoch", Double(epoch)))
        }
        let isClassification = session.layout.architecture.loss.isClassification
        if isClassification {
            metrics.append(Metric("train.accuracy", session.trailer.trainAccuracy))
        }
        for (name, rows) in [
            ("validation", session.split.validation), ("test", session.split.test),
        ] {
            guard let measured = session.measure(rows, session.measured.pointer)
            else { continue }
            if isClassification {
                metrics.append(Metric("\(name).accuracy", measured.accuracy))
            }
            metrics.append(Metric("\(name).loss", measured.meanLoss))
            metrics.append(Metric("\(name).rows", Double(measured.samples)))
        }
        return metrics.sorted { $0.name < $1.name }
    }
}
