import Artifacts
import ClusterVocabulary
import Datasets
import LinearAlgebra
import Training

/// The rows of a session as its model sees them.
///
/// Numbers that are only standardized stay in the mapped set, shared by all processes of the host.
/// Other steps are fitted to the training rows and applied once, into memory of this process; the
/// rows of a sparse set are written out for models that do not read them as they are.
struct SessionData {
    /// Rows with the model's features.
    let data: TrainingData
    /// Trailing rows of an explicit test file.
    let testRows: Int
    /// Classes by number; none when numbers are predicted.
    let classNames: [String]
    /// The model's features.
    let featureNames: [String]
    /// What was done to the rows; nil when they are those of the set.
    var transform: FittedTransform?
    /// The schema of the set; nil in tests that make rows themselves.
    var schema: SetSchema?

    init(data: TrainingData, testRows: Int, classNames: [String], featureNames: [String]) {
        self.data = data
        self.testRows = testRows
        self.classNames = classNames
        self.featureNames = featureNames
    }

    /// Maps a converted set and prepares its rows for the work.
    init(setPath: String, work: TrainingWork) throws {
        let file: MappedFile
        let view: SetView
        do {
            file = try MappedFile(path: setPath)
            // One reading of the file, which training reads often: nothing damaged is trained on.
            try SetView.verify(file.unsafeBytes)
            view = try SetView(file.unsafeBytes)
        } catch {
            throw TrainerFault.setUnusable("\(error)")
        }
        let folder = String(setPath[..<(setPath.lastIndex(of: "/") ?? setPath.endIndex)])
        let prepared = try PreparedRows(view, work, owner: file, folder: folder)
        self.init(
            data: prepared.data, testRows: view.testRows, classNames: view.classNames,
            featureNames: prepared.transform?.featureNames ?? view.featureNames)
        transform = prepared.transform
        schema = view.schema
    }
}

/// Makes a model's rows of a set's.
private struct PreparedRows {
    let data: TrainingData
    let transform: FittedTransform?

    init(_ view: SetView, _ work: TrainingWork, owner: MappedFile, folder: String) throws {
        let steps = work.preprocessing.steps
        let columns = view.schema.columns.map { RawColumn($0) }
        if view.schema.isSparse, work.standardizes || !steps.isEmpty {
            throw PreprocessingProblem.sparse
        }
        var rows: (pointer: UnsafePointer<Float>, count: Int, owner: AnyObject)
        var fitted: FittedTransform?
        var sparseRows: SparseMatrix?
        if let sparse = view.sparse {
            if Self.readsSparseRows(work.model), let matrix = Self.matrix(sparse) {
                // Not to be read, so one number will do.
                let memory = try ScratchMemory(byteCount: 4, folder: folder)
                rows = (Self.floats(memory), view.featureCount, memory)
                sparseRows = matrix
            } else {
                let memory = try Self.dense(sparse, view, folder)
                rows = (Self.floats(memory), view.featureCount, memory)
            }
        } else {
            guard let features = view.features.baseAddress else {
                throw TrainingRefusal.emptyData(rows: 0, features: 0, classes: 0)
            }
            rows = (features, view.featureCount, owner)
            if steps.isEmpty {
                // Numbers as they are, perhaps standardized: nothing to make of them.
                try TransformFitting.check([], columns: columns, predictsNumber: false)
            } else {
                let transform = try Self.fit(steps, columns, view, work, features)
                let memory = try Self.expand(transform, columns, view, features, folder)
                rows = (Self.floats(memory), transform.featureCount, memory)
                fitted = transform
            }
        }
        let target = try Self.target(view, fitted)
        data = try TrainingData(
            features: rows.pointer, targets: target.targets, weights: view.weights.baseAddress,
            rows: view.rows, featureCount: rows.count, sparse: sparseRows,
            owner: Owners(all: [owner, rows.owner, target.owner]))
        transform = fitted
    }

    /// Keeps several things alive.
    private final class Owners {
        let all: [AnyObject]

        init(all: [AnyObject]) { self.all = all }
    }

    /// Whether the model's first layer takes sparse rows as they are.
    private static func readsSparseRows(_ model: ModelWork) -> Bool {
        switch model.kind {
        case .cnn: false
        case .mlp: model.inputDropout == 0
        default: true
        }
    }

    private static func matrix(_ rows: SparseRows) -> SparseMatrix? {
        guard let starts = rows.rowStarts.baseAddress, let columns = rows.columns.baseAddress,
            let values = rows.values.baseAddress
        else { return nil }
        return SparseMatrix(rowStarts: starts, columns: columns, values: values)
    }

    private static func floats(_ memory: ScratchMemory) -> UnsafePointer<Float> {
        UnsafePointer(memory.bytes.bindMemory(to: Float.self).baseAddress.unsafelyUnwrapped)
    }

    private static func fit(
        _ steps: [PreprocessingStep], _ columns: [RawColumn], _ view: SetView,
        _ work: TrainingWork, _ features: UnsafePointer<Float>
    ) throws -> FittedTransform {
        let split = try DataSplit(
            work, rows: view.rows, testRows: view.testRows, labels: view.labels.baseAddress,
            classCount: view.classNames.count)
        return try TransformFitting.fit(
            steps, columns: columns, features: features, targets: view.targets.baseAddress,
            rows: split.train)
    }

    private static func expand(
        _ transform: FittedTransform, _ columns: [RawColumn], _ view: SetView,
        _ features: UnsafePointer<Float>, _ folder: String
    ) throws -> ScratchMemory {
        let expansion = RowExpansion(transform, categories: columns.map(\.categories))
        let width = expansion.featureCount
        let memory = try ScratchMemory(
            byteCount: try byteCount(view.rows, width), folder: folder)
        let output = memory.bytes.bindMemory(to: Float.self).baseAddress.unsafelyUnwrapped
        for row in 0..<view.rows {
            expansion.expand(features + row * columns.count, into: output + row * width)
        }
        return memory
    }

    private static func dense(
        _ sparse: SparseRows, _ view: SetView, _ folder: String
    ) throws -> ScratchMemory {
        let width = view.featureCount
        let memory = try ScratchMemory(
            byteCount: try byteCount(view.rows, width), folder: folder)
        let output = memory.bytes.bindMemory(to: Float.self)
        for row in 0..<view.rows {
            for place in Int(sparse.rowStarts[row])..<Int(sparse.rowStarts[row + 1]) {
                output[row * width + Int(sparse.columns[place])] = sparse.values[place]
            }
        }
        return memory
    }

    private static func byteCount(_ rows: Int, _ width: Int) throws(TrainingRefusal) -> Int {
        let (values, overflow) = rows.multipliedReportingOverflow(by: width)
        guard !overflow, values <= Int.max / 8 else {
            throw .dataTooLarge(rows: rows, features: width)
        }
        return values * MemoryLayout<Float>.stride
    }

    private static func target(
        _ view: SetView, _ transform: FittedTransform?
    ) throws -> (targets: TrainingData.Targets, owner: AnyObject) {
        if let labels = view.labels.baseAddress {
            return (.classes(labels, count: view.classNames.count), Owners(all: []))
        }
        guard let numbers = view.targets.baseAddress else {
            throw TrainingRefusal.emptyData(rows: view.rows, features: 0, classes: 0)
        }
        guard let scale = transform?.target else { return (.numbers(numbers), Owners(all: [])) }
        let memory = try ScratchMemory(byteCount: view.rows * 4, folder: "/tmp")
        let scaled = memory.bytes.bindMemory(to: Float.self)
        if let base = scaled.baseAddress { scale.apply(to: numbers, into: base, count: view.rows) }
        return (.numbers(floats(memory)), memory)
    }
}

extension RawColumn {
    /// What fitting needs to know of a column of a set.
    init(_ column: ColumnSchema) {
        self.init(
            name: column.name, isCategorical: column.kind == .categorical,
            categories: column.categories, missing: column.missing)
    }
}
