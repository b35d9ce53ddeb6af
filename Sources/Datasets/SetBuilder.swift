/// Turns the files of a data source into one labelled set.
package enum SetBuilder {
    /// Reads, checks and converts everything; the same bytes always give the same set.
    ///
    /// IDX byte values are divided by 255; all other values are taken as they are. Classes come
    /// from the training labels alone, a test file must not bring others.
    /// - Throws: `DataProblem` with the first findings, their places and their cures.
    package static func build(
        files: DataFiles,
        format: DataFormat,
        limits: DataLimits = DataLimits(),
    ) throws(DataProblem) -> ParsedSet {
        switch format {
        case .csv(let label, let header, let delimiter):
            let options = CSVParser.Options(label: label, header: header, delimiter: delimiter)
            return try buildTable(files, options, limits)
        case .idx:
            try requireIDXFiles(files)
            return try buildArrays(files, limits, isIDX: true)
        case .npy:
            return try buildArrays(files, limits, isIDX: false)
        }
    }

    private static func buildTable(
        _ files: DataFiles,
        _ options: CSVParser.Options,
        _ limits: DataLimits,
    ) throws(DataProblem) -> ParsedSet {
        for (labels, role) in [
            (files.trainLabels, DataFileRole.trainLabels), (files.testLabels, .testLabels),
        ] where labels != nil {
            throw DataProblem(
                .unexpectedFile,
                in: role,
                found: "a text table comes with a labels file",
                cure: "put the label into a column of the table and leave the file out",
            )
        }
        var accumulator = SetAccumulator(limits: limits)
        let layout = try CSVParser.parse(
            files.train,
            file: .train,
            options: options,
            training: nil,
            into: &accumulator,
        )
        try accumulator.finishTraining(labelsIn: .train)
        if let test = files.test {
            _ = try CSVParser.parse(
                test,
                file: .test,
                options: options,
                training: layout,
                into: &accumulator,
            )
        }
        return accumulator.makeSet(featureNames: layout.featureNames)
    }

    private static func requireIDXFiles(_ files: DataFiles) throws(DataProblem) {
        let isTrainComplete = files.trainLabels != nil
        let isTestComplete = (files.test == nil) == (files.testLabels == nil)
        guard isTrainComplete, isTestComplete else {
            throw DataProblem(
                .missingFile,
                in: !isTrainComplete ? .trainLabels : files.test == nil ? .test : .testLabels,
                found: "IDX keeps images and labels in two files and only one is given",
                cure: "name both",
            )
        }
    }

    private static func buildArrays(
        _ files: DataFiles,
        _ limits: DataLimits,
        isIDX: Bool,
    ) throws(DataProblem) -> ParsedSet {
        guard (files.trainLabels == nil) == (files.testLabels == nil) || files.test == nil,
            files.test != nil || files.testLabels == nil
        else {
            throw DataProblem(
                .missingFile,
                in: files.test == nil ? .test : .testLabels,
                found: "the training and the test data are not given alike",
                cure: "give labels files for both, or label columns in both",
            )
        }
        var accumulator = SetAccumulator(limits: limits)
        let train = try readArrays(
            (files.train, .train),
            labels: files.trainLabels.map { ($0, .trainLabels) },
            isIDX: isIDX,
            into: &accumulator,
        )
        try accumulator.finishTraining(
            labelsIn: files.trainLabels == nil ? .train : .trainLabels)
        if let test = files.test {
            let shape = try readArrays(
                (test, .test),
                labels: files.testLabels.map { ($0, .testLabels) },
                isIDX: isIDX,
                expectedRow: train.row,
                into: &accumulator,
            )
            assert(shape.row == train.row)
        }
        return accumulator.makeSet(featureNames: train.featureNames)
    }

    /// Reads a features file and its labels; `expectedRow` is the shape a row must have.
    private static func readArrays(
        _ data: (bytes: UnsafeRawBufferPointer, role: DataFileRole),
        labels: (bytes: UnsafeRawBufferPointer, role: DataFileRole)?,
        isIDX: Bool,
        expectedRow: [Int]? = nil,
        into accumulator: inout SetAccumulator,
    ) throws(DataProblem) -> (row: [Int], featureNames: [String]) {
        let limits = accumulator.limits
        var source = try ByteSource(data.bytes, file: data.role, limits: limits)
        let header = try isIDX ? IDXHeader.read(&source) : NPYHeader.read(&source)
        let row = Array(header.shape.dropFirst())
        let featureCount = labels == nil ? header.rowWidth - 1 : header.rowWidth
        try requireFeatures(header, featureCount, limits, file: data.role)
        if let expectedRow, expectedRow != row {
            throw DataProblem(
                .columnsDiffer,
                in: data.role,
                found: "the array is \(header.shapeText), other rows than the training file's",
                cure: "give both files the same columns in the same order",
            )
        }
        var labelReader: ArrayReader?
        if let labels {
            labelReader = try openLabels(labels, rows: header.rows, isIDX: isIDX, limits)
        }
        let names =
            isIDX
            ? IDXHeader.featureNames(header) : (0..<featureCount).map { "value\($0)" }
        var reader = ArrayReader(source, header: header, featureNames: names)
        try reader.read(
            labelReader == nil ? .featuresAndLabel : .features,
            dividedBy: isIDX && header.element.kind == .unsigned8 ? 255 : 1,
            into: &accumulator,
        )
        try labelReader?.read(.labels, dividedBy: 1, into: &accumulator)
        return (row, names)
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

    /// Opens a labels file and compares its count, before any of the values are read.
    private static func openLabels(
        _ labels: (bytes: UnsafeRawBufferPointer, role: DataFileRole),
        rows: Int,
        isIDX: Bool,
        _ limits: DataLimits,
    ) throws(DataProblem) -> ArrayReader {
        var source = try ByteSource(labels.bytes, file: labels.role, limits: limits)
        let header = try isIDX ? IDXHeader.read(&source) : NPYHeader.read(&source)
        guard header.rowWidth == 1 else {
            throw DataProblem(
                .wrongShape,
                in: labels.role,
                found: "the labels are \(header.shapeText), not one per row",
                cure: "are images and labels swapped? One-hot labels need argmax(axis=1)",
            )
        }
        guard header.rows == rows else {
            throw DataProblem(
                .countsDiffer,
                in: labels.role,
                found: "\(header.rows) labels for \(rows) rows",
                cure: "name the labels file that belongs to the data",
            )
        }
        return ArrayReader(source, header: header, featureNames: [])
    }
}
