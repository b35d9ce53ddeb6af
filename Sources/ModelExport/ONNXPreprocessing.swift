import Training

/// The fitted steps as nodes: raw columns in, the model's features out.
///
/// A set of numbers only has one input, `features` [N x columns]. As soon as a column holds texts
/// every column is an input [N x 1] of its own, under its name; a missing number is NaN, a missing
/// text the empty one.
enum ONNXPreprocessing {
    /// Adds the nodes and gives the name of the features [N x featureCount].
    static func add(_ transform: FittedTransform, to graph: inout ONNXGraph) -> String {
        guard transform.columns.contains(where: \.isCategorical) else {
            let features = graph.input("features", .float, columns: transform.columns.count)
            return numbers(transform.columns, features, &graph)
        }
        var parts: [String] = []
        for column in transform.columns {
            if column.isCategorical {
                let input = graph.input(column.name, .text, columns: 1)
                parts.append(texts(column, input, &graph))
            } else {
                let input = graph.input(column.name, .float, columns: 1)
                parts.append(numbers([column], input, &graph))
            }
        }
        return graph.node("Concat", parts, [("axis", .integer(1))])
    }

    /// Columns of numbers together: missing ones filled, then all operations in order, each as
    /// vectors over the columns; a column without one is left as it is.
    private static func numbers(
        _ columns: [ColumnTransform], _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        var value = input
        if columns.contains(where: { $0.fill != nil }) {
            let fills = columns.map { Float($0.fill ?? .nan) }
            let missing = graph.node("IsNaN", [value])
            let fill = graph.constant(fills, shape: [1, fills.count])
            value = graph.node("Where", [missing, fill, value])
        }
        let levels = columns.map(\.operations.count).max() ?? 0
        for level in 0..<levels {
            value = operation(columns.map { $0.operations.dropFirst(level).first }, value, &graph)
        }
        return value
    }

    private static func operation(
        _ operations: [ColumnTransform.Operation?], _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        var value = input
        let shape = [1, operations.count]
        func vector(
            _ kind: ColumnTransform.Operation.Kind, _ part: (ColumnTransform.Operation) -> Double,
            otherwise: Float
        ) -> [Float] {
            operations.map { $0.map { $0.kind == kind ? Float(part($0)) : otherwise } ?? otherwise }
        }
        if operations.contains(where: { $0?.kind == .scale }) {
            let shift = graph.constant(vector(.scale, \.first, otherwise: 0), shape: shape)
            let factor = graph.constant(vector(.scale, \.second, otherwise: 1), shape: shape)
            value = graph.node("Mul", [graph.node("Sub", [value, shift]), factor])
        }
        if operations.contains(where: { $0?.kind == .clamp }) {
            let most = Float.greatestFiniteMagnitude
            let lower = graph.constant(vector(.clamp, \.first, otherwise: -most), shape: shape)
            let upper = graph.constant(vector(.clamp, \.second, otherwise: most), shape: shape)
            value = graph.node("Min", [graph.node("Max", [value, lower]), upper])
        }
        return value
    }

    private static func texts(
        _ column: ColumnTransform, _ input: String, _ graph: inout ONNXGraph
    ) -> String {
        var keys = column.categories
        var places = keys.map { column.place(of: $0) }
        if let fill = column.fillText, !keys.contains("") {
            keys.append("")
            places.append(column.place(of: fill))
        }
        if keys.isEmpty {
            // A column without any text: everything is unknown.
            keys = ["\u{0}"]
            places = [-1]
        }
        let place = graph.node(
            "LabelEncoder", [input],
            [
                ("keys_strings", .texts(keys)), ("values_int64s", .integers(places)),
                ("default_int64", .integer(-1)),
            ], domain: ONNXGraph.machineLearning)
        guard column.encoding != .ordinal else {
            let number = graph.node("Cast", [place], [("to", .integer(1))])
            var bare = column
            bare.fill = nil
            return numbers([bare], number, &graph)
        }
        let all = graph.constant(Array(0..<column.width), shape: [1, column.width])
        return graph.node(
            "Cast", [graph.node("Equal", [place, all])], [("to", .integer(1))])
    }
}
