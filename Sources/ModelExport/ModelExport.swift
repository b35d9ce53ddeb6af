package import Training

/// A trained model in the formats of other programs.
package struct ModelExport {
    /// Why a model cannot be written so.
    package struct Refusal: Error, CustomStringConvertible {
        /// What is in the way.
        package let description: String
    }

    private let model: TrainedModel
    private let transform: FittedTransform?
    private let classNames: [String]
    private let version: String

    /// A model, what is done to raw rows for it, and the names of its classes.
    package init(
        _ model: TrainedModel, transform: FittedTransform?, classNames: [String], version: String
    ) {
        self.model = model
        self.transform = transform
        self.classNames = classNames
        self.version = version
    }

    /// Protobuf counts bytes with 31 bits.
    package static let mostONNXBytes = Int(Int32.max)

    /// ONNX (operators 17, ai.onnx.ml 3), from raw rows to predictions.
    ///
    /// Outputs: `class` (texts [N]) and `probabilities` or `margins` [N x classes]; `prediction`
    /// [N x 1] when a number is predicted.
    package func onnx(name: String) throws(Refusal) -> [UInt8] {
        let layout = model.layout
        guard model.parameters.count < Self.mostONNXBytes / 8 else {
            throw Refusal(
                description: "ONNX files end at 2 GiB and this model has"
                    + " \(model.parameters.count) values; export safetensors")
        }
        var graph = ONNXGraph()
        var features: String
        if let transform {
            features = ONNXPreprocessing.add(transform, to: &graph)
        } else {
            features = graph.input("features", .float, columns: layout.featureCount)
        }
        if let standardization = model.standardization {
            let shape = [1, layout.featureCount]
            let mean = graph.constant(standardization.mean, shape: shape)
            let inverse = graph.constant(standardization.inverseDeviation, shape: shape)
            features = graph.node("Mul", [graph.node("Sub", [features, mean]), inverse])
        }
        let stages = ONNXStages(layout: layout, values: model.parameters)
        score(stages.add(features, to: &graph), &graph)
        return graph.encoded(
            name: name, producerVersion: version,
            metadata: [("architecture", layout.architecture.text)])
    }

    private func score(_ outputs: String, _ graph: inout ONNXGraph) {
        switch model.layout.architecture.loss {
        case .softmaxCrossEntropy:
            let name = graph.node(
                "Softmax", [outputs], [("axis", .integer(1))], output: "probabilities")
            classes(of: name, &graph)
        case .logistic:
            let second = graph.node("Sigmoid", [outputs])
            let first = graph.node("Sigmoid", [graph.node("Neg", [outputs])])
            let name = graph.node(
                "Concat", [first, second], [("axis", .integer(1))], output: "probabilities")
            classes(of: name, &graph)
        case .hinge, .squaredHinge:
            let name: String
            if model.layout.outputCount == 1 {
                name = graph.node(
                    "Concat", [graph.node("Neg", [outputs]), outputs], [("axis", .integer(1))],
                    output: "margins")
            } else {
                name = graph.node("Identity", [outputs], output: "margins")
            }
            classes(of: name, &graph)
        case .poisson:
            number(graph.node("Exp", [outputs]), &graph)
        case .squared, .absolute, .huber, .quantile:
            number(outputs, &graph)
        }
    }

    private func number(_ value: String, _ graph: inout ONNXGraph) {
        if let target = transform?.target {
            let factor = graph.constant([Float(target.second)], shape: [1])
            let shift = graph.constant([Float(target.first)], shape: [1])
            graph.node(
                "Add", [graph.node("Div", [value, factor]), shift], output: "prediction")
        } else {
            graph.node("Identity", [value], output: "prediction")
        }
        graph.output("prediction", .float, columns: 1)
    }

    private func classes(of scores: String, _ graph: inout ONNXGraph) {
        let best = graph.node(
            "ArgMax", [scores], [("axis", .integer(1)), ("keepdims", .integer(0))])
        graph.node(
            "LabelEncoder", [best],
            [
                ("keys_int64s", .integers(Array(classNames.indices))),
                ("values_strings", .texts(classNames)), ("default_string", .text("")),
            ], domain: ONNXGraph.machineLearning, output: "class")
        graph.output("class", .text, columns: nil)
        graph.output(scores, .float, columns: classNames.count)
    }

    /// A NumPy archive with one array for each tensor, those of the standardization too.
    package func npz() throws(Refusal) -> [UInt8] {
        var arrays = model.layout.tensors.map { tensor in
            NPZWriter.Array(
                name: tensor.name, shape: tensor.shape,
                values: Array(model.parameters[tensor.offset..<(tensor.offset + tensor.count)]))
        }
        if let standardization = model.standardization {
            let shape = [standardization.mean.count]
            arrays.append(
                .init(name: "standardization.mean", shape: shape, values: standardization.mean))
            arrays.append(
                .init(
                    name: "standardization.inverse_deviation", shape: shape,
                    values: standardization.inverseDeviation))
        }
        guard let bytes = NPZWriter.encode(arrays) else {
            throw Refusal(
                description: "NumPy archives without zip64 end at 4 GiB; export safetensors")
        }
        return bytes
    }
}
