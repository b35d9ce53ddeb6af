import Determinism

/// The rows of a sparse set: the values that are not 0, row after row (CSR).
///
/// The values of row r are `values[rowStarts[r] ..< rowStarts[r + 1]]`, those of features
/// `columns[…]` at the same places, which ascend within a row and count from 0. The memory belongs
/// to whoever opened the set.
package struct SparseRows {
    /// Where each row begins [rows + 1], from 0 to the number of stored values, never descending.
    package let rowStarts: UnsafeBufferPointer<Int64>
    /// The feature of each stored value, each below the set's feature count.
    package let columns: UnsafeBufferPointer<UInt32>
    /// The stored values, all finite.
    package let values: UnsafeBufferPointer<Float>
}

/// A checked view of an encoded set; its pointers live as long as the buffer it was opened on.
package struct SetView {
    /// What the set is.
    package let schema: SetSchema
    /// `rows` x `featureCount`, row-major; empty for a sparse set. NaN is a missing value.
    package let features: UnsafeBufferPointer<Float>
    /// The rows of a sparse set; nil for a dense one.
    package let sparse: SparseRows?
    /// One index into `classNames` per row, every one of them in range; empty unless classes are
    /// to be predicted.
    package let labels: UnsafeBufferPointer<Int32>
    /// The number to predict of each row; empty unless numbers are.
    package let targets: UnsafeBufferPointer<Float>
    /// The weight of each row; empty without weights.
    package let weights: UnsafeBufferPointer<Float>

    /// All rows, test rows included.
    package var rows: Int { schema.rows }
    /// Trailing rows that came from an explicit test file.
    package var testRows: Int { schema.testRows }
    /// Values of one row.
    package var featureCount: Int { schema.featureCount }
    /// One name per feature, in column order.
    package var featureNames: [String] { schema.featureNames }
    /// The distinct classes in their fixed order.
    package var classNames: [String] { schema.classNames }

    /// Opens an encoded set, usually a mapped file, without copying its rows.
    ///
    /// Everything in the header is checked against the buffer; every label is read once. Other
    /// sections are not read here: ``verify(_:)`` compares all of them with the file's digest.
    /// - Throws: `DataProblem` of kind `wrongMagic`, `wrongVersion` or `damagedSet`.
    package init(_ bytes: UnsafeRawBufferPointer) throws(DataProblem) {
        try Self.requireHeader(bytes)
        guard let numbers = Self.numbers(bytes) else {
            throw Self.damaged("a number in the header is out of range")
        }
        var schema = SetSchema()
        (schema.rows, schema.testRows, schema.featureCount) = (numbers[0], numbers[1], numbers[2])
        guard let target = UInt8(exactly: numbers[4]).flatMap(TargetKind.init(rawValue:)),
            numbers[5] <= 1, schema.testRows <= schema.rows,
            let plan = SetFile.Plan(
                counts: (0..<SetFile.partCount).map { numbers[7 + 2 * $0] }),
            (0..<SetFile.partCount).allSatisfy({ numbers[6 + 2 * $0] == plan.offsets[$0] }),
            numbers[6 + 2 * SetFile.partCount] == plan.totalBytes
        else { throw Self.damaged("the header contradicts itself") }
        guard plan.totalBytes == bytes.count else {
            throw Self.damaged("\(bytes.count) bytes, the header says \(plan.totalBytes)")
        }
        guard Int(bitPattern: bytes.baseAddress) % SetFile.alignment == 0 else {
            throw Self.damaged("the buffer is not aligned to \(SetFile.alignment) bytes")
        }
        schema.target = target
        schema.isSparse = numbers[5] == 1
        let parts = Self.parts(bytes, plan)
        try SchemaCoding.decode(parts[SetFile.partCount - 1], into: &schema)
        guard let expected = SetFile.sectionBytes(schema),
            zip(expected, plan.counts).allSatisfy({ $0 == nil || $0 == $1 }),
            schema.classNames.count == numbers[3],
            schema.isSparse ? schema.columns.isEmpty : schema.columns.count == schema.featureCount,
            plan.counts[2] == plan.counts[3], plan.counts[2] % 4 == 0,
            schema.featureCount <= Int(UInt32.max)
        else { throw Self.damaged("the header and the schema contradict each other") }
        self.schema = schema
        features = parts[SetSection.features.rawValue].bindMemory(to: Float.self)
        labels = parts[SetSection.labels.rawValue].bindMemory(to: Int32.self)
        targets = parts[SetSection.targets.rawValue].bindMemory(to: Float.self)
        weights = parts[SetSection.weights.rawValue].bindMemory(to: Float.self)
        sparse =
            schema.isSparse
            ? SparseRows(
                rowStarts: parts[SetSection.rowStarts.rawValue].bindMemory(to: Int64.self),
                columns: parts[SetSection.columnIndices.rawValue].bindMemory(to: UInt32.self),
                values: parts[SetSection.values.rawValue].bindMemory(to: Float.self)) : nil
        let classCount = schema.classNames.count
        for row in labels.indices where labels[row] < 0 || Int(labels[row]) >= classCount {
            throw Self.damaged("row \(row) has class \(labels[row]) of \(classCount)")
        }
    }

    /// Reads every byte and throws `damagedSet` when the sections are not those that were written,
    /// or when the rows of a sparse set do not hold together.
    package static func verify(_ bytes: UnsafeRawBufferPointer) throws(DataProblem) {
        let view = try SetView(bytes)
        guard let numbers = numbers(bytes),
            let plan = SetFile.Plan(counts: (0..<SetFile.partCount).map { numbers[7 + 2 * $0] })
        else { throw damaged("a number is out of range") }
        let found = SetFile.digest(parts(bytes, plan))
        func half(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        let written = FastDigest(
            high: half(SetFile.digestOffset), low: half(SetFile.digestOffset + 8))
        guard found == written else {
            throw damaged("its content has digest \(found), the header says \(written)")
        }
        if let sparse = view.sparse { try verify(sparse, featureCount: view.featureCount) }
    }

    private static func verify(_ rows: SparseRows, featureCount: Int) throws(DataProblem) {
        guard rows.rowStarts.first == 0, rows.rowStarts.last == Int64(rows.values.count) else {
            throw damaged("the rows do not cover the values")
        }
        for row in 1..<rows.rowStarts.count where rows.rowStarts[row] < rows.rowStarts[row - 1] {
            throw damaged("row \(row - 1) ends before it begins")
        }
        for place in rows.columns.indices where Int(rows.columns[place]) >= featureCount {
            throw damaged("a value belongs to feature \(rows.columns[place]) of \(featureCount)")
        }
    }

    private static func parts(
        _ bytes: UnsafeRawBufferPointer, _ plan: SetFile.Plan
    ) -> [UnsafeRawBufferPointer] {
        zip(plan.offsets, plan.counts).map { offset, count in
            // An empty part may lie behind the last byte.
            count == 0
                ? UnsafeRawBufferPointer(start: nil, count: 0)
                : UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
        }
    }

    private static func requireHeader(_ bytes: UnsafeRawBufferPointer) throws(DataProblem) {
        guard bytes.count >= SetFile.headerBytes, bytes.starts(with: SetFile.magic.utf8) else {
            throw DataProblem(
                .wrongMagic,
                in: .train,
                found: "this is not a converted data set",
                cure: "delete it; it is converted again from its source",
            )
        }
        let version = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard version == SetFile.version else {
            throw DataProblem(
                .wrongVersion,
                in: .train,
                found: "a converted data set of version \(version), this is \(SetFile.version)",
                cure: "convert the source again with this release",
            )
        }
    }

    /// The numbers of the header, nil when one does not fit into an Int.
    private static func numbers(_ bytes: UnsafeRawBufferPointer) -> [Int]? {
        var numbers: [Int] = []
        for index in 0..<(7 + 2 * SetFile.partCount) {
            let raw = bytes.loadUnaligned(fromByteOffset: 16 + index * 8, as: UInt64.self)
            guard let number = Int(exactly: UInt64(littleEndian: raw)) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    static func damaged(_ found: String) -> DataProblem {
        DataProblem(
            .damagedSet,
            in: .train,
            found: "converted data set: \(found)",
            cure: "delete it; it is converted again from its source",
        )
    }
}
