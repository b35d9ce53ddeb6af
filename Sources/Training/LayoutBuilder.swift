package import LinearAlgebra

/// The window of a convolution or pooling over an image.
package typealias Window = ConvolutionKernels.Window

/// Lays stage after stage, following the shape of a row on its way.
struct LayoutBuilder {
    private(set) var stages: [ParameterLayout.Stage] = []
    private(set) var tensors: [ParameterLayout.Tensor] = []
    /// Tensors that are not learned; offsets count from the end of the parameters.
    private(set) var buffers: [ParameterLayout.Tensor] = []
    private(set) var penalized: [Range<Int>] = []
    private(set) var parameterCount = 0
    private(set) var bufferCount = 0

    private var width: Int
    /// The image a row holds now; nil when it is a plain row.
    private var image: ModelArchitecture.ImageShape?
    private let declared: ModelArchitecture.ImageShape?
    /// Whether a layer has made it a plain row, whatever it was before.
    private var isPlainRow = false
    /// Stages with parameters so far: the number in their tensors' names.
    private var number = 0

    init(featureCount: Int, image: ModelArchitecture.ImageShape?) {
        width = featureCount
        declared = image
    }

    mutating func add(_ layer: NetworkLayer) throws(TrainingRefusal) {
        switch layer {
        case .dense(let units, let activation):
            try PlanLimits.check(
                "width of layer \(stages.count)", units, 1, ParameterLayout.maximumWidth)
            try weighted(.dense(activation), [units, width], outputs: units)
            becomePlainRow()
        case .activation(let activation): plain(.activation(activation))
        case .dropout(let rate): plain(.dropout(rate))
        case .layerNorm(let epsilon): try normalization(.layerNorm(epsilon: epsilon), count: width)
        case .batchNorm(let epsilon, let momentum):
            if image == nil, declared != nil, !isPlainRow { _ = try currentImage() }
            let channels = image?.channels ?? width
            try normalization(
                .batchNorm(epsilon: epsilon, momentum: momentum, channels: channels),
                count: channels)
            for name in ["running_mean", "running_var"] {
                buffers.append(
                    ParameterLayout.Tensor(
                        name: "layers.\(number - 1).\(name)", shape: [channels],
                        offset: bufferCount, count: channels))
                bufferCount += channels
            }
        case .convolution(let filters, let size, let stride, let padding, let activation):
            let window = try window(size, stride, padding)
            try PlanLimits.check("filters", filters, 1, ParameterLayout.maximumWidth)
            let outputs = try product(window.outputHeight, window.outputWidth, filters)
            try weighted(
                .convolution(window, filters: filters, activation),
                [filters, size, size, window.channels], outputs: outputs)
            become(window, channels: filters)
        case .maximumPool(let size, let stride, let padding):
            try pool(size, stride, padding) { .maximumPool($0) }
        case .averagePool(let size, let stride, let padding):
            try pool(size, stride, padding) { .averagePool($0) }
        case .flatten: becomePlainRow()
        }
    }

    mutating func finish(
        _ head: ModelArchitecture.Head, outputs: Int
    ) throws(TrainingRefusal) {
        switch head {
        case .linear:
            try weighted(.dense(.identity), [outputs, width], outputs: outputs)
        case .factorizationMachine(let factors):
            guard outputs == 1 else { throw .notTwoClasses(outputs) }
            try PlanLimits.check("factors", factors, 1, 1 << 16)
            try weighted(
                .factorizationMachine(factors: factors), [1 + factors, width], outputs: 1)
        }
    }

    /// A stage with a weight of this shape (outermost first) and a bias per first extent.
    private mutating func weighted(
        _ kind: ParameterLayout.Stage.Kind, _ shape: [Int], outputs: Int
    ) throws(TrainingRefusal) {
        let (first, overflow) = shape.dropFirst().reduce((1, false)) { product, extent in
            let next = product.0.multipliedReportingOverflow(by: extent)
            return (next.partialValue, product.1 || next.overflow)
        }
        let weights = shape[0].multipliedReportingOverflow(by: first)
        let limit = ParameterLayout.maximumParameters
        guard !overflow, !weights.overflow, weights.partialValue <= limit else {
            throw .modelTooLarge(limit: limit)
        }
        var biases = shape[0]
        if case .factorizationMachine = kind { biases = 1 }
        let weightOffset = parameterCount
        let biasOffset = weightOffset + weights.partialValue
        stages.append(
            ParameterLayout.Stage(
                kind: kind, inputs: width, outputs: outputs, weightOffset: weightOffset,
                biasOffset: biasOffset, bufferOffset: bufferCount))
        append("weight", shape, weightOffset, weights.partialValue)
        append("bias", [biases], biasOffset, biases)
        penalized.append(weightOffset..<biasOffset)
        try advance(to: biasOffset + biases)
        width = outputs
    }

    private mutating func normalization(
        _ kind: ParameterLayout.Stage.Kind, count: Int
    ) throws(TrainingRefusal) {
        let start = parameterCount
        stages.append(
            ParameterLayout.Stage(
                kind: kind, inputs: width, outputs: width, weightOffset: start,
                biasOffset: start + count, bufferOffset: bufferCount))
        append("weight", [count], start, count)
        append("bias", [count], start + count, count)
        try advance(to: start + 2 * count)
    }

    private mutating func append(_ name: String, _ shape: [Int], _ offset: Int, _ count: Int) {
        tensors.append(
            ParameterLayout.Tensor(
                name: "layers.\(number).\(name)", shape: shape, offset: offset, count: count))
    }

    private mutating func advance(to offset: Int) throws(TrainingRefusal) {
        parameterCount = offset
        number += 1
        guard parameterCount <= ParameterLayout.maximumParameters else {
            throw .modelTooLarge(limit: ParameterLayout.maximumParameters)
        }
    }

    private mutating func plain(_ kind: ParameterLayout.Stage.Kind) {
        stages.append(
            ParameterLayout.Stage(
                kind: kind, inputs: width, outputs: width, weightOffset: parameterCount,
                biasOffset: parameterCount, bufferOffset: bufferCount))
    }

    private mutating func pool(
        _ size: Int, _ stride: Int, _ padding: Int,
        _ kind: (Window) -> ParameterLayout.Stage.Kind
    ) throws(TrainingRefusal) {
        let window = try window(size, stride, padding)
        let outputs = try product(window.outputHeight, window.outputWidth, window.channels)
        stages.append(
            ParameterLayout.Stage(
                kind: kind(window), inputs: width, outputs: outputs, weightOffset: parameterCount,
                biasOffset: parameterCount, bufferOffset: bufferCount))
        width = outputs
        become(window, channels: window.channels)
    }

    private mutating func becomePlainRow() {
        image = nil
        isPlainRow = true
    }

    private mutating func become(_ window: Window, channels: Int) {
        image = ModelArchitecture.ImageShape(
            height: window.outputHeight, width: window.outputWidth, channels: channels)
    }

    /// The window over the image that a row holds here.
    private mutating func window(
        _ size: Int, _ stride: Int, _ padding: Int
    ) throws(TrainingRefusal) -> Window {
        let shape = try currentImage()
        let largest = ParameterLayout.maximumWidth
        try PlanLimits.check("size of a window", size, 1, largest)
        try PlanLimits.check("stride", stride, 1, largest)
        try PlanLimits.check("padding", padding, 0, size - 1)
        let window = Window(
            height: shape.height, width: shape.width, channels: shape.channels, size: size,
            stride: stride, padding: padding)
        guard size <= shape.height + 2 * padding, size <= shape.width + 2 * padding else {
            throw .windowTooLarge(size: size, height: shape.height, width: shape.width)
        }
        return window
    }

    private mutating func currentImage() throws(TrainingRefusal) -> ModelArchitecture.ImageShape {
        if let image { return image }
        guard !isPlainRow else { throw .imageNeeded }
        let shape: ModelArchitecture.ImageShape
        if let declared { shape = declared } else { shape = try squareImage() }
        let count = try product(shape.height, shape.width, shape.channels)
        guard count == width else {
            throw .sizesDiffer(what: "features of an image", expected: count, found: width)
        }
        image = shape
        return shape
    }

    private func squareImage() throws(TrainingRefusal) -> ModelArchitecture.ImageShape {
        let side = Int(Double(width).squareRoot().rounded())
        guard side * side == width else { throw .imageNeeded }
        return ModelArchitecture.ImageShape(height: side, width: side, channels: 1)
    }

    private func product(_ first: Int, _ second: Int, _ third: Int) throws(TrainingRefusal) -> Int {
        for extent in [first, second, third] {
            try PlanLimits.check("extent of an image", extent, 1, ParameterLayout.maximumWidth)
        }
        let area = first * second
        guard area <= ParameterLayout.maximumWidth, area * third <= ParameterLayout.maximumWidth
        else { throw .modelTooLarge(limit: ParameterLayout.maximumWidth) }
        return area * third
    }
}
