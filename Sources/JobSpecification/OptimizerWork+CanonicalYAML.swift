import ClusterVocabulary

extension OptimizerWork {
    /// The lines under `spec.training`: what was not asked for is not written.
    var canonicalLines: [String] {
        var lines = ["    optimizer: {\(rule.word): {\(ruleFields.joined(separator: ", "))}}"]
        if schedule.shape != .constant {
            let fields = schedule.fields.joined(separator: ", ")
            lines.append("    schedule: {\(schedule.shape.word): {\(fields)}}")
        }
        if l1 > 0 || l2 > 0 { lines.append("    regularization: {l1: \(l1), l2: \(l2)}") }
        if clipValue > 0 || clipNorm > 0 {
            lines.append("    gradientClipping: {value: \(clipValue), norm: \(clipNorm)}")
        }
        return lines
    }

    private var ruleFields: [String] {
        let rate = "learningRate: \(learningRate)"
        switch rule {
        case .sgd:
            return [rate, "momentum: \(momentum)"] + (isNesterov ? ["nesterov: true"] : [])
        case .adagrad: return [rate, "epsilon: \(epsilon)"]
        case .rmsprop:
            return [rate, "decay: \(decay)", "momentum: \(momentum)", "epsilon: \(epsilon)"]
        case .adadelta: return [rate, "decay: \(decay)", "epsilon: \(epsilon)"]
        case .lbfgs: return ["memory: \(memory)", "tolerance: \(tolerance)"]
        case .adam, .adamw:
            let numbers = ["beta1: \(beta1)", "beta2: \(beta2)", "epsilon: \(epsilon)"]
            return [rate] + numbers + (rule == .adamw ? ["weightDecay: \(weightDecay)"] : [])
        }
    }
}

extension OptimizerWork.Schedule {
    fileprivate var fields: [String] {
        switch shape {
        case .constant: []
        case .step: ["epochs: \(epochs)", "factor: \(factor)"]
        case .exponential: ["factor: \(factor)"]
        case .cosine: ["minimum: \(minimum)"]
        case .linearWarmupCosine: ["warmup: \(warmup)", "minimum: \(minimum)"]
        case .invscaling: ["power: \(power)"]
        case .oneCycle: ["warmup: \(warmup)"]
        case .plateau: ["factor: \(factor)", "patience: \(epochs)", "minimum: \(minimum)"]
        }
    }
}
