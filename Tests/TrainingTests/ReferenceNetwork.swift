import Glibc
import LinearAlgebra

@testable import Training

/// Every stage and loss once more, in double precision and the plainest way: judge of gradients.
struct ReferenceNetwork {
    var layout: ParameterLayout
    var data: TrainingData
    var classWeights: [Double]?
    var rows: [Int]
    /// What dropout multiplies each element of its rows by, per stage.
    var dropoutFactors: [[Double]] = []
    /// Whether batch normalisation takes the running moments, as evaluation does.
    var runningMoments = false

    init(_ layout: ParameterLayout, _ data: TrainingData, classWeights: [Float]? = nil) {
        self.layout = layout
        self.data = data
        self.classWeights = classWeights.map { $0.map { Double($0) } }
        rows = Array(0..<data.rows)
    }

    /// The weighted mean loss of a training pass over all rows.
    func loss(_ values: [Double]) -> Double {
        let results = outputs(values)
        var total = 0.0
        var weightSum = 0.0
        for row in rows {
            let own = data.weights.map { Double($0[row]) } ?? 1
            let (loss, weight) = pointLoss(results[row], row)
            total += own * loss
            weightSum += own * weight
        }
        return total / weightSum
    }

    func outputs(_ values: [Double]) -> [[Double]] {
        var batch = rows.map { row in
            (0..<data.featureCount).map { Double(data.features[row * data.featureCount + $0]) }
        }
        for (index, stage) in layout.stages.enumerated() {
            batch = forward(stage, index, batch, values)
        }
        return batch
    }

    private func forward(
        _ stage: ParameterLayout.Stage, _ index: Int, _ batch: [[Double]], _ values: [Double]
    ) -> [[Double]] {
        switch stage.kind {
        case .dense(let activation):
            return batch.map { row in
                (0..<stage.outputs).map { output in
                    var sum = values[stage.biasOffset + output]
                    for input in 0..<stage.inputs {
                        sum +=
                            values[stage.weightOffset + output * stage.inputs + input] * row[input]
                    }
                    return apply(activation, sum)
                }
            }
        case .activation(let activation): return batch.map { $0.map { apply(activation, $0) } }
        case .dropout:
            guard index < dropoutFactors.count, !dropoutFactors[index].isEmpty else { return batch }
            return batch.enumerated().map { row, line in
                line.enumerated().map { column, value in
                    value * dropoutFactors[index][row * line.count + column]
                }
            }
        case .layerNorm(let epsilon):
            return batch.map { row in
                normalize(row, epsilon).enumerated().map { column, value in
                    value * values[stage.weightOffset + column] + values[stage.biasOffset + column]
                }
            }
        case .batchNorm(let epsilon, _, let channels):
            return batchNorm(stage, batch, values, Double(epsilon), channels)
        case .convolution(let window, let filters, let activation):
            return batch.map { convolve(stage, window, filters, activation, $0, values) }
        case .maximumPool(let window): return batch.map { pool(window, $0) { $0.max() ?? 0 } }
        case .averagePool(let window):
            let area = Double(window.size * window.size)
            return batch.map { pool(window, $0) { $0.reduce(0, +) / area } }
        case .factorizationMachine(let factors):
            return batch.map { [machine(stage, factors, $0, values)] }
        }
    }

    private func apply(_ activation: Activation, _ x: Double) -> Double {
        switch activation {
        case .identity: return x
        case .relu: return max(0, x)
        case .leakyRelu(let slope): return x < 0 ? Double(slope) * x : x
        case .gelu: return 0.5 * x * (1 + Glibc.erf(x / 2.0.squareRoot()))
        case .geluTanh:
            let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
            return 0.5 * x * (1 + Glibc.tanh(inner))
        case .tanh: return Glibc.tanh(x)
        case .sigmoid: return 1 / (1 + Glibc.exp(-x))
        }
    }

    private func normalize(_ line: [Double], _ epsilon: Float) -> [Double] {
        let mean = line.reduce(0, +) / Double(line.count)
        let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(line.count)
        return line.map { ($0 - mean) / (variance + Double(epsilon)).squareRoot() }
    }

    private func batchNorm(
        _ stage: ParameterLayout.Stage, _ batch: [[Double]], _ values: [Double],
        _ epsilon: Double, _ channels: Int
    ) -> [[Double]] {
        var result = batch
        for channel in 0..<channels {
            var all: [Double] = []
            for row in batch {
                for place in stride(from: channel, to: row.count, by: channels) {
                    all.append(row[place])
                }
            }
            var mean = all.reduce(0, +) / Double(all.count)
            var variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
            if runningMoments {
                let start = layout.parameterCount + stage.bufferOffset + channel
                mean = values[start]
                variance = values[start + channels]
            }
            for row in batch.indices {
                for place in stride(from: channel, to: batch[row].count, by: channels) {
                    let value = (batch[row][place] - mean) / (variance + epsilon).squareRoot()
                    result[row][place] =
                        value * values[stage.weightOffset + channel]
                        + values[stage.biasOffset + channel]
                }
            }
        }
        return result
    }

    private func place(_ window: Window, _ y: Int, _ x: Int, _ channel: Int) -> Int? {
        guard y >= 0, y < window.height, x >= 0, x < window.width else { return nil }
        return (y * window.width + x) * window.channels + channel
    }

    private func convolve(
        _ stage: ParameterLayout.Stage, _ window: Window, _ filters: Int,
        _ activation: Activation, _ image: [Double], _ values: [Double]
    ) -> [Double] {
        var result: [Double] = []
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                for filter in 0..<filters {
                    var sum = values[stage.biasOffset + filter]
                    for ky in 0..<window.size {
                        for kx in 0..<window.size {
                            for channel in 0..<window.channels {
                                let y = top * window.stride - window.padding + ky
                                let x = left * window.stride - window.padding + kx
                                guard let at = place(window, y, x, channel) else { continue }
                                let line = (ky * window.size + kx) * window.channels + channel
                                sum +=
                                    image[at]
                                    * values[stage.weightOffset + filter * window.patch + line]
                            }
                        }
                    }
                    result.append(apply(activation, sum))
                }
            }
        }
        return result
    }

    private func pool(
        _ window: Window, _ image: [Double], _ rule: ([Double]) -> Double
    ) -> [Double] {
        var result: [Double] = []
        for top in 0..<window.outputHeight {
            for left in 0..<window.outputWidth {
                for channel in 0..<window.channels {
                    var inside: [Double] = []
                    for ky in 0..<window.size {
                        for kx in 0..<window.size {
                            let y = top * window.stride - window.padding + ky
                            let x = left * window.stride - window.padding + kx
                            if let at = place(window, y, x, channel) { inside.append(image[at]) }
                        }
                    }
                    result.append(rule(inside))
                }
            }
        }
        return result
    }

    private func machine(
        _ stage: ParameterLayout.Stage, _ factors: Int, _ row: [Double], _ values: [Double]
    ) -> Double {
        func weight(_ line: Int, _ input: Int) -> Double {
            values[stage.weightOffset + line * stage.inputs + input]
        }
        var sum = values[stage.biasOffset]
        for input in row.indices { sum += weight(0, input) * row[input] }
        for first in row.indices {
            for second in row.indices where second > first {
                var product = 0.0
                for factor in 1...factors {
                    product += weight(factor, first) * weight(factor, second)
                }
                sum += product * row[first] * row[second]
            }
        }
        return sum
    }

    /// The loss of one row, already times its class weights, and what it adds to the divisor.
    private func pointLoss(_ z: [Double], _ row: Int) -> (Double, Double) {
        var label = 0
        var number = 0.0
        switch data.targets {
        case .classes(let labels, _): label = Int(labels[row])
        case .numbers(let numbers): number = Double(numbers[row])
        }
        let weight = classWeights?[label] ?? 1
        let sign = label == 1 ? 1.0 : -1.0
        switch layout.architecture.loss {
        case .softmaxCrossEntropy(let smoothing):
            let logSum = Glibc.log(z.reduce(0) { $0 + Glibc.exp($1) })
            var loss = 0.0
            for index in z.indices {
                let even = Double(smoothing) / Double(z.count)
                let target = index == label ? 1 - Double(smoothing) + even : even
                loss += target * (classWeights?[index] ?? 1) * (logSum - z[index])
            }
            return (loss, weight)
        case .logistic:
            let loss = Glibc.log(1 + Glibc.exp(z[0])) - (label == 1 ? z[0] : 0)
            return (weight * loss, weight)
        case .hinge where z.count == 1: return (weight * max(0, 1 - sign * z[0]), weight)
        case .squaredHinge where z.count == 1:
            return (weight * Glibc.pow(max(0, 1 - sign * z[0]), 2), weight)
        case .hinge, .squaredHinge:
            let isSquared = layout.architecture.loss == .squaredHinge
            let loss = z.indices.reduce(0.0) { sum, index in
                let short = max(0, 1 - (index == label ? 1.0 : -1.0) * z[index])
                return sum + (isSquared ? short * short : short)
            }
            return (weight * loss, weight)
        case .squared: return (Glibc.pow(z[0] - number, 2), 1)
        case .absolute: return (abs(z[0] - number), 1)
        case .huber(let delta):
            let (size, delta) = (abs(z[0] - number), Double(delta))
            return (size <= delta ? size * size / 2 : delta * (size - delta / 2), 1)
        case .quantile(let share):
            let short = number - z[0]
            return (max(Double(share) * short, (Double(share) - 1) * short), 1)
        case .poisson: return (Glibc.exp(z[0]) - number * z[0], 1)
        }
    }
}
