/// Finds the columns that options speak of in the first record of a table.
struct ColumnFinder {
    let fields: [String]
    /// What the options say of a header.
    let header: Bool?
    let file: DataFileRole
    let line: Int

    /// The position of a column.
    ///
    /// - Parameter missing: the kind of problem when there is no such column.
    func column(
        _ selector: ColumnSelector, missing: DataProblemKind
    ) throws(DataProblem) -> Int {
        switch selector {
        case .name(let name):
            guard header != false else { throw noHeader(for: name, missing) }
            return try position(of: name, missing)
        case .index(let index): return try position(of: index, missing)
        }
    }

    /// Refuses a column that already has another part to play.
    func requireUnused(_ column: Int, _ roles: [CSVLayout.Role]) throws(DataProblem) {
        guard !CSVLayout.isFeature(roles[column]) else { return }
        throw DataProblem(
            .columnUsedTwice, in: file, line: line, column: fields[column],
            found: "the format gives this column two parts to play",
            cure: "label, weight and exclude must name different columns")
    }

    private func position(of name: String, _ missing: DataProblemKind) throws(DataProblem) -> Int {
        let matches = fields.indices.filter { fields[$0] == name }
        if let match = matches.first, matches.count == 1 {
            return match
        }
        let isLabel = missing == .missingLabelColumn
        if matches.count > 1 {
            let places = matches.prefix(8).map { String($0) }.joined(separator: ", ")
            throw DataProblem(
                isLabel ? .ambiguousLabelColumn : .ambiguousColumn,
                in: file,
                line: line,
                column: name,
                found: "\(matches.count) columns have this name",
                cure: "name \(isLabel ? "the label" : "it") by position, one of \(places)",
            )
        }
        let nearest = NearestNames.of(name, in: fields)
            .map { "\"\(DataFinding.printable($0))\"" }.joined(separator: ", ")
        let cure = isLabel ? "; set format.csv.label" : ""
        throw DataProblem(
            missing,
            in: file,
            line: line,
            column: name,
            found: "the header has no such column",
            cure: "nearest of its \(fields.count) names: \(nearest)\(cure)",
        )
    }

    private func position(of index: Int, _ missing: DataProblemKind) throws(DataProblem) -> Int {
        if index >= 0, index < fields.count {
            return index
        }
        if index < 0, index >= -fields.count {
            return fields.count + index
        }
        let what = missing == .missingLabelColumn ? "the label is to be" : "the format names"
        throw DataProblem(
            missing,
            in: file,
            line: line,
            found: "\(what) column \(index) but there are \(fields.count) columns",
            cure: "positions go from 0 to \(fields.count - 1), or from -1 backwards",
        )
    }

    private func noHeader(for name: String, _ missing: DataProblemKind) -> DataProblem {
        let isLabel = missing == .missingLabelColumn
        return DataProblem(
            missing,
            in: file,
            line: line,
            column: name,
            found: isLabel
                ? "the label is named but the format says header: false"
                : "a column is named but there is no header",
            cure: isLabel
                ? "give the label's position, or set header: true"
                : "give its position, or set header: true",
        )
    }
}
