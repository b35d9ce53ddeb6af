import ClusterVocabulary
import Training

@testable import TrainerProcess

/// Jobs whose replicas carry something from round to round, on one thread and written once more
/// and plainly: kept vectors, elastic averaging, rounded deltas with error feedback.
struct CarriedReference {
    private let bench: ExchangeBench
    private let plan: TrainingPlan
    private let optimizer: OptimizerConfiguration
    private let layout: ParameterLayout
    private let trainer: ReplicaTrainer
    private let carried: CarriedState

    static func isNeeded(_ work: TrainingWork) -> Bool {
        work.averaging.keepsOptimizerState || work.averaging.outer == .elastic
            || work.averaging.compression != .none
    }

    init(_ bench: ExchangeBench, _ plan: TrainingPlan) throws {
        self.bench = bench
        self.plan = plan
        let work = bench.work
        optimizer = try OptimizerConfiguration(
            work.optimizer, averagesState: work.averagesOptimizerState)
        let split = try DataSplit(
            rows: bench.data.rows, validation: work.validationFraction, test: work.testFraction,
            seed: work.splitSeed)
        layout = try ParameterLayout(
            architecture: .multilayerPerceptron(hidden: work.hiddenLayers),
            featureCount: bench.data.featureCount, classCount: bench.data.classCount)
        carried = CarriedState(
            optimizer: optimizer, layout: layout,
            keepsVectors: work.averaging.keepsOptimizerState,
            pull: work.averaging.outer == .elastic
                ? work.averaging.outerRate / Float(work.replicas) : nil,
            residualCount: 0)
        trainer = try ReplicaTrainer(
            data: bench.data, trainRows: split.train,
            standardization: Standardization(fitting: bench.data, rows: split.train),
            architecture: layout.architecture, plan: plan, optimizer: optimizer, carried: carried)
    }

    /// The exchanged part of the state after the last round.
    func run() throws -> [Float] {
        let averaging = bench.work.averaging
        var state = layout.initialState(optimizer: optimizer, seed: plan.seed)
        var velocity = [Float](repeating: 0, count: layout.parameterCount)
        let own = carried.parameterCount > 0 ? Array(state.prefix(layout.parameterCount)) : []
        let first = [Float](repeating: 0, count: carried.vectorCount) + own
        var blocks = [[Float]](repeating: first, count: plan.replicas)
        var residuals = [[Float]](
            repeating: [Float](repeating: 0, count: state.count), count: plan.replicas)
        for round in 0..<plan.rounds {
            var deltas: [[Float]] = []
            for replica in 0..<plan.replicas {
                var delta = step(replica, round, state, &blocks[replica])
                if averaging.compression != .none {
                    let wanted = zip(delta, residuals[replica]).map { $0 + $1 }
                    delta = rounded(wanted, averaging.compression)
                    residuals[replica] = zip(wanted, delta).map { $0 - $1 }
                }
                deltas.append(delta)
            }
            var average = sum(deltas[...]).map { $0 * (1 / Float(plan.replicas)) }
            if averaging.compression != .none { average = average.map(halfPrecision) }
            for index in state.indices {
                guard index < layout.parameterCount else {
                    state[index] += average[index]
                    continue
                }
                switch averaging.outer {
                case .elastic:
                    state[index] = state[index].addingProduct(
                        averaging.outerRate, average[index])
                case .nesterov:
                    let gradient = -average[index]
                    velocity[index] = gradient.addingProduct(
                        averaging.outerMomentum, velocity[index])
                    state[index] = state[index].addingProduct(
                        -averaging.outerRate,
                        gradient.addingProduct(averaging.outerMomentum, velocity[index]))
                default: state[index] += average[index]
                }
            }
        }
        return state
    }

    private func step(
        _ replica: Int, _ round: Int, _ state: [Float], _ block: inout [Float]
    ) -> [Float] {
        var delta = [Float](repeating: 0, count: state.count)
        var after = block
        if block.isEmpty {
            _ = trainer.run(replica: replica, round: round, globalState: state, delta: &delta)
            return delta
        }
        block.withUnsafeBufferPointer { before in
            after.withUnsafeMutableBufferPointer { after in
                guard let from = before.baseAddress, let into = after.baseAddress else { return }
                _ = trainer.run(
                    replica: replica, round: round, globalState: state, delta: &delta,
                    block: CarriedState.Block(before: from, after: into))
            }
        }
        block = after
        return delta
    }

    private func sum(_ deltas: ArraySlice<[Float]>) -> [Float] {
        guard deltas.count > 1 else { return deltas.first ?? [] }
        var left = 1
        while left * 2 < deltas.count { left *= 2 }
        return zip(sum(deltas.prefix(left)), sum(deltas.dropFirst(left))).map { $0 + $1 }
    }

    private func rounded(
        _ values: [Float], _ compression: AveragingWork.Compression
    ) -> [Float] {
        if compression == .bf16 { return values.map(halfPrecision) }
        var out: [Float] = []
        for start in stride(from: 0, to: values.count, by: 64) {
            let block = values[start..<min(start + 64, values.count)]
            let greatest = block.map(\.magnitude).max() ?? 0
            var scale: Float = 0x1p-100
            while 127 * scale < greatest { scale *= 2 }
            out += block.map { ($0 / scale).rounded(.toNearestOrEven) * scale }
        }
        return out
    }

    /// The nearest float whose lower 16 bits are zero, ties to even.
    private func halfPrecision(_ value: Float) -> Float {
        let lower = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
        let upper = Float(bitPattern: (value.bitPattern & 0xFFFF_0000) + 0x1_0000)
        let (down, up) = ((value - lower).magnitude, (upper - value).magnitude)
        if down != up { return down < up ? lower : upper }
        return lower.bitPattern & 0x1_0000 == 0 ? lower : upper
    }
}
