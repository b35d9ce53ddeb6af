/// Takes the rows of the files of one source and hands them on to a storage in large pieces.
final class RowCollector {
    /// Values kept back until they are handed on.
    private static let chunkBytes = 1 << 20

    let limits: DataLimits
    var classes: ClassCollector
    private(set) var rows = 0
    private(set) var trainRows: Int?
    /// Values of sparse rows so far.
    private(set) var storedValues = 0
    private let storage: any SetStorage
    private var buffers: [UnsafeMutableRawBufferPointer]
    private var used: [Int]
    private var featureValues = 0

    init(limits: DataLimits, storage: any SetStorage) {
        self.limits = limits
        self.storage = storage
        classes = ClassCollector(maximumClasses: limits.maximumClasses)
        buffers = SetSection.allCases.map { _ in
            UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        used = buffers.map { _ in 0 }
    }

    deinit {
        buffers.forEach { $0.deallocate() }
    }

    /// Room for one row of features, to be filled and then taken by ``finishRow(features:)``.
    @inline(__always)
    func roomForFeatures(
        _ count: Int, in file: DataFileRole
    ) throws(DataProblem) -> UnsafeMutablePointer<Float> {
        let bytes = count &* MemoryLayout<Float>.stride
        let index = SetSection.features.rawValue
        if used[index] &+ bytes > buffers[index].count {
            try makeRoom(bytes, in: .features, file: file)
        }
        return (buffers[index].baseAddress.unsafelyUnwrapped + used[index])
            .assumingMemoryBound(to: Float.self)
    }

    /// Keeps the row that was written where ``roomForFeatures(_:in:)`` said.
    @inline(__always)
    func finishRow(features count: Int, in file: DataFileRole) throws(DataProblem) {
        try countValues(count, in: file)
        used[SetSection.features.rawValue] += count &* MemoryLayout<Float>.stride
        rows &+= 1
    }

    /// Adds whole rows of features that stand one after the other.
    func addFeatures(
        _ values: UnsafeBufferPointer<Float>, rows count: Int, in file: DataFileRole
    ) throws(DataProblem) {
        try countValues(values.count, in: file)
        try add(UnsafeRawBufferPointer(values), to: .features, in: file)
        rows += count
    }

    /// Adds one sparse row; `columns` ascend.
    func addSparseRow(
        columns: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<Float>,
        in file: DataFileRole
    ) throws(DataProblem) {
        if rows == 0 { try add(Int64(0), to: .rowStarts, in: file) }
        try countValues(2 * values.count + 2, in: file)
        try add(UnsafeRawBufferPointer(columns), to: .columnIndices, in: file)
        try add(UnsafeRawBufferPointer(values), to: .values, in: file)
        storedValues += values.count
        try add(Int64(storedValues), to: .rowStarts, in: file)
        rows += 1
    }

    /// Adds one value to a section that has one entry for a row.
    @inline(__always)
    func add<Value: BitwiseCopyable>(
        _ value: Value, to section: SetSection, in file: DataFileRole
    ) throws(DataProblem) {
        let index = section.rawValue
        let bytes = MemoryLayout<Value>.stride
        if used[index] &+ bytes > buffers[index].count {
            try makeRoom(bytes, in: section, file: file)
        }
        buffers[index].storeBytes(of: value, toByteOffset: used[index], as: Value.self)
        used[index] &+= bytes
    }

    private func add(
        _ bytes: UnsafeRawBufferPointer, to section: SetSection, in file: DataFileRole
    ) throws(DataProblem) {
        guard bytes.count > 0 else { return }
        let index = section.rawValue
        if used[index] + bytes.count > buffers[index].count {
            try makeRoom(bytes.count, in: section, file: file)
        }
        UnsafeMutableRawBufferPointer(rebasing: buffers[index][used[index]...])
            .copyMemory(from: bytes)
        used[index] += bytes.count
    }

    @inline(__always)
    private func countValues(_ count: Int, in file: DataFileRole) throws(DataProblem) {
        featureValues &+= count
        guard featureValues <= limits.maximumFeatureBytes / MemoryLayout<Float>.stride else {
            throw Self.tooLarge(in: file, limits: limits)
        }
        guard rows < limits.maximumRows else {
            throw DataProblem(
                .tooLarge, in: file, found: "more than \(limits.maximumRows) rows",
                cure: "rows are counted with 32 bits; train on fewer of them")
        }
    }

    @inline(never)
    private func makeRoom(
        _ bytes: Int, in section: SetSection, file: DataFileRole
    ) throws(DataProblem) {
        let index = section.rawValue
        try flush(section, file)
        guard buffers[index].count < bytes || buffers[index].isEmpty else { return }
        buffers[index].deallocate()
        buffers[index] = .allocate(byteCount: max(Self.chunkBytes, bytes), alignment: 64)
    }

    private func flush(_ section: SetSection, _ file: DataFileRole) throws(DataProblem) {
        let index = section.rawValue
        guard used[index] > 0 else { return }
        let filled = UnsafeRawBufferPointer(rebasing: buffers[index][..<used[index]])
        guard storage.append(filled, to: section) else {
            throw DataProblem(
                .storageFailed, in: file, found: "the converted rows cannot be stored",
                cure: "see the cause beside this; free room on the disk")
        }
        used[index] = 0
    }

    /// Hands on what is still kept back.
    func finish(in file: DataFileRole) throws(DataProblem) {
        for section in SetSection.allCases { try flush(section, file) }
    }

    /// Called between the training and the test files: fixes the classes and their order.
    func finishTraining(
        target: TargetKind, labelsIn file: DataFileRole
    ) throws(DataProblem) {
        classes.seal()
        trainRows = rows
        guard target == .classes, classes.classNames.count < 2 else { return }
        throw DataProblem(
            .onlyOneClass,
            in: file,
            found: "all \(rows) rows have the class \"\(classes.summary)\"",
            cure: "check that the label column is the right one; training needs two classes",
        )
    }

    /// True when `count` more values stay within the bound on the set's size.
    func hasRoom(forValues count: Int) -> Bool {
        count <= limits.maximumFeatureBytes / MemoryLayout<Float>.stride - featureValues
    }

    static func tooLarge(in file: DataFileRole, limits: DataLimits) -> DataProblem {
        DataProblem(
            .tooLarge,
            in: file,
            found: "the features need more than \(limits.maximumFeatureBytes) bytes",
            cure: "use fewer rows or columns, or raise the bound",
        )
    }

    /// The finding for a label that has no place among the classes, nil when it has one.
    func finding(
        for outcome: ClassCollector.Outcome,
        label: String,
        file: DataFileRole,
        line: Int?,
        column: String?,
        place: String = "",
    ) -> DataFinding? {
        switch outcome {
        case .index:
            return nil
        case .unknown:
            return DataFinding(
                kind: .unknownTestClass,
                file: file,
                line: line,
                column: column,
                found: "\(place)class \"\(DataFinding.printable(label))\" never occurs in training",
                cure: "training has \(classes.summary); make the labels of both files agree",
            )
        case .tooMany:
            return DataFinding(
                kind: .tooManyClasses,
                file: file,
                line: line,
                column: column,
                found: "\(place)more than \(limits.maximumClasses) different labels",
                cure: "a number to predict is no class: name the column with target, not label",
            )
        }
    }
}
