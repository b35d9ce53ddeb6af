import ClusterVocabulary
import Datasets
import ModelExport
import Testing
import Training

/// What the files hold; `make judge` has other programs read and run them.
struct ModelExportTests {
    private func model(_ loss: Loss = .softmaxCrossEntropy(smoothing: 0), features: Int) throws
        -> Training.TrainedModel
    {
        let layout = try ParameterLayout(
            architecture: ModelArchitecture(
                layers: [.dense(units: 3, activation: .gelu)], loss: loss),
            featureCount: features, classCount: loss.isClassification ? 2 : 0)
        return try Training.TrainedModel(
            layout: layout, parameters: (0..<layout.valueCount).map { Float($0) / 8 },
            standardization: nil)
    }

    private func transform() throws -> (FittedTransform, [RawColumn]) {
        let columns = [
            RawColumn(name: "age", missing: 1),
            RawColumn(name: "job", isCategorical: true, categories: ["clerk", "smith"]),
        ]
        let values: [Float] = [30, 0, 50, 1, .nan, 1]
        let transform = try TransformFitting.fit(
            [.init(.impute), .init(.standardize), .init(.oneHot)], columns: columns,
            features: values, targets: nil, rows: [0, 1, 2])
        return (transform, columns)
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
    }

    @Test func onnxTakesRawRowsBecauseItHoldsThePreprocessing() throws {
        let (transform, _) = try transform()
        let export = ModelExport(
            try model(features: 3), transform: transform, classNames: ["no", "yes"],
            version: "1")
        let bytes = try export.onnx(name: "people")
        for part in ["age", "job", "clerk", "smith", "LabelEncoder", "IsNaN", "Where", "Sub"] {
            #expect(contains(bytes, part), "\(part)")
        }
        #expect(contains(bytes, "probabilities") && contains(bytes, "yes"))
        #expect(try export.onnx(name: "people") == bytes)
        let standardized = try Training.TrainedModel(
            layout: model(features: 3).layout, parameters: model(features: 3).parameters,
            standardization: Standardization(mean: [1, 2, 3], inverseDeviation: [1, 1, 1]))
        let plain = ModelExport(
            standardized, transform: nil, classNames: ["no", "yes"], version: "1")
        #expect(contains(try plain.onnx(name: "plain"), "Sub"))
    }

    @Test func everyLossHasItsOutputs() throws {
        let losses: [(Loss, String)] = [
            (.logistic, "probabilities"), (.hinge, "margins"), (.squared, "prediction"),
            (.poisson, "Exp"),
        ]
        for (loss, name) in losses {
            let export = ModelExport(
                try model(loss, features: 3), transform: nil,
                classNames: loss.isClassification ? ["a", "b"] : [], version: "1")
            #expect(contains(try export.onnx(name: "m"), name), "\(loss)")
        }
    }

    @Test func archivesAreReadBack() throws {
        let rows = NPZWriter.Array(name: "x", shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
        let labels = NPZWriter.Array(name: "y", shape: [3], values: [0, 1, 0])
        let bytes = try #require(NPZWriter.encode([rows, labels]))
        let set = try bytes.withUnsafeBytes { buffer in
            try SetBuilder.build(files: DataFiles(train: buffer), format: .npz())
        }
        #expect(set.features == rows.values)
        #expect(set.labels == [0, 1, 0])
        let export = ModelExport(
            try model(features: 3), transform: nil, classNames: ["a", "b"], version: "1")
        #expect(contains(try export.npz(), "layers.0.weight.npy"))
    }
}
