/// Turns the files of a data source into one set.
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
        let storage = MemoryStorage()
        let summary = try convert(files: files, format: format, limits: limits, into: storage)
        return ParsedSet(summary, storage)
    }

    /// The same, in bounded memory: rows go to the storage as they are read.
    ///
    /// Labels reach the storage numbered in order of first appearance; the summary says what
    /// number each one gets in the end.
    package static func convert(
        files: DataFiles,
        format: DataFormat,
        limits: DataLimits = DataLimits(),
        into storage: any SetStorage,
    ) throws(DataProblem) -> SetSummary {
        let collector = RowCollector(limits: limits, storage: storage)
        var schema: SetSchema
        switch format {
        case .table(let options):
            schema = try readTables(files, options, collector)
        case .libsvm(let options):
            schema = try readSparse(files, options, collector)
        case .idx:
            try requireIDXFiles(files)
            let sources = try ArraySources(files, limits: limits)
            schema = try readArrays(sources, isIDX: true, target: .classes, collector)
        case .npy(let target):
            let sources = try ArraySources(files, limits: limits)
            schema = try readArrays(sources, isIDX: false, target: target, collector)
        case .npz(let target):
            let archive = try NPZArchive(files, limits: limits)
            schema = try withExtendedLifetime(archive) { () throws(DataProblem) in
                try readArrays(archive.sources, isIDX: false, target: target, collector)
            }
        }
        try collector.finish(in: .train)
        schema.rows = collector.rows
        schema.testRows = collector.rows - (collector.trainRows ?? collector.rows)
        schema.classNames = schema.target == .classes ? collector.classes.classNames : []
        return SetSummary(schema: schema, finalClass: collector.classes.finalIndices)
    }

    private static func refuseLabelFiles(
        _ files: DataFiles, of what: String
    ) throws(DataProblem) {
        for (labels, role) in [
            (files.trainLabels, DataFileRole.trainLabels), (files.testLabels, .testLabels),
        ] where labels != nil {
            throw DataProblem(
                .unexpectedFile,
                in: role,
                found: "\(what) comes with a labels file",
                cure: "put the label into the file of the rows and leave the other out",
            )
        }
    }

    private static func readTables(
        _ files: DataFiles, _ options: TableOptions, _ collector: RowCollector
    ) throws(DataProblem) -> SetSchema {
        try refuseLabelFiles(files, of: "a text table")
        let target: TargetKind = options.predictsNumber ? .number : .classes
        let train = try CSVParser.parse(
            files.train, file: .train, options: options, training: nil, into: collector)
        try collector.finishTraining(target: target, labelsIn: .train)
        var badRows = train.badRows
        var findings = train.findings
        if let bytes = files.test {
            let test = try CSVParser.parse(
                bytes, file: .test, options: options, training: train, into: collector)
            badRows += test.badRows
            findings += test.findings
        }
        try requireBadRows(badRows, within: options.badRowLimit, findings)
        var schema = SetSchema()
        schema.columns = train.columns.schema
        schema.featureCount = train.layout.featureCount
        schema.target = target
        schema.targetName = train.layout.labelColumn.map { train.layout.columnNames[$0] } ?? ""
        schema.hasWeights = train.layout.roles.contains(.weight)
        schema.badRows = badRows
        schema.badRowFindings = findings.prefix(DataProblem.maximumFindings).map(\.description)
        return schema
    }

    /// Both files together must keep the limit.
    private static func requireBadRows(
        _ badRows: Int, within limit: Int, _ findings: [DataFinding]
    ) throws(DataProblem) {
        guard badRows > limit,
            let problem = DataProblem(
                findings: Array(findings.prefix(DataProblem.maximumFindings)), total: badRows)
        else { return }
        throw problem
    }

    private static func readSparse(
        _ files: DataFiles, _ options: SparseOptions, _ collector: RowCollector
    ) throws(DataProblem) -> SetSchema {
        try refuseLabelFiles(files, of: "libsvm text")
        let target: TargetKind = options.predictsNumber ? .number : .classes
        var parts: [SparseTextParser.Outcome] = [
            try SparseTextParser.parse(
                files.train, file: .train, options: options, into: collector)
        ]
        try collector.finishTraining(target: target, labelsIn: .train)
        if let test = files.test {
            parts.append(
                try SparseTextParser.parse(test, file: .test, options: options, into: collector))
        }
        let badRows = parts.reduce(0) { $0 + $1.badRows }
        let findings = parts.flatMap(\.findings)
        try requireBadRows(badRows, within: options.badRowLimit, findings)
        var schema = SetSchema()
        schema.isSparse = true
        schema.featureCount =
            options.featureCount ?? parts.map(\.featureCount).max().map { max($0, 1) } ?? 1
        schema.target = target
        schema.badRows = badRows
        schema.badRowFindings = findings.prefix(DataProblem.maximumFindings).map(\.description)
        return schema
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
}
