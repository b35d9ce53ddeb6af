import Artifacts
import ControlAPI
import Foundation
import Training

/// A trained model on this machine: weights, and the names of its features and classes.
package struct LocalModel: Sendable {
    /// What `model.json` says that predictions need.
    private struct Description: Decodable {
        var features: [String]
        var classes: [String]
        var weights: String
    }

    /// One row's outcome.
    package struct Prediction: Sendable, Equatable {
        /// The number of the most likely class.
        package var classIndex: Int
        /// The probability of every class; with a loss of margins the margin.
        package var probabilities: [Float]
    }

    /// How well a model does on labelled rows.
    package struct Evaluation: Sendable, Equatable {
        /// Rows measured.
        package var rows: Int
        /// The share of right classes.
        package var accuracy: Double
        /// Mean cross-entropy.
        package var loss: Double
    }

    /// Names of the features, in the order of a row.
    package let featureNames: [String]
    /// Names of the classes, in the order of the outputs.
    package let classNames: [String]
    private let model: TrainedModel

    /// Reads the two files of a model.
    package init(weights: [UInt8], description: [UInt8]) throws {
        let (model, _) = try weights.withUnsafeBytes { try TrainedModel.decode($0) }
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
            named.classes.count == model.layout.classCount
        else {
            throw ClientFailure(
                .workFailed, "the model's description does not fit its weights; export again")
        }
        self.model = model
        featureNames = named.features
        classNames = named.classes
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

    /// Predicts the class of every row of a table.
    package func predict(_ table: FeatureTable) throws -> [Prediction] {
        let evaluator = try Evaluator(
            layout: model.layout, standardization: model.standardization)
        let classCount = classNames.count
        var classes = [Int32](repeating: 0, count: table.rows)
        var probabilities = [Float](repeating: 0, count: table.rows * classCount)
        withPointers(table) { features, parameters in
            classes.withUnsafeMutableBufferPointer { classes in
                probabilities.withUnsafeMutableBufferPointer { probabilities in
                    guard let best = classes.baseAddress, let all = probabilities.baseAddress
                    else { return }
                    evaluator.predict(
                        features: features, rows: table.rows, parameters: parameters,
                        classes: best, scores: all)
                }
            }
        }
        return (0..<table.rows).map { row in
            Prediction(
                classIndex: Int(classes[row]),
                probabilities: Array(probabilities[row * classCount..<(row + 1) * classCount]))
        }
    }

    /// Measures the model on a table whose rows have labels.
    package func evaluate(_ table: FeatureTable) throws -> Evaluation {
        var labels: [Int32] = []
        for (row, label) in table.labels.enumerated() {
            guard let index = classNames.firstIndex(of: label) else {
                throw ClientFailure(
                    .wrongUsage,
                    "line \(table.lines[row]): "
                        + "class \"\(label.prefix(40))\" is unknown to the model"
                )
            }
            labels.append(Int32(index))
        }
        let evaluator = try Evaluator(
            layout: model.layout, standardization: model.standardization)
        let data = try TrainingData(
            features: table.features, labels: labels, featureCount: featureNames.count,
            classCount: classNames.count)
        let rows = (0..<UInt32(table.rows)).map { $0 }
        let measured = model.parameters.withUnsafeBufferPointer { parameters -> RoundScalars? in
            guard let start = parameters.baseAddress else { return nil }
            return evaluator.evaluate(data, rows: rows, parameters: start)
        }
        guard let measured, measured.samples > 0 else {
            throw ClientFailure(.wrongUsage, "there are no rows to measure")
        }
        return Evaluation(
            rows: measured.samples, accuracy: measured.accuracy, loss: measured.meanLoss)
    }

    private func withPointers(
        _ table: FeatureTable, _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    ) {
        table.features.withUnsafeBufferPointer { features in
            model.parameters.withUnsafeBufferPointer { parameters in
                if let rows = features.baseAddress, let start = parameters.baseAddress {
                    body(rows, start)
                }
            }
        }
    }
}
