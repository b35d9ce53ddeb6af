import Datasets

extension TrainJobSpecification {
    /// The lines of `data.format`, written so that the reader reads an equal format.
    func formatLines() -> [String] {
        var fields: [String] = []
        let member: String
        switch format {
        case .idx: member = "idx"
        case .npy(let target):
            member = "npy"
            if target == .number { fields.append("target: number") }
        case .npz(let target):
            member = "npz"
            if target == .number { fields.append("target: number") }
        case .libsvm(let options):
            member = "libsvm"
            if options.predictsNumber { fields.append("target: number") }
            if options.isZeroBased { fields.append("zeroBased: true") }
            if let count = options.featureCount { fields.append("features: \(count)") }
        case .csv(let options):
            member = "csv"
            fields = Self.fields(options)
        }
        if format.badRowLimit > 0 { fields.append("badRows: {limit: \(format.badRowLimit)}") }
        return ["    format: {\(member): {\(fields.joined(separator: ", "))}}"]
    }

    private static func fields(_ options: TableOptions) -> [String] {
        var fields = ["\(options.predictsNumber ? "target" : "label"): \(text(options.label))"]
        if let header = options.header { fields.append("header: \(header)") }
        if let delimiter = options.delimiter {
            let isWord = FieldDelimiter.words.contains { $0.1 == delimiter }
            fields.append(
                "delimiter: \(isWord ? delimiter.word : CanonicalYAML.text(delimiter.word))")
        }
        if options.hasDecimalComma { fields.append("decimal: comma") }
        if !options.missing.isEmpty {
            let texts = options.missing.map(quoted).joined(separator: ", ")
            fields.append("missing: [\(texts)]")
        }
        if !options.classAliases.isEmpty {
            let pairs = options.classAliases.map { "\(quoted($0.written)): \(quoted($0.name))" }
            fields.append("classes: {\(pairs.joined(separator: ", "))}")
        }
        if !options.excluded.isEmpty {
            fields.append("exclude: [\(options.excluded.map(text).joined(separator: ", "))]")
        }
        if !options.kinds.isEmpty {
            let kinds = options.kinds.map {
                "\(text($0.column)): \(DataFormatSpecification.word($0.kind))"
            }
            fields.append("columns: {\(kinds.joined(separator: ", "))}")
        }
        if let weight = options.weight { fields.append("weight: \(text(weight))") }
        return fields
    }

    /// A column: a number in quotes is a name, a bare one an index.
    private static func text(_ column: ColumnSelector) -> String {
        switch column {
        case .name(let name): Int(name) != nil ? "\"\(name)\"" : CanonicalYAML.text(name)
        case .index(let index): String(index)
        }
    }

    /// A text that no reader takes for anything else.
    private static func quoted(_ text: String) -> String {
        let written = CanonicalYAML.text(text)
        return written.hasPrefix("\"") ? written : "\"\(written)\""
    }
}
