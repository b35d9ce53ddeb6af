import LinearAlgebra
import Training

/// The stages of a network as nodes: features in, outputs of the last stage out.
///
/// Rows stay plain [N x width]; a stage over images shapes them [N x height x width x channels],
/// turns channels to the front as ONNX wants them, and back.
struct ONNXStages {
    private let layout: ParameterLayout
    private let values: [Float]

    /// A network and its values: parameters, then buffers.
    init(layout: ParameterLayout, values: [Float]) {
        self.layout = layout
        self.values = values
    }

    /// Adds all stages and gives the name of the outputs [N x outputCount].
    func add(_ input: String, to graph: inout ONNXGraph) -> String {
        var value = input
        for stage in layout.stages { value = add(stage, value, &graph) }
        return value
    }

    private func add(
        _ stage: ParameterLayout.Stage, _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        switch stage.kind {
        case .dense(let activation):
            let weight = constant(
                stage.weightOffset, [stage.outputs, stage.inputs], &graph)
            let bias = constant(stage.biasOffset, [stage.outputs], &graph)
            let sum = graph.node("Gemm", [input, weight, bias], [("transB", .integer(1))])
            return apply(activation, sum, &graph)
        case .activation(let activation): return apply(activation, input, &graph)
        case .dropout: return input
        case .layerNorm(let epsilon):
            let scale = constant(stage.weightOffset, [stage.inputs], &graph)
            let shift = constant(stage.biasOffset, [stage.inputs], &graph)
            return graph.node(
                "LayerNormalization", [input, scale, shift],
                [("axis", .integer(-1)), ("epsilon", .float(epsilon))])
        case .batchNorm(let epsilon, _, let channels):
            return batchNorm(stage, epsilon, channels, input, &graph)
        case .convolution(let window, let filters, let activation):
            return convolution(stage, window, filters, activation, input, &graph)
        case .maximumPool(let window): return pool("MaxPool", window, input, &graph)
        case .averagePool(let window): return pool("AveragePool", window, input, &graph)
        case .factorizationMachine(let factors): return pairs(stage, factors, input, &graph)
        }
    }

    private func constant(
        _ offset: Int, _ shape: [Int], _ graph: inout ONNXGraph
    ) -> String {
        let count = shape.reduce(1, *)
        return graph.constant(Array(values[offset..<offset + count]), shape: shape)
    }

    private func apply(
        _ activation: Activation, _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        switch activation {
        case .identity: return input
        case .relu: return graph.node("Relu", [input])
        case .leakyRelu(let slope):
            return graph.node("LeakyRelu", [input], [("alpha", .float(slope))])
        case .tanh: return graph.node("Tanh", [input])
        case .sigmoid: return graph.node("Sigmoid", [input])
        case .gelu:
            // x (1 + erf(x / √2)) / 2
            let root = graph.constant([Float(0.5).squareRoot()], shape: [1])
            let error = graph.node("Erf", [graph.node("Mul", [input, root])])
            return halved(input, error, &graph)
        case .geluTanh:
            // x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
            let cube = graph.node(
                "Mul", [input, graph.node("Mul", [input, input])])
            let small = graph.constant([Float(0.044715)], shape: [1])
            let factor = graph.constant([Float(0.797_884_56)], shape: [1])
            let inner = graph.node("Add", [input, graph.node("Mul", [cube, small])])
            let bend = graph.node("Tanh", [graph.node("Mul", [inner, factor])])
            return halved(input, bend, &graph)
        }
    }

    /// `input (1 + bend) / 2`
    private func halved(
        _ input: String, _ bend: String, _ graph: inout ONNXGraph
    ) -> String {
        let one = graph.constant([Float(1)], shape: [1])
        let half = graph.constant([Float(0.5)], shape: [1])
        let sum = graph.node("Add", [bend, one])
        return graph.node("Mul", [graph.node("Mul", [input, sum]), half])
    }

    private func batchNorm(
        _ stage: ParameterLayout.Stage, _ epsilon: Float, _ channels: Int, _ input: String,
        _ graph: inout ONNXGraph
    ) -> String {
        let buffers = layout.parameterCount + stage.bufferOffset
        let inputs = [
            constant(stage.weightOffset, [channels], &graph),
            constant(stage.biasOffset, [channels], &graph),
            constant(buffers, [channels], &graph),
            constant(buffers + channels, [channels], &graph),
        ]
        // Channels of a place are neighbours, so every place is a row of its own.
        let places = graph.constant([-1, channels], shape: [2])
        let rows = graph.node("Reshape", [input, places])
        let normal = graph.node(
            "BatchNormalization", [rows] + inputs, [("epsilon", .float(epsilon))])
        let shape = graph.constant([-1, stage.inputs], shape: [2])
        return graph.node("Reshape", [normal, shape])
    }

    // MARK: Images

    private func image(
        _ window: Window, _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        let shape = graph.constant(
            [-1, window.height, window.width, window.channels], shape: [4])
        let image = graph.node("Reshape", [input, shape])
        return graph.node("Transpose", [image], [("perm", .integers([0, 3, 1, 2]))])
    }

    private func row(_ image: String, width: Int, _ graph: inout ONNXGraph) -> String {
        let last = graph.node("Transpose", [image], [("perm", .integers([0, 2, 3, 1]))])
        let shape = graph.constant([-1, width], shape: [2])
        return graph.node("Reshape", [last, shape])
    }

    private func attributes(_ window: Window) -> [(String, ONNXGraph.Attribute)] {
        [
            ("kernel_shape", .integers([window.size, window.size])),
            ("strides", .integers([window.stride, window.stride])),
            ("pads", .integers([Int](repeating: window.padding, count: 4))),
        ]
    }

    private func convolution(
        _ stage: ParameterLayout.Stage, _ window: Window, _ filters: Int,
        _ activation: Activation, _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        let (size, channels) = (window.size, window.channels)
        var weight = [Float](repeating: 0, count: filters * size * size * channels)
        var place = 0
        for filter in 0..<filters {
            for channel in 0..<channels {
                for cell in 0..<size * size {
                    weight[place] =
                        values[
                            stage.weightOffset + (filter * size * size + cell) * channels
                                + channel]
                    place += 1
                }
            }
        }
        let kernel = graph.constant(weight, shape: [filters, channels, size, size])
        let bias = constant(stage.biasOffset, [filters], &graph)
        let sum = graph.node(
            "Conv", [image(window, input, &graph), kernel, bias], attributes(window))
        return row(apply(activation, sum, &graph), width: stage.outputs, &graph)
    }

    private func pool(
        _ type: String, _ window: Window, _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        let pooled = graph.node(type, [image(window, input, &graph)], attributes(window))
        let width = window.outputHeight * window.outputWidth * window.channels
        return row(pooled, width: width, &graph)
    }

    // MARK: Factorization machine

    /// `bias + w·x + ½ Σ_f ((v_f·x)² - v_f²·x²)`
    private func pairs(
        _ stage: ParameterLayout.Stage, _ factors: Int, _ input: String,
        _ graph: inout ONNXGraph
    ) -> String {
        let width = stage.inputs
        let linear = constant(stage.weightOffset, [1, width], &graph)
        let bias = constant(stage.biasOffset, [1], &graph)
        let base = graph.node("Gemm", [input, linear, bias], [("transB", .integer(1))])
        let offset = stage.weightOffset + width
        let vectors = constant(offset, [factors, width], &graph)
        let zero = graph.constant([Float](repeating: 0, count: factors), shape: [factors])
        let sums = graph.node("Gemm", [input, vectors, zero], [("transB", .integer(1))])
        let axis = graph.constant([Int(1)], shape: [1])
        let squares = graph.node("ReduceSum", [graph.node("Mul", [sums, sums]), axis])
        var own = [Float](repeating: 0, count: width)
        for factor in 0..<factors {
            for column in 0..<width {
                let value = values[offset + factor * width + column]
                own[column] += value * value
            }
        }
        let weight = graph.constant(own, shape: [1, width])
        let noBias = graph.constant([Float(0)], shape: [1])
        let diagonal = graph.node(
            "Gemm", [graph.node("Mul", [input, input]), weight, noBias], [("transB", .integer(1))])
        let half = graph.constant([Float(0.5)], shape: [1])
        let pairs = graph.node("Mul", [graph.node("Sub", [squares, diagonal]), half])
        return graph.node("Add", [base, pairs])
    }
}
