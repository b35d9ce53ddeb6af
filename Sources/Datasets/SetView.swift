import Determinism

/// A checked view of an encoded set; its pointers live as long as the buffer it was opened on.
package struct SetView {
    /// All rows, test rows included.
    package let rows: Int
    /// Trailing rows that came from an explicit test file.
    package let testRows: Int
    /// Values of one row.
    package let featureCount: Int
    /// One name per feature, in column order.
    package let featureNames: [String]
    /// The distinct classes in their fixed order.
    package let classNames: [String]
    /// `rows` x `featureCount`, row-major.
    package let features: UnsafeBufferPointer<Float>
    /// One index into `classNames` per row, every one of them in range.
    package let labels: UnsafeBufferPointer<Int32>

    /// Opens an encoded set, usually a mapped file, without copying its rows.
    ///
    /// Everything in the header is checked against the buffer; every label is read once. Features
    /// are not read here: ``verify(_:)`` compares all sections with the file's digest.
    /// - Throws: `DataProblem` of kind `wrongMagic`, `wrongVersion` or `damagedSet`.
    package init(_ bytes: UnsafeRawBufferPointer) throws(DataProblem) {
        try Self.requireHeader(bytes)
        guard let numbers = Self.numbers(bytes) else {
            throw Self.damaged("a number in the header is out of range")
        }
        let (rows, testRows, featureCount, classCount) =
            (numbers[0], numbers[1], numbers[2], numbers[3])
        guard
            let plan = SetFile.Plan(
                rows: rows,
                featureCount: featureCount,
                namesBytes: numbers[9],
            ), testRows <= rows,
            Array(numbers[4...]) == [
                plan.featuresOffset, plan.featuresBytes, plan.labelsOffset, plan.labelsBytes,
                plan.namesOffset, plan.namesBytes, plan.totalBytes,
            ]
        else {
            throw Self.damaged("the header contradicts itself")
        }
        guard plan.totalBytes == bytes.count else {
            throw Self.damaged("\(bytes.count) bytes, the header says \(plan.totalBytes)")
        }
        guard Int(bitPattern: bytes.baseAddress) % SetFile.alignment == 0 else {
            throw Self.damaged("the buffer is not aligned to \(SetFile.alignment) bytes")
        }
        // Each name takes at least four bytes, so hostile counts end here and not in an allocation.
        guard featureCount <= plan.namesBytes / 4, classCount <= plan.namesBytes / 4 else {
            throw Self.damaged("more names are announced than there are bytes")
        }
        let section = UnsafeRawBufferPointer(rebasing: bytes[plan.namesOffset...])
        let names = try Self.names(section, count: featureCount + classCount)
        self.rows = rows
        self.testRows = testRows
        self.featureCount = featureCount
        featureNames = Array(names[..<featureCount])
        classNames = Array(names[featureCount...])
        features = UnsafeRawBufferPointer(
            rebasing: bytes[plan.featuresOffset..<plan.featuresOffset + plan.featuresBytes]
        ).bindMemory(to: Float.self)
        labels = UnsafeRawBufferPointer(
            rebasing: bytes[plan.labelsOffset..<plan.labelsOffset + plan.labelsBytes]
        ).bindMemory(to: Int32.self)
        for row in labels.indices where labels[row] < 0 || Int(labels[row]) >= classCount {
            throw Self.damaged("row \(row) has class \(labels[row]) of \(classCount)")
        }
    }

    /// Reads every byte and throws `damagedSet` when the sections are not those that were written.
    package static func verify(_ bytes: UnsafeRawBufferPointer) throws(DataProblem) {
        let view = try SetView(bytes)
        guard let numbers = numbers(bytes) else { throw damaged("a number is out of range") }
        let names = UnsafeRawBufferPointer(rebasing: bytes[numbers[8]..<numbers[8] + numbers[9]])
        let found = SetFile.digest(
            UnsafeRawBufferPointer(view.features), UnsafeRawBufferPointer(view.labels), names)
        func half(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        let written = FastDigest(
            high: half(SetFile.digestOffset), low: half(SetFile.digestOffset + 8))
        guard found == written else {
            throw damaged("its content has digest \(found), the header says \(written)")
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

    /// The eleven numbers of the header, nil when one does not fit into an Int.
    private static func numbers(_ bytes: UnsafeRawBufferPointer) -> [Int]? {
        var numbers: [Int] = []
        for index in 0..<11 {
            let raw = bytes.loadUnaligned(fromByteOffset: 16 + index * 8, as: UInt64.self)
            guard let number = Int(exactly: UInt64(littleEndian: raw)) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func names(
        _ section: UnsafeRawBufferPointer,
        count: Int,
    ) throws(DataProblem) -> [String] {
        var names: [String] = []
        var position = 0
        for _ in 0..<count {
            guard section.count - position >= 4 else {
                throw damaged("the names end early")
            }
            let raw = section.loadUnaligned(fromByteOffset: position, as: UInt32.self)
            let length = Int(UInt32(littleEndian: raw))
            position += 4
            guard section.count - position >= length,
                let name = String(
                    validating: section[position..<position + length],
                    as: UTF8.self,
                )
            else {
                throw damaged("name \(names.count) is cut off or not UTF-8")
            }
            names.append(name)
            position += length
        }
        guard position == section.count else {
            throw damaged("\(section.count - position) bytes follow the names")
        }
        return names
    }

    private static func damaged(_ found: String) -> DataProblem {
        DataProblem(
            .damagedSet,
            in: .train,
            found: "converted data set: \(found)",
            cure: "delete it; it is converted again from its source",
        )
    }
}
