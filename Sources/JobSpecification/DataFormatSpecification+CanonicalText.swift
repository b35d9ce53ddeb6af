import Datasets

extension DataFormatSpecification {
    /// The text stored with a data set and hashed into its key; equal formats, equal texts.
    ///
    /// `csv;label=name:class;header=auto;delimiter=auto`, `idx`, `npy`, `npz` or `libsvm`, each
    /// followed by what differs from the defaults, in this order: `target=number`,
    /// `decimal=comma`, `missing=…`, `classes=WRITTEN:NAME,…`, `exclude=…`, `columns=…`,
    /// `weight=…`, `zeroBased=true`, `features=n`, `badRows=n`. Columns are `name:` and a name or
    /// `index:` and a number; `header` is `auto`, `true` or `false`; `delimiter` is `auto`, a word
    /// or a character; bytes of a name other than letters, digits, `_`, `-` and `.` are written
    /// `%XX`.
    package var canonicalFormat: String {
        switch self {
        case .idx: return "idx"
        case .npy(let target): return target == .number ? "npy;target=number" : "npy"
        case .npz(let target): return target == .number ? "npz;target=number" : "npz"
        case .libsvm(let options):
            var parts = ["libsvm"]
            if options.predictsNumber { parts.append("target=number") }
            if options.isZeroBased { parts.append("zeroBased=true") }
            if let count = options.featureCount { parts.append("features=\(count)") }
            if options.badRowLimit > 0 { parts.append("badRows=\(options.badRowLimit)") }
            return parts.joined(separator: ";")
        case .csv(let options): return Self.text(options)
        }
    }

    private static func text(_ options: TableOptions) -> String {
        var parts = [
            "csv", "label=\(text(options.label))",
            "header=\(options.header.map(String.init) ?? "auto")",
            "delimiter=\(options.delimiter.map { escapedDelimiter($0) } ?? "auto")",
        ]
        if options.predictsNumber { parts.append("target=number") }
        if options.hasDecimalComma { parts.append("decimal=comma") }
        if !options.missing.isEmpty {
            parts.append("missing=" + options.missing.map(escaped).joined(separator: ","))
        }
        if !options.classAliases.isEmpty {
            let pairs = options.classAliases.map { "\(escaped($0.written)):\(escaped($0.name))" }
            parts.append("classes=" + pairs.joined(separator: ","))
        }
        if !options.excluded.isEmpty {
            parts.append("exclude=" + options.excluded.map(text).joined(separator: ","))
        }
        if !options.kinds.isEmpty {
            let kinds = options.kinds.map { "\(text($0.column)):\(word($0.kind))" }
            parts.append("columns=" + kinds.joined(separator: ","))
        }
        if let weight = options.weight { parts.append("weight=\(text(weight))") }
        if options.badRowLimit > 0 { parts.append("badRows=\(options.badRowLimit)") }
        return parts.joined(separator: ";")
    }

    static func word(_ kind: ColumnKind) -> String {
        kind == .numeric ? "numeric" : "categorical"
    }

    private static func escapedDelimiter(_ delimiter: FieldDelimiter) -> String {
        FieldDelimiter.words.contains { $0.1 == delimiter }
            ? delimiter.word : escaped(delimiter.word)
    }

    private static func text(_ column: ColumnSelector) -> String {
        switch column {
        case .name(let name): "name:" + escaped(name)
        case .index(let index): "index:\(index)"
        }
    }

    // MARK: Reading

    /// Reads what ``canonicalFormat`` writes; nothing when the text is anything else.
    package init?(canonicalFormat text: String) {
        guard text.utf8.count <= Limits.formatBytes else { return nil }
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        var fields: [String: String] = [:]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            fields[String(part[..<equals])] = String(part[part.index(after: equals)...])
        }
        let target: TargetKind = fields["target"] == "number" ? .number : .classes
        switch parts.first {
        case "idx": self = .idx
        case "npy": self = .npy(target: target)
        case "npz": self = .npz(target: target)
        case "libsvm":
            var options = SparseOptions()
            options.predictsNumber = target == .number
            options.isZeroBased = fields["zeroBased"] == "true"
            options.featureCount = fields["features"].flatMap { Int($0) }
            options.badRowLimit = fields["badRows"].flatMap { Int($0) } ?? 0
            guard options.featureCount.map({ Limits.features.contains($0) }) ?? true,
                Limits.badRows.contains(options.badRowLimit)
            else { return nil }
            self = .libsvm(options)
        case "csv":
            guard let options = Self.table(fields) else { return nil }
            self = .csv(options)
        default: return nil
        }
        // One text per format: another spelling of the same would be another data set.
        guard canonicalFormat == text else { return nil }
    }

    private static func table(_ fields: [String: String]) -> TableOptions? {
        guard let label = fields["label"].flatMap(column),
            let header = fields["header"], ["auto", "true", "false"].contains(header),
            let delimiter = fields["delimiter"]
        else { return nil }
        var options = TableOptions(label: label)
        options.header = header == "auto" ? nil : header == "true"
        if delimiter != "auto" {
            guard let known = unescaped(delimiter).flatMap(FieldDelimiter.init(word:)) else {
                return nil
            }
            options.delimiter = known
        }
        options.predictsNumber = fields["target"] == "number"
        options.hasDecimalComma = fields["decimal"] == "comma"
        options.missing = list(fields["missing"]).compactMap { unescaped($0) }
        options.excluded = list(fields["exclude"]).compactMap(column)
        options.weight = fields["weight"].flatMap(column)
        options.badRowLimit = fields["badRows"].flatMap { Int($0) } ?? 0
        for pair in list(fields["classes"]) {
            let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let written = unescaped(String(parts[0])),
                let name = unescaped(String(parts[1]))
            else { return nil }
            options.classAliases.append(.init(written: written, name: name))
        }
        for entry in list(fields["columns"]) {
            guard let colon = entry.lastIndex(of: ":"), let column = column(String(entry[..<colon]))
            else { return nil }
            let kind: ColumnKind = entry.hasSuffix(":numeric") ? .numeric : .categorical
            options.kinds.append(.init(column: column, kind: kind))
        }
        guard Limits.badRows.contains(options.badRowLimit) else { return nil }
        return options
    }

    private static func list(_ text: String?) -> [String] {
        text?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    }

    private static func column(_ text: String) -> ColumnSelector? {
        if text.hasPrefix("name:") {
            guard let name = unescaped(String(text.dropFirst(5))), !name.isEmpty,
                name.utf8.count <= Limits.columnNameBytes
            else { return nil }
            return .name(name)
        }
        guard text.hasPrefix("index:"),
            let index = try? ScalarSyntax.integer(String(text.dropFirst(6))),
            Limits.columnIndex.contains(Int(index))
        else { return nil }
        return .index(Int(index))
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var view = String.UnicodeScalarView()
        for byte in text.utf8 {
            if NameRules.isAlphanumeric(byte) || "_-.".utf8.contains(byte) {
                view.append(Unicode.Scalar(byte))
            } else {
                view.append("%")
                view.append(digits[Int(byte >> 4)])
                view.append(digits[Int(byte & 15)])
            }
        }
        return String(view)
    }

    private static func unescaped(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            let code = String(decoding: [high, low], as: UTF8.self)
            guard let value = UInt8(code, radix: 16) else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
