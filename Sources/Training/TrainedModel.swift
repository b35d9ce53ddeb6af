/// A model as it is kept: shape, parameters and the standardization its input needs.
package struct TrainedModel: Sendable, Equatable {
    /// Version of the way a model is written as safetensors.
    package static let formatVersion = "1"

    private static let formatKey = "mlctl.format"
    private static let architectureKey = "mlctl.architecture"
    private static let sizesKey = "mlctl.sizes"
    private static let meanName = "standardization.mean"
    private static let inverseName = "standardization.inverse_deviation"

    /// Shape, sizes and tensor names.
    package let layout: ParameterLayout
    /// Parameters, then buffers, in the order of the layout.
    package let parameters: [Float]
    /// What is done to input rows first; nil leaves them as they are.
    package let standardization: Standardization?

    /// A model from its parts; `parameters` may be a global state, of which the front is taken.
    package init(
        layout: ParameterLayout,
        parameters: [Float],
        standardization: Standardization?
    ) throws(TrainingRefusal) {
        guard parameters.count >= layout.valueCount else {
            throw .sizesDiffer(
                what: "parameters",
                expected: layout.valueCount,
                found: parameters.count
            )
        }
        if let columns = standardization?.mean.count, columns != layout.featureCount {
            throw .sizesDiffer(
                what: "standardization columns",
                expected: layout.featureCount,
                found: columns
            )
        }
        self.layout = layout
        self.parameters = Array(parameters.prefix(layout.valueCount))
        self.standardization = standardization
    }

    /// The bytes of the model as safetensors: the same model and metadata give the same bytes.
    ///
    /// Tensors stand in layout order, then those of the standardization. `metadata` should hold
    /// nothing that differs between runs, because digests are taken over these bytes; the keys
    /// `mlctl.format` and, where tensors do not tell the architecture, `mlctl.architecture` and
    /// `mlctl.sizes` are set here.
    package func encoded(metadata: [String: String] = [:]) throws(SafetensorsFault) -> [UInt8] {
        var tensors = layout.tensors.map { tensor in
            Safetensors.Tensor(
                name: tensor.name,
                shape: tensor.shape,
                values: Array(parameters[tensor.offset..<(tensor.offset + tensor.count)])
            )
        }
        if let standardization {
            let shape = [layout.featureCount]
            tensors.append(
                Safetensors.Tensor(name: Self.meanName, shape: shape, values: standardization.mean)
            )
            tensors.append(
                Safetensors.Tensor(
                    name: Self.inverseName,
                    shape: shape,
                    values: standardization.inverseDeviation
                )
            )
        }
        var texts = metadata
        texts[Self.formatKey] = Self.formatVersion
        if !layout.architecture.isPlain {
            texts[Self.architectureKey] = layout.architecture.text
            texts[Self.sizesKey] = "\(layout.featureCount) \(layout.classCount)"
        }
        return try Safetensors.encode(Safetensors.Contents(tensors: tensors, metadata: texts))
    }

    /// Reads a model back; its shape follows from the metadata or the tensors. Metadata comes
    /// beside it.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(SafetensorsFault) -> (model: TrainedModel, metadata: [String: String]) {
        let contents = try Safetensors.decode(bytes)
        guard contents.metadata[formatKey] == formatVersion else {
            throw .badMetadata(key: formatKey)
        }
        var tensors = contents.tensors
        var standardization: Standardization?
        if tensors.count >= 2, tensors[tensors.count - 2].name == meanName,
            tensors[tensors.count - 1].name == inverseName
        {
            let inverse = tensors.removeLast()
            let mean = tensors.removeLast()
            standardization = try refused { () throws(TrainingRefusal) in
                try Standardization(mean: mean.values, inverseDeviation: inverse.values)
            }
        }
        let layout = try layout(of: tensors, contents.metadata)
        let model = try refused { () throws(TrainingRefusal) in
            try TrainedModel(
                layout: layout,
                parameters: tensors.flatMap(\.values),
                standardization: standardization
            )
        }
        return (model, contents.metadata)
    }

    private static func layout(
        of tensors: [Safetensors.Tensor], _ metadata: [String: String]
    ) throws(SafetensorsFault) -> ParameterLayout {
        let layout: ParameterLayout
        if let stated = try stated(metadata) {
            layout = stated
        } else {
            layout = try plainLayout(of: tensors)
        }
        guard layout.tensors.count == tensors.count else {
            throw .unexpectedTensors("\(layout.tensors.count) expected, \(tensors.count) found")
        }
        for (expected, found) in zip(layout.tensors, tensors)
        where expected.name != found.name || expected.shape != found.shape {
            throw .unexpectedTensors(
                "\(expected.name) \(expected.shape) expected, \(found.name) \(found.shape) found"
            )
        }
        return layout
    }

    /// The layout that the metadata states, if it does.
    private static func stated(
        _ metadata: [String: String]
    ) throws(SafetensorsFault) -> ParameterLayout? {
        guard let text = metadata[architectureKey] else { return nil }
        guard let architecture = ModelArchitecture(text: text) else {
            throw .badMetadata(key: architectureKey)
        }
        let sizes = (metadata[sizesKey] ?? "").split(separator: " ").compactMap { Int($0) }
        guard sizes.count == 2 else { throw .badMetadata(key: sizesKey) }
        return try refused { () throws(TrainingRefusal) in
            try ParameterLayout(
                architecture: architecture, featureCount: sizes[0], classCount: sizes[1])
        }
    }

    /// The layout of rectified dense layers, from the tensors' shapes.
    private static func plainLayout(
        of tensors: [Safetensors.Tensor]
    ) throws(SafetensorsFault) -> ParameterLayout {
        let weights = tensors.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        guard let first = weights.first, let last = weights.last,
            weights.allSatisfy({ $0.shape.count == 2 })
        else {
            throw .unexpectedTensors("weights and biases in turn are expected")
        }
        let hidden = weights.dropLast().map { $0.shape[0] }
        return try refused { () throws(TrainingRefusal) in
            try ParameterLayout(
                architecture: hidden.isEmpty
                    ? .softmaxRegression : .multilayerPerceptron(hidden: hidden),
                featureCount: first.shape[1],
                classCount: last.shape[0]
            )
        }
    }

    /// Turns a refusal of sizes into a fault of the file.
    private static func refused<Value>(
        _ body: () throws(TrainingRefusal) -> Value
    ) throws(SafetensorsFault) -> Value {
        do {
            return try body()
        } catch {
            throw .unexpectedTensors(error.description)
        }
    }
}
