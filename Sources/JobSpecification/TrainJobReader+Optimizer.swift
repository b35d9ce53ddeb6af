import ClusterVocabulary

/// `spec.training.optimizer`, `schedule`, `regularization` and `gradientClipping`.
extension TrainJobReader {
    private static let share = "at least 0 and less than 1"
    private static let amount = "at least 0 and finite"

    /// The optimizer with everything that belongs to it; names and defaults are PyTorch's.
    func readOptimizer(_ training: FieldReader) -> OptimizerWork {
        var optimizer = OptimizerWork.sgd(learningRate: 0.01, momentum: 0)
        let members = OptimizerWork.Rule.allCases.map(\.word)
        if let (word, entry) = training.union("optimizer", members: members),
            let rule = OptimizerWork.Rule.allCases.first(where: { $0.word == word })
        {
            let reader = training.member("optimizer", entry)
            optimizer = TrainJobReader.defaults(of: rule)
            readRule(reader, &optimizer)
            reader.finish()
        }
        readSchedule(training, &optimizer.schedule)
        let penalty = training.section("regularization")
        optimizer.l1 = amount(penalty, "l1", 0)
        optimizer.l2 = amount(penalty, "l2", 0)
        penalty.belongsElsewhere(["weightDecay": "spec.training.optimizer.adamw"])
        penalty.finish()
        let clipping = training.section("gradientClipping")
        optimizer.clipValue = amount(clipping, "value", 0)
        optimizer.clipNorm = amount(clipping, "norm", 0)
        clipping.finish()
        return optimizer
    }

    /// The defaults of PyTorch's optimizer of that name.
    private static func defaults(of rule: OptimizerWork.Rule) -> OptimizerWork {
        switch rule {
        case .sgd: return OptimizerWork(rule: rule, learningRate: 0.01)
        case .adagrad:
            var optimizer = OptimizerWork(rule: rule, learningRate: 0.01)
            optimizer.epsilon = 1e-10
            return optimizer
        case .rmsprop:
            var optimizer = OptimizerWork(rule: rule, learningRate: 0.01)
            optimizer.decay = 0.99
            return optimizer
        case .adadelta:
            var optimizer = OptimizerWork(rule: rule, learningRate: 1)
            optimizer.epsilon = 1e-6
            return optimizer
        case .adam: return OptimizerWork(rule: rule, learningRate: 0.001)
        case .adamw:
            var optimizer = OptimizerWork(rule: rule, learningRate: 0.001)
            optimizer.weightDecay = 0.01
            return optimizer
        case .lbfgs: return OptimizerWork(rule: rule, learningRate: 1)
        }
    }

    private func readRule(_ reader: FieldReader, _ optimizer: inout OptimizerWork) {
        if optimizer.rule == .lbfgs { return readLBFGS(reader, &optimizer) }
        optimizer.learningRate = reader.single(
            "learningRate", default: optimizer.learningRate,
            rule: "greater than 0 and at most \(Int(Limits.learningRate))"
        ) { $0 > 0 && $0 <= Limits.learningRate }
        switch optimizer.rule {
        case .lbfgs: break
        case .sgd:
            optimizer.momentum = share(reader, "momentum", optimizer.momentum)
            optimizer.isNesterov = reader.boolean("nesterov") ?? false
            if optimizer.isNesterov, optimizer.momentum == 0 {
                reader.report("nesterov", "needs a momentum greater than 0")
            }
        case .adagrad: optimizer.epsilon = amount(reader, "epsilon", optimizer.epsilon)
        case .rmsprop:
            optimizer.decay = share(reader, "decay", optimizer.decay)
            optimizer.momentum = share(reader, "momentum", 0)
            optimizer.epsilon = amount(reader, "epsilon", optimizer.epsilon)
        case .adadelta:
            optimizer.decay = share(reader, "decay", optimizer.decay)
            optimizer.epsilon = amount(reader, "epsilon", optimizer.epsilon)
        case .adam, .adamw:
            optimizer.beta1 = share(reader, "beta1", optimizer.beta1)
            optimizer.beta2 = share(reader, "beta2", optimizer.beta2)
            optimizer.epsilon = amount(reader, "epsilon", optimizer.epsilon)
            if optimizer.rule == .adamw {
                optimizer.weightDecay = amount(reader, "weightDecay", optimizer.weightDecay)
            } else {
                reader.belongsElsewhere([
                    "weightDecay": "spec.training.optimizer.adamw",
                    "l2": "spec.training.regularization",
                ])
            }
        }
    }

    private func readLBFGS(_ reader: FieldReader, _ optimizer: inout OptimizerWork) {
        optimizer.memory = reader.integer("memory", in: Limits.solverMemory, default: 10)
        optimizer.tolerance = amount(reader, "tolerance", optimizer.tolerance)
        reader.belongsElsewhere([
            "maxIterations": "spec.training, as epochs", "l2": "spec.training.regularization",
        ])
    }

    private func readSchedule(
        _ training: FieldReader, _ schedule: inout OptimizerWork.Schedule
    ) {
        let members = OptimizerWork.Schedule.Shape.allCases.map(\.word)
        guard let (word, entry) = training.union("schedule", members: members),
            let shape = OptimizerWork.Schedule.Shape.allCases.first(where: { $0.word == word })
        else { return }
        let reader = training.member("schedule", entry)
        schedule.shape = shape
        switch shape {
        case .constant: break
        case .step:
            schedule.epochs = reader.integer("epochs", in: Limits.epochs, default: 10)
            schedule.factor = amount(reader, "factor", 0.1)
        case .exponential: schedule.factor = amount(reader, "factor", 0.95)
        case .cosine: schedule.minimum = share(reader, "minimum", 0)
        case .linearWarmupCosine:
            schedule.warmup = share(reader, "warmup", 0.1)
            schedule.minimum = share(reader, "minimum", 0)
        case .invscaling: schedule.power = amount(reader, "power", 0.5)
        case .oneCycle: schedule.warmup = share(reader, "warmup", 0.3)
        case .plateau:
            schedule.factor = share(reader, "factor", 0.1)
            schedule.epochs = reader.integer("patience", in: Limits.patience, default: 10)
            schedule.minimum = share(reader, "minimum", 0)
            reader.belongsElsewhere(["monitor": "spec.training"])
        }
        reader.finish()
    }

    private func share(_ reader: FieldReader, _ name: String, _ fallback: Float) -> Float {
        reader.single(name, default: fallback, rule: TrainJobReader.share) { $0 >= 0 && $0 < 1 }
    }

    private func amount(_ reader: FieldReader, _ name: String, _ fallback: Float) -> Float {
        reader.single(name, default: fallback, rule: TrainJobReader.amount) {
            $0 >= 0 && $0.isFinite
        }
    }
}
