import Artifacts
import Datasets
import JobSpecification
import Training

/// The rows of a file as a model's features.
package struct ModelInput: Sendable {
    /// How many rows there are.
    package let rows: Int
    /// Row-major, as the model's first layer takes them before it standardizes.
    package let features: [Float]
    /// The class of each row; empty when they were not wanted.
    package let labels: [Int32]
    /// The number of each row; empty when they were not wanted.
    package let targets: [Float]

    /// Reads a file in the model's own format, or in the one its name says.
    ///
    /// - Parameters:
    ///   - labels: a file with the labels, for formats that keep them apart.
    ///   - target: the column to compare with.
    /// - Throws: what is wrong with the rows, with lines and columns.
    package init(
        path: String, labels: String? = nil, for model: LocalModel, target: String? = nil,
        wantsTarget: Bool
    ) throws {
        let found = try LocalFile.find(path)
        let map = try MappedFile(path: found.path)
        let labelMap = try labels.map { try MappedFile(path: try LocalFile.find($0).path) }
        defer { withExtendedLifetime((map, labelMap)) {} }
        let format = ModelInput.format(of: path, for: model)
        let read: RowReader.Rows
        do throws(DataProblem) {
            read = try RowReader.read(
                map.unsafeBytes, format: format, schema: model.schema, target: target,
                wantsTarget: wantsTarget, labels: labelMap?.unsafeBytes)
        } catch {
            throw ClientFailure(.wrongUsage, "\(error)\nin \(path)")
        }
        try self.init(read, for: model, name: path)
    }

    /// Applies what was fitted in training.
    init(_ read: RowReader.Rows, for model: LocalModel, name: String) throws(ClientFailure) {
        rows = read.count
        labels = read.labels
        targets = read.targets
        guard let transform = model.transform else {
            try ModelInput.requireValues(read, model, name) { _ in true }
            features = read.values
            return
        }
        try ModelInput.requireValues(read, model, name) { column in
            !transform.columns[column].isCategorical && transform.columns[column].fill == nil
        }
        let expansion = RowExpansion(transform, categories: read.categories)
        let raw = read.values
        features = [Float](
            unsafeUninitializedCapacity: read.count * expansion.featureCount
        ) { output, initialized in
            output.initialize(repeating: 0)
            if let from = raw.withUnsafeBufferPointer({ $0.baseAddress }),
                let to = output.baseAddress
            {
                for row in 0..<read.count {
                    expansion.expand(
                        from + row * expansion.rawCount, into: to + row * expansion.featureCount)
                }
            }
            initialized = read.count * expansion.featureCount
        }
    }

    /// Refuses a missing value that nothing fills, before it becomes a prediction that is none.
    private static func requireValues(
        _ read: RowReader.Rows, _ model: LocalModel, _ name: String,
        _ isNeeded: (Int) -> Bool
    ) throws(ClientFailure) {
        let columns = model.schema.featureCount
        guard columns > 0 else { return }
        for place in read.values.indices where read.values[place].isNaN {
            let (row, column) = place.quotientAndRemainder(dividingBy: columns)
            guard isNeeded(column) else { continue }
            let line = row < read.lines.count ? "line \(read.lines[row])" : "row \(row)"
            throw ClientFailure(
                .wrongUsage,
                "MissingValues: \(name), \(line): column"
                    + " \"\(model.schema.featureNames[column].prefix(40))\" has no value, and the"
                    + " model has no impute step for it; fill the value in, or train with impute")
        }
    }

    /// The format the name says, when it is another one than the model's.
    private static func format(of path: String, for model: LocalModel) -> DataFormat {
        guard let guessed = DataFormat.guess(fileName: path) else { return model.dataFormat }
        switch (guessed, model.dataFormat) {
        case (.table, .table), (.idx, .idx), (.npy, .npy), (.npz, .npz), (.libsvm, .libsvm):
            return model.dataFormat
        default: return guessed
        }
    }
}
