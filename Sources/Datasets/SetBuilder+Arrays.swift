/// The arrays of a source, each ready to be read.
struct ArraySources {
    var train: ByteSource
    var trainLabels: ByteSource?
    var test: ByteSource?
    var testLabels: ByteSource?

    init(
        train: ByteSource, trainLabels: ByteSource?, test: ByteSource?, testLabels: ByteSource?
    ) {
        self.train = train
        self.trainLabels = trainLabels
        self.test = test
        self.testLabels = testLabels
    }

    init(_ files: DataFiles, limits: DataLimits) throws(DataProblem) {
        train = try ByteSource(files.train, file: .train, limits: limits)
        if let bytes = files.trainLabels {
            trainLabels = try ByteSource(bytes, file: .trainLabels, limits: limits)
        }
        if let bytes = files.test { test = try ByteSource(bytes, file: .test, limits: limits) }
        if let bytes = files.testLabels {
            testLabels = try ByteSource(bytes, file: .testLabels, limits: limits)
        }
    }
}

extension SetBuilder {
    static func readArrays(
        _ sources: ArraySources, isIDX: Bool, target: TargetKind, _ collector: RowCollector
    ) throws(DataProblem) -> SetSchema {
        let hasTest = sources.test != nil
        guard
            (sources.trainLabels == nil) == (sources.testLabels == nil) || !hasTest,
            hasTest || sources.testLabels == nil
        else {
            throw DataProblem(
                .missingFile,
                in: hasTest ? .testLabels : .test,
                found: "the training and the test data are not given alike",
                cure: "give labels files for both, or label columns in both",
            )
        }
        let train = try readArrays(
            sources.train, labels: sources.trainLabels, isIDX: isIDX, target: target, collector)
        try collector.finishTraining(
            target: target, labelsIn: sources.trainLabels == nil ? .train : .trainLabels)
        if let test = sources.test {
            let shape = try readArrays(
                test, labels: sources.testLabels, isIDX: isIDX, target: target,
                expectedRow: train.row, collector)
            assert(shape.row == train.row)
        }
        var schema = SetSchema()
        schema.columns = train.featureNames.map { ColumnSchema(name: $0) }
        schema.featureCount = train.featureNames.count
        schema.target = target
        return schema
    }

    /// What one array of rows looks like.
    private struct RowShape {
        var row: [Int]
        var featureNames: [String]
    }

    /// Reads an array of features and its labels; `expectedRow` is the shape a row must have.
    private static func readArrays(
        _ data: ByteSource,
        labels: ByteSource?,
        isIDX: Bool,
        target: TargetKind,
        expectedRow: [Int]? = nil,
        _ collector: RowCollector,
    ) throws(DataProblem) -> RowShape {
        let limits = collector.limits
        var source = data
        let header = try isIDX ? IDXHeader.read(&source) : NPYHeader.read(&source)
        let row = Array(header.shape.dropFirst())
        let featureCount = labels == nil ? header.rowWidth - 1 : header.rowWidth
        try requireFeatures(header, featureCount, limits, file: data.file)
        if let expectedRow, expectedRow != row {
            throw DataProblem(
                .columnsDiffer,
                in: data.file,
                found: "the array is \(header.shapeText), other rows than the training file's",
                cure: "give both files the same columns in the same order",
            )
        }
        var labelReader: ArrayReader?
        if let labels {
            labelReader = try openLabels(labels, rows: header.rows, isIDX: isIDX, target)
        }
        let names =
            isIDX
            ? IDXHeader.featureNames(header) : (0..<featureCount).map { "value\($0)" }
        var reader = ArrayReader(source, header: header, featureNames: names, target: target)
        try reader.read(
            labelReader == nil ? .featuresAndLabel : .features,
            dividedBy: isIDX && header.element.kind == .unsigned8 ? 255 : 1,
            into: collector,
        )
        try labelReader?.read(.labels, dividedBy: 1, into: collector)
        return RowShape(row: row, featureNames: names)
    }

    private static func requireFeatures(
        _ header: ArrayHeader,
        _ featureCount: Int,
        _ limits: DataLimits,
        file: DataFileRole,
    ) throws(DataProblem) {
        guard featureCount >= 1 else {
            throw DataProblem(
                .noFeatures,
                in: file,
                found: "the array is \(header.shapeText), which leaves no feature",
                cure: "save one row each; without a labels file the last column is the class",
            )
        }
        guard featureCount <= limits.maximumColumns else {
            throw DataProblem(
                .tooManyColumns,
                in: file,
                found: "\(featureCount) values in a row",
                cure: "at most \(limits.maximumColumns) are read; is the first dimension the rows?",
            )
        }
    }

    /// Opens an array of labels and compares its count, before any of the values are read.
    private static func openLabels(
        _ labels: ByteSource,
        rows: Int,
        isIDX: Bool,
        _ target: TargetKind,
    ) throws(DataProblem) -> ArrayReader {
        var source = labels
        let header = try isIDX ? IDXHeader.read(&source) : NPYHeader.read(&source)
        guard header.rowWidth == 1 else {
            throw DataProblem(
                .wrongShape,
                in: labels.file,
                found: "the labels are \(header.shapeText), not one per row",
                cure: "are images and labels swapped? One-hot labels need argmax(axis=1)",
            )
        }
        guard header.rows == rows else {
            throw DataProblem(
                .countsDiffer,
                in: labels.file,
                found: "\(header.rows) labels for \(rows) rows",
                cure: "name the labels file that belongs to the data",
            )
        }
        return ArrayReader(source, header: header, featureNames: [], target: target)
    }
}
