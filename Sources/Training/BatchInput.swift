import LinearAlgebra

/// A batch of rows copied out of the data, standardized on the way; allocated once.
final class BatchInput {
    /// Row numbers of the batch [rows], to be written before `gather`.
    let rowNumbers: UnsafeMutableBufferPointer<UInt32>
    /// Features of the batch, row-major [rows x featureCount].
    let features: FloatBuffer
    /// Classes of the batch [rows], where rows have classes.
    let labels: UnsafeMutablePointer<Int32>
    /// Numbers of the batch [rows], where rows have numbers.
    let numbers: FloatBuffer
    /// Weights of the batch's rows [rows], where rows have weights.
    let weights: FloatBuffer

    private let mean: FloatBuffer
    private let inverseDeviation: FloatBuffer
    private let isIdentity: Bool
    private let featureCount: Int

    init(rows: Int, featureCount: Int, standardization: Standardization?) {
        precondition(
            standardization == nil || standardization?.mean.count == featureCount,
            "standardization and features differ in length"
        )
        rowNumbers = .allocate(capacity: rows)
        rowNumbers.initialize(repeating: 0)
        labels = .allocate(capacity: rows)
        labels.initialize(repeating: 0, count: rows)
        numbers = FloatBuffer(count: rows)
        weights = FloatBuffer(count: rows)
        features = FloatBuffer(count: rows * featureCount)
        self.featureCount = featureCount
        isIdentity = standardization == nil
        mean = FloatBuffer(count: featureCount)
        inverseDeviation = FloatBuffer(count: featureCount)
        if let standardization {
            mean.load(from: standardization.mean)
            inverseDeviation.load(from: standardization.inverseDeviation)
        }
    }

    deinit {
        rowNumbers.deallocate()
        labels.deallocate()
    }

    /// Copies the first `count` rows named by `rowNumbers`; rows behind them become zero.
    func gather(from data: TrainingData, count: Int) {
        if data.sparse == nil { gatherFeatures(from: data.features, count: count) }
        switch data.targets {
        case .classes(let all, _):
            for place in 0..<count { labels[place] = all[Int(rowNumbers[place])] }
        case .numbers(let all):
            for place in 0..<count { numbers.pointer[place] = all[Int(rowNumbers[place])] }
        }
        guard let all = data.weights else { return }
        for place in 0..<count { weights.pointer[place] = all[Int(rowNumbers[place])] }
    }

    /// The first `count` rows as sparse ones, where the data is sparse.
    func sparse(_ data: TrainingData, count: Int) -> NetworkStage.SparseInput? {
        data.sparse.map {
            NetworkStage.SparseInput(
                matrix: $0,
                rows: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(rowNumbers)[0..<count]))
        }
    }

    /// Copies features only; `source` is row-major with `featureCount` columns.
    func gatherFeatures(from source: UnsafePointer<Float>, count: Int) {
        let indices = UnsafeBufferPointer(rebasing: rowNumbers[0..<count])
        if isIdentity {
            GatherKernels.rows(
                of: source,
                columns: featureCount,
                indices: indices,
                into: features.pointer
            )
        } else {
            GatherKernels.standardizedRows(
                of: source,
                columns: featureCount,
                indices: indices,
                mean: mean.pointer,
                inverseDeviation: inverseDeviation.pointer,
                into: features.pointer
            )
        }
        let used = count * featureCount
        (features.pointer + used).update(repeating: 0, count: features.count - used)
    }
}
