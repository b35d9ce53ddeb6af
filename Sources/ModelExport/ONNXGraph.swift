/// An ONNX graph while it is built: inputs, nodes, constants, outputs (onnx.proto, IR version 8).
struct ONNXGraph {
    /// The domain of operators for texts and labels.
    static let machineLearning = "ai.onnx.ml"
    private static let irVersion = 8
    private static let operatorVersion = 17
    private static let machineLearningVersion = 3

    /// Types of elements.
    enum Element: Int {
        case float = 1
        case integer = 7
        case text = 8
    }

    /// An attribute of a node.
    enum Attribute {
        case integer(Int)
        case float(Float)
        case integers([Int])
        case texts([String])
        case text(String)
    }

    private var inputs: [ProtobufWriter] = []
    private var outputs: [ProtobufWriter] = []
    private var nodes: [ProtobufWriter] = []
    private var initializers: [ProtobufWriter] = []
    private var count = 0

    /// Adds an input [N x columns].
    mutating func input(_ name: String, _ element: Element, columns: Int) -> String {
        inputs.append(Self.value(name, element, columns: columns))
        return name
    }

    /// Declares a value as an output [N x columns], or [N] without columns.
    mutating func output(_ name: String, _ element: Element, columns: Int?) {
        outputs.append(Self.value(name, element, columns: columns))
    }

    /// Adds a node and gives the name of its output.
    @discardableResult
    mutating func node(
        _ type: String, _ inputs: [String], _ attributes: [(String, Attribute)] = [],
        domain: String = "", output: String? = nil
    ) -> String {
        count += 1
        let name = output ?? "v\(count)"
        var node = ProtobufWriter()
        for input in inputs { node.text(1, input) }
        node.text(2, name)
        node.text(3, "n\(count)")
        node.text(4, type)
        for (key, attribute) in attributes {
            node.message(5) { Self.write(key, attribute, to: &$0) }
        }
        if !domain.isEmpty { node.text(7, domain) }
        nodes.append(node)
        return name
    }

    /// Adds a constant of floats, row-major.
    mutating func constant(_ values: [Float], shape: [Int]) -> String {
        tensor(shape, .float, values.withUnsafeBytes { Array($0) })
    }

    /// Adds a constant of integers.
    mutating func constant(_ values: [Int], shape: [Int]) -> String {
        let wide = values.map { Int64($0).littleEndian }
        return tensor(shape, .integer, wide.withUnsafeBytes { Array($0) })
    }

    private mutating func tensor(_ shape: [Int], _ element: Element, _ raw: [UInt8]) -> String {
        count += 1
        let name = "c\(count)"
        var tensor = ProtobufWriter()
        tensor.packed(1, shape)
        tensor.integer(2, element.rawValue)
        tensor.text(8, name)
        tensor.data(9, raw)
        initializers.append(tensor)
        return name
    }

    /// The bytes of the model.
    func encoded(
        name: String, producerVersion: String, metadata: [(String, String)]
    ) -> [UInt8] {
        var model = ProtobufWriter()
        model.integer(1, Self.irVersion)
        model.text(2, "mlctl")
        model.text(3, producerVersion)
        model.message(7) { graph in
            for node in nodes { graph.data(1, node.bytes) }
            graph.text(2, name)
            for tensor in initializers { graph.data(5, tensor.bytes) }
            for input in inputs { graph.data(11, input.bytes) }
            for output in outputs { graph.data(12, output.bytes) }
        }
        for (domain, version) in [
            ("", Self.operatorVersion), (Self.machineLearning, Self.machineLearningVersion),
        ] {
            model.message(8) { entry in
                entry.text(1, domain)
                entry.integer(2, version)
            }
        }
        for (key, value) in metadata {
            model.message(14) { entry in
                entry.text(1, key)
                entry.text(2, value)
            }
        }
        return model.bytes
    }

    private static func value(
        _ name: String, _ element: Element, columns: Int?
    ) -> ProtobufWriter {
        var value = ProtobufWriter()
        value.text(1, name)
        value.message(2) { type in
            type.message(1) { tensor in
                tensor.integer(1, element.rawValue)
                tensor.message(2) { shape in
                    shape.message(1) { $0.text(2, "N") }
                    if let columns { shape.message(1) { $0.integer(1, columns) } }
                }
            }
        }
        return value
    }

    private static func write(
        _ key: String, _ attribute: Attribute, to writer: inout ProtobufWriter
    ) {
        writer.text(1, key)
        switch attribute {
        case .float(let value):
            writer.float(2, value)
            writer.integer(20, 1)
        case .integer(let value):
            writer.integer(3, value)
            writer.integer(20, 2)
        case .text(let value):
            writer.text(4, value)
            writer.integer(20, 3)
        case .integers(let values):
            for value in values { writer.integer(8, value) }
            writer.integer(20, 7)
        case .texts(let values):
            for value in values { writer.text(9, value) }
            writer.integer(20, 8)
        }
    }
}
