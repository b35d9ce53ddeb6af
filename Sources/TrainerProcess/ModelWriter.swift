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
    /// The state of training, within the model folder of a job that paused.
    static let stateName = "state.checkpoint"

    static func write(
        _ session: TrainingSession, into folder: String
    ) throws -> ClusterVocabulary.TrainedModel {
        session.writeFinalValues()
        let evaluations = session.evaluations()
        let metrics = finalMetrics(of: session, evaluations)
        let trained = try Training.TrainedModel(
            layout: session.layout, parameters: Array(session.measured.elements),
            standardization: session.standardization)
        let weights = try trained.encoded()
        let weightsDigest = weights.withUnsafeBytes { SHA256Hasher.digest(of: $0) }
        let description = ModelDescription.encode(
            session, metrics: metrics, evaluations: evaluations,
            weightsDigest: "\(weightsDigest)")
        let descriptionDigest = description.withUnsafeBytes { SHA256Hasher.digest(of: $0) }
        var files = [
            ModelFolder.File(name: weightsName, bytes: weights),
            ModelFolder.File(name: descriptionName, bytes: description),
        ]
        let state = session.work.pauseEpoch > 0 ? stateFile(of: session) : nil
        if let state { files.append(state) }
        try ModelFolder.write(files, to: folder, replacing: true)
        var model = ClusterVocabulary.TrainedModel(
            weightsDigest: "\(weightsDigest)", descriptionDigest: "\(descriptionDigest)",
            byteCount: Int64(weights.count + description.count), metrics: metrics,
            roundChain: "\(session.trailer.chain)", rounds: session.completeRounds)
        model.state = state.map { file in
            let digest = file.bytes.withUnsafeBytes { SHA256Hasher.digest(of: $0) }
            return CheckpointReference(
                round: session.completeRounds, digest: digest.hex,
                byteCount: Int64(file.bytes.count))
        }
        return model
    }

    /// The state another job may go on from.
    private static func stateFile(of session: TrainingSession) -> ModelFolder.File {
        let contents = CheckpointFile.Contents(
            job: session.attempt.job.number, round: session.completeRounds,
            trailer: session.trailer)
        return ModelFolder.File(
            name: stateName, bytes: CheckpointFile.bytes(contents, session.state.elements))
    }

    private static func finalMetrics(
        of session: TrainingSession, _ evaluations: [(part: String, figures: ModelEvaluation)]
    ) -> [Metric] {
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
        for (part, evaluation) in evaluations {
            for (name, value) in evaluation.figures
            where name != "accuracy" && value.isFinite {
                metrics.append(Metric("\(part).\(name)", value))
            }
        }
        return Array(metrics.sorted { $0.name < $1.name }.prefix(Metric.most))
    }
}
