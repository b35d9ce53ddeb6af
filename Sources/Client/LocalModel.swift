import Artifacts
import ClusterVocabulary
import ControlAPI
package import Datasets
import Foundation
import JobSpecification
package import Training

/// A trained model on this machine: weights, and what a raw row must become for them.
package struct LocalModel: Sendable {
    /// What `model.json` says that predictions need.
    private struct Description: Decodable {
        var features: [String]
        var classes: [String]
        var weights: String
        var dataFormat: String?
        var target: String?
        var targetName: String?
        var sparse: Bool?
        var transform: FittedTransform?
    }

    /// One row's outcome.
    package struct Prediction: Sendable, Equatable {
        /// The number of the most likely class; 0 when a number is predicted.
        package var classIndex: Int
        /// The probability of every class, or its margin; the one number otherwise.
        package var probabilities: [Float]
    }

    /// Names of the features, in the order of the model's inputs.
    package let featureNames: [String]
    /// Names of the classes, in the order of the outputs; none when a number is predicted.
    package let classNames: [String]
    /// The columns of a raw row.
    package let schema: SetSchema
    /// What is done to a raw row first; nil leaves it as it is.
    package let transform: FittedTransform?
    /// How the training data was written.
    package let dataFormat: DataFormat
    /// Weights, shape and standardization.
    package let model: Training.TrainedModel

    /// Reads the two files of a model.
    package init(weights: [UInt8], description: [UInt8]) throws {
        let (model, _) = try weights.withUnsafeBytes { try Training.TrainedModel.decode($0) }
        let named: Description
        do {
            named = try JSONDecoder().decode(Description.self, from: Data(description))
        } catch {
            throw ClientFailure(.workFailed, "the model's description cannot be read: \(error)")
        }
        guard named.weights == SHA256Hasher.digest(of: weights).hex else {
            throw ClientFailure(
                .workFailed, "weights and description are of different models; export again")
        }
        guard named.features.count == model.layout.featureCount,
            named.classes.count == model.layout.classCount,
            named.transform.map({ $0.featureCount == model.layout.featureCount }) ?? true
        else {
            throw ClientFailure(
                .workFailed, "the model's description does not fit its weights; export again")
        }
        self.model = model
        featureNames = named.features
        classNames = named.classes
        transform = named.transform
        dataFormat =
            named.dataFormat.flatMap { DataFormatSpecification(canonicalFormat: $0)?.dataFormat }
            ?? .csv(label: .index(-1), header: nil)
        schema = LocalModel.schema(named)
    }

    private static func schema(_ named: Description) -> SetSchema {
        var schema = SetSchema()
        schema.isSparse = named.sparse ?? false
        schema.target = named.target == "number" || named.classes.isEmpty ? .number : .classes
        schema.targetName = named.targetName ?? ""
        schema.classNames = named.classes
        if let transform = named.transform {
            schema.columns = transform.columns.map { column in
                ColumnSchema(
                    name: column.name, kind: column.isCategorical ? .categorical : .numeric,
                    categories: column.categories)
            }
        } else if !schema.isSparse {
            schema.columns = named.features.map { ColumnSchema(name: $0) }
        }
        schema.featureCount = schema.isSparse ? named.features.count : schema.columns.count
        return schema
    }

    /// Reads an exported folder.
    package init(folder: String) throws {
        let files = try ModelFolder.read(folder)
        func bytes(_ file: ModelBody.File) throws -> [UInt8] {
            guard let found = files.first(where: { $0.name == file.rawValue }) else {
                throw ClientFailure(.notFound, "\(folder) has no \(file.rawValue)")
            }
            return found.bytes
        }
        try self.init(weights: try bytes(.weights), description: try bytes(.description))
    }

    /// Whether one of several classes is predicted, and not a number.
    package var predictsClasses: Bool { model.layout.architecture.loss.isClassification }

    /// Predicts every row.
    package func predict(_ input: ModelInput) throws -> [Prediction] {
        let evaluator = try Evaluator(
            layout: model.layout, standardization: model.standardization)
        let width = model.layout.scoreCount
        var classes = [Int32](repeating: 0, count: input.rows)
        var scores = [Float](repeating: 0, count: input.rows * width)
        evaluator.predict(
            features: input.features, rows: input.rows, parameters: model.parameters,
            classes: &classes, scores: &scores)
        if !predictsClasses, let transform {
            for place in scores.indices { scores[place] = transform.unscaled(scores[place]) }
        }
        return (0..<input.rows).map { row in
            Prediction(
                classIndex: Int(classes[row]),
                probabilities: Array(scores[row * width..<(row + 1) * width]))
        }
    }

    /// Measures the model on rows that have their target.
    package func evaluate(_ input: ModelInput) throws -> ModelEvaluation {
        let predictions = try predict(input)
        guard !predictions.isEmpty else {
            throw ClientFailure(.wrongUsage, "there are no rows to measure")
        }
        if !predictsClasses {
            return .numbers(
                RegressionMetrics(
                    predictions: predictions.map { $0.probabilities[0] }, targets: input.targets))
        }
        return predictions.flatMap(\.probabilities).withUnsafeBufferPointer { scores in
            .classes(
                ClassificationMetrics(
                    scores: scores, labels: input.labels, classCount: classNames.count,
                    areProbabilities: model.layout.architecture.loss.score == .probabilities))
        }
    }
}
