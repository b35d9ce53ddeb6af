import LinearAlgebra

/// Plain gradient descent on sparse rows, each step over the columns its batch has values in.
///
/// Penalties are proximal: after a step of rate η a weight becomes
/// `sign(w) max(0, (1 - η l2) |w| - η l1)` (Duchi and Singer 2009), so that l1 makes exact zeros.
/// What a column misses while no row has a value in it is made up for when it is next needed, and
/// at the end of the round. With `P` the product of all `1 - η l2` of the round so far and `B` the
/// sum of all `η l1 / P`, k missed steps are one:
/// `|w| = max(0, P_now / P_then |w| - P_now (B_now - B_then))`. P and B are kept in double
/// precision, so a round is a function of its state, replica and number like any other.
final class SparseSteps {
    /// Steps whose P and B are remembered before all columns are settled.
    private static let mostSteps = 1 << 16
    /// Below this P all columns are settled, long before it would be no normal number.
    private static let leastProduct = 1e-100
    /// A rate times l2 of 1 or more shrinks a weight to this share.
    private static let leastFactor = 0x1p-20

    private let lines: Int
    private let width: Int
    private let weightCount: Int
    private let parameterCount: Int
    private let l1: Double
    private let l2: Double
    private let hasPenalty: Bool
    /// Weights of later layers, with penalties of every step.
    private let laterWeights: [Range<Int>]
    /// P and B after each step of the round.
    private var products = [1.0]
    private var sums = [0.0]
    /// Up to which of them each column is settled.
    private let ages: UnsafeMutablePointer<Int32>
    /// The newest batch that named each column.
    private let batches: UnsafeMutablePointer<UInt32>
    private var batch: UInt32 = 0
    /// The columns of the newest batch, in order of appearance.
    private let columns: UnsafeMutablePointer<UInt32>
    private var columnCount = 0

    /// Nil where every step is over all columns: rows that are not sparse, other rules than plain
    /// descent, clipping, and an average that follows every parameter.
    init?(_ optimizer: OptimizerConfiguration, layout: ParameterLayout, data: TrainingData) {
        guard data.sparse != nil, let stage = layout.stages.first, stage.weightOffset == 0,
            case .sgd(let momentum, _) = optimizer.rule, momentum == 0,
            optimizer.shaping.clipValue == 0, optimizer.shaping.clipNorm == 0,
            optimizer.averageDecay == 0
        else { return nil }
        width = stage.inputs
        weightCount = stage.biasOffset
        lines = stage.biasOffset / stage.inputs
        parameterCount = layout.parameterCount
        l1 = Double(optimizer.shaping.l1)
        l2 = Double(optimizer.shaping.l2)
        hasPenalty = l1 > 0 || l2 > 0
        laterWeights = layout.penalized.filter { $0.lowerBound >= stage.biasOffset }
        ages = .allocate(capacity: width)
        ages.initialize(repeating: 0, count: width)
        batches = .allocate(capacity: width)
        batches.initialize(repeating: 0, count: width)
        columns = .allocate(capacity: width)
        columns.initialize(repeating: 0, count: width)
    }

    deinit {
        ages.deallocate()
        batches.deallocate()
        columns.deallocate()
    }

    /// Begins a round: nothing is owed.
    func begin() {
        products.removeAll(keepingCapacity: true)
        sums.removeAll(keepingCapacity: true)
        products.append(1)
        sums.append(0)
        ages.update(repeating: 0, count: width)
    }

    /// Finds the columns of a batch and settles them, before anything reads their weights.
    func prepare(_ input: NetworkStage.SparseInput, _ weight: UnsafeMutablePointer<Float>) {
        batch &+= 1
        if batch == 0 {
            batches.update(repeating: 0, count: width)
            batch = 1
        }
        columnCount = 0
        for row in input.rows {
            for place in input.matrix.places(ofRow: Int(row)) {
                let column = Int(input.matrix.columns[place])
                guard batches[column] != batch else { continue }
                batches[column] = batch
                columns[columnCount] = UInt32(truncatingIfNeeded: column)
                columnCount &+= 1
                settle(column, weight)
            }
        }
    }

    /// The step of one batch; the gradient of its columns becomes 0.
    func take(
        learningRate: Float, parameters: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>
    ) {
        SparseColumnKernels.step(
            parameters, gradient: gradient,
            columns: UnsafeBufferPointer(start: columns, count: columnCount), lines: lines,
            width: width, learningRate: learningRate)
        if hasPenalty {
            for part in laterWeights {
                GradientKernels.addPenalty(
                    gradient + part.lowerBound, parameters: parameters + part.lowerBound,
                    count: part.count, l1: Float(l1), l2: Float(l2))
            }
        }
        VectorKernels.plainStep(
            parameters: parameters + weightCount, gradient: gradient + weightCount,
            count: parameterCount - weightCount, learningRate: learningRate)
        guard hasPenalty else { return }
        let rate = Double(learningRate)
        let product = products[products.count - 1] * max(1 - rate * l2, Self.leastFactor)
        sums.append(sums[sums.count - 1] + rate * l1 / product)
        products.append(product)
        if product < Self.leastProduct || products.count > Self.mostSteps {
            settleAll(parameters)
        }
    }

    /// Settles every column: the end of a round.
    func settleAll(_ weight: UnsafeMutablePointer<Float>) {
        guard hasPenalty else { return }
        for column in 0..<width { settle(column, weight) }
        begin()
    }

    @inline(__always)
    private func settle(_ column: Int, _ weight: UnsafeMutablePointer<Float>) {
        let now = products.count &- 1
        let then = Int(ages[column])
        guard then < now else { return }
        ages[column] = Int32(truncatingIfNeeded: now)
        SparseColumnKernels.shrink(
            weight, column: column, lines: lines, width: width,
            factor: products[now] / products[then],
            threshold: products[now] * (sums[now] - sums[then]))
    }
}
