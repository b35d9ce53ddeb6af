/// What is learnt of the feature columns of a table while its rows are read.
///
/// A class: training and test file are read one after the other into the same columns.
final class TableColumns {
    private var names: [String]
    private var kinds: [ColumnKind]
    private var missing: [Int]
    private var firstMissingLine: [Int]
    private var dictionaries: [CategoryDictionary]
    private var scratch: [UInt8] = []
    /// Slots without a value in the row being read, counted once the row is kept.
    private var missingInRow: [Int] = []

    init(_ layout: CSVLayout, limits: DataLimits) {
        let columns = layout.featureColumns
        names = columns.map { layout.columnNames[$0] }
        kinds = columns.map { layout.roles[$0] == .numeric ? .numeric : .categorical }
        missing = columns.map { _ in 0 }
        firstMissingLine = missing
        dictionaries = kinds.map {
            CategoryDictionary(maximum: $0 == .categorical ? limits.maximumCategories : 0)
        }
    }

    /// The columns a trained model knows; other texts get numbers behind those it knows.
    init(known schema: [ColumnSchema], limits: DataLimits) {
        names = schema.map(\.name)
        kinds = schema.map(\.kind)
        missing = schema.map { _ in 0 }
        firstMissingLine = missing
        dictionaries = schema.map {
            CategoryDictionary(known: $0.categories, maximum: limits.maximumCategories)
        }
    }

    /// What was learnt.
    var schema: [ColumnSchema] {
        names.indices.map { slot in
            ColumnSchema(
                name: names[slot], kind: kinds[slot],
                categories: kinds[slot] == .categorical ? dictionaries[slot].texts : [],
                missing: missing[slot], firstMissingLine: firstMissingLine[slot])
        }
    }

    func code(
        _ scanner: CSVFieldScanner, _ field: CSVFieldScanner.Field, slot: Int
    ) -> CategoryDictionary.Outcome {
        if let plain = scanner.plainBytes(of: field, &scratch) {
            return dictionaries[slot].code(of: plain)
        }
        return scratch.withUnsafeBufferPointer { dictionaries[slot].code(of: $0) }
    }

    @inline(__always)
    func beginRow() {
        if !missingInRow.isEmpty { missingInRow.removeAll(keepingCapacity: true) }
    }

    func markMissing(slot: Int) {
        missingInRow.append(slot)
    }

    /// The row was kept: what it lacks counts.
    @inline(__always)
    func keepRow(line: Int) {
        guard !missingInRow.isEmpty else { return }
        for slot in missingInRow {
            if missing[slot] == 0 { firstMissingLine[slot] = line }
            missing[slot] += 1
        }
    }
}
