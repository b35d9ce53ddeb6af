import ClusterVocabulary
import Datasets

extension TrainJobReader {
    // MARK: Format

    func readFormat(_ data: FieldReader, source: DataSource?) -> DataFormatSpecification? {
        let written = data.entry("format")
        guard written != nil, data.has("format") else {
            return impliedFormat(data, source: source)
        }
        guard
            let (member, entry) = data.union(
                "format", members: ["csv", "idx", "npy", "npz", "libsvm"])
        else {
            return nil
        }
        let before = collector.count
        let reader = data.member("format", entry)
        var format = DataFormatSpecification.idx
        switch member {
        case "csv": format = .csv(table(reader))
        case "npy": format = .npy(target: target(reader))
        case "npz": format = .npz(target: target(reader))
        case "libsvm": format = .libsvm(sparse(reader))
        default: break
        }
        reader.finish()
        if case .artifact(let reference) = source, collector.count == before,
            reference.format != format.canonicalFormat
        {
            let stated = YAMLNode.quoted(reference.format)
            data.report("format", "differs from the format \(stated) of the artifact")
        }
        return collector.count == before ? format : nil
    }

    private func impliedFormat(
        _ data: FieldReader, source: DataSource?
    ) -> DataFormatSpecification? {
        let formats: [DataFormatSpecification?]
        switch source {
        case nil: return nil
        case .artifact(let reference):
            return DataFormatSpecification(canonicalFormat: reference.format)
        case .file(let files), .hostPath(let files):
            formats = files.map { DataFormatSpecification.guessed(fromFileName: $0.path) }
        }
        if let format = formats.first.flatMap({ $0 }), formats.allSatisfy({ $0 == format }) {
            return format
        }
        data.report(
            "format",
            "cannot be guessed from the file names: add format: {csv: {label: class}},"
                + " {idx: {}}, {npy: {}}, {npz: {}} or {libsvm: {}}")
        return nil
    }

    private func target(_ reader: FieldReader) -> TargetKind {
        reader.word("target", among: ["classes", "number"], default: "classes") == "number"
            ? .number : .classes
    }

    private func badRows(_ reader: FieldReader) -> Int {
        let section = reader.section("badRows")
        let limit = section.integer("limit", in: Limits.badRows, default: 0)
        section.finish()
        return limit
    }

    private func sparse(_ reader: FieldReader) -> SparseOptions {
        var options = SparseOptions()
        options.predictsNumber = target(reader) == .number
        options.isZeroBased = reader.boolean("zeroBased") ?? false
        let range = Int64(Limits.features.lowerBound)...Int64(Limits.features.upperBound)
        options.featureCount = reader.optionalInteger("features", in: range).map { Int($0) }
        options.badRowLimit = badRows(reader)
        return options
    }

    private func table(_ reader: FieldReader) -> TableOptions {
        var options = TableOptions(label: .index(-1))
        if reader.has("label"), reader.has("target") {
            reader.report("target", "either label (classes) or target (a number) is predicted")
        }
        if let column = column("label", of: reader) { options.label = column }
        if let column = column("target", of: reader) {
            options.label = column
            options.predictsNumber = true
        }
        options.header = reader.boolean("header")
        let delimiter = reader.text("delimiter") { text in
            guard FieldDelimiter(word: text) == nil else { return nil }
            let hint = NearestName.hint(for: text, among: FieldDelimiter.words.map(\.0))
            return "unknown delimiter \(YAMLNode.quoted(text))\(hint)"
        }
        options.delimiter = delimiter.flatMap(FieldDelimiter.init(word:))
        let decimal = reader.text("decimal") { text in
            ["comma", "point", ",", "."].contains(text)
                ? nil : "expected comma or point, found \(YAMLNode.quoted(text))"
        }
        options.hasDecimalComma = decimal == "comma" || decimal == ","
        if options.hasDecimalComma, options.delimiter == .comma {
            reader.report("delimiter", "a comma already stands before decimals: name another one")
        }
        options.missing = texts("missing", of: reader, bytes: 0...Limits.columnNameBytes)
            .filter { !$0.isEmpty }
        options.excluded = columns("exclude", of: reader)
        options.weight = column("weight", of: reader)
        options.kinds = kinds(reader.section("columns"))
        options.classAliases = aliases(reader.section("classes"))
        options.badRowLimit = badRows(reader)
        return options
    }

    /// A column by name or, when written as a plain integer, by position.
    private func column(_ name: String, of reader: FieldReader) -> ColumnSelector? {
        guard let (text, isPlain) = reader.scalar(name, "a column name or number") else {
            return nil
        }
        return column(text, isPlain: isPlain) { reader.report(name, $0) }
    }

    private func column(
        _ text: String, isPlain: Bool, _ report: (String) -> Void
    ) -> ColumnSelector? {
        if isPlain, let index = try? ScalarSyntax.integer(text) {
            let range = Limits.columnIndex
            if (Int64(range.lowerBound)...Int64(range.upperBound)).contains(index) {
                return .index(Int(index))
            }
            report("a column number is from \(range.lowerBound) to \(range.upperBound)")
        } else if text.isEmpty || text.utf8.count > Limits.columnNameBytes {
            report("a column name has from 1 to \(Limits.columnNameBytes) bytes")
        } else {
            return .name(text)
        }
        return nil
    }

    private func columns(_ name: String, of reader: FieldReader) -> [ColumnSelector] {
        guard let items = reader.list(name, atMost: Limits.columns) else { return [] }
        return items.enumerated().compactMap { index, item in
            let path = "\(reader.path(name))[\(index)]"
            guard case .scalar(let text, let isPlain) = item.content, !item.isNull else {
                collector.report(
                    item.position, path, "expected a column name or number, found \(item.found)")
                return nil
            }
            return column(text, isPlain: isPlain) {
                collector.report(item.position, path, $0)
            }
        }
    }

    /// A list of texts, or one text.
    func texts(
        _ name: String, of reader: FieldReader, bytes: ClosedRange<Int>
    ) -> [String] {
        guard let value = reader.value(name) else { return [] }
        let items: [YAMLNode]
        if case .scalar = value.content {
            items = [value]
        } else {
            items = reader.list(name, atMost: Limits.columns) ?? []
        }
        return items.compactMap { item in
            guard case .scalar(let text, _) = item.content, bytes.contains(text.utf8.count) else {
                collector.report(
                    item.position, reader.path(name),
                    "expected texts of \(bytes.lowerBound) to \(bytes.upperBound) bytes,"
                        + " found \(item.found)")
                return nil
            }
            return text
        }
    }

    private func kinds(_ reader: FieldReader) -> [TableOptions.KindOverride] {
        reader.finishRepeated()
        return entries(of: reader).compactMap { entry in
            let words = ColumnKind.allCases.map(DataFormatSpecification.word)
            guard case .scalar(let text, _) = entry.value.content,
                let kind = ColumnKind.allCases.first(where: {
                    DataFormatSpecification.word($0) == text
                })
            else {
                collector.report(
                    entry.value.position, "\(reader.path).\(entry.key)",
                    "expected \(words.joined(separator: " or ")), found \(entry.value.found)")
                return nil
            }
            // Keys of a map carry no quotes here: a number is a position.
            let column = column(entry.key, isPlain: true) {
                collector.report(entry.keyPosition, reader.path, $0)
            }
            return column.map { TableOptions.KindOverride(column: $0, kind: kind) }
        }
    }

    private func aliases(_ reader: FieldReader) -> [TableOptions.ClassAlias] {
        reader.finishRepeated()
        return entries(of: reader).compactMap { entry in
            guard case .scalar(let text, _) = entry.value.content, !entry.value.isNull,
                (1...Limits.columnNameBytes).contains(text.utf8.count),
                (1...Limits.columnNameBytes).contains(entry.key.utf8.count)
            else {
                collector.report(
                    entry.value.position, "\(reader.path).\(entry.key)",
                    "expected the class this label stands for, found \(entry.value.found)")
                return nil
            }
            return TableOptions.ClassAlias(written: entry.key, name: text)
        }
    }

    private func entries(of reader: FieldReader) -> [YAMLNode.Entry] {
        let entries = reader.writtenEntries
        guard entries.count <= Limits.columns else {
            collector.report(
                reader.position, reader.path,
                "has \(entries.count) entries, at most \(Limits.columns) are allowed")
            return []
        }
        return entries
    }
}
