package import ClusterVocabulary

extension OptimizerConfiguration {
    /// The optimizer a job's record asks for.
    package init(
        _ work: OptimizerWork, averagesState: Bool, averageDecay: Float = 0
    ) throws(TrainingRefusal) {
        try self.init(
            learningRate: work.learningRate, rule: Rule(work),
            schedule: LearningRateSchedule(work.schedule),
            shaping: Shaping(
                l1: work.l1, l2: work.l2, clipValue: work.clipValue, clipNorm: work.clipNorm),
            state: averagesState ? .average : .reset, averageDecay: averageDecay)
    }
}

extension OptimizerConfiguration.Rule {
    fileprivate init(_ work: OptimizerWork) {
        switch work.rule {
        case .sgd: self = .sgd(momentum: work.momentum, isNesterov: work.isNesterov)
        case .adagrad: self = .adagrad(epsilon: work.epsilon)
        case .rmsprop:
            self = .rmsprop(decay: work.decay, epsilon: work.epsilon, momentum: work.momentum)
        case .adadelta: self = .adadelta(decay: work.decay, epsilon: work.epsilon)
        case .adam:
            self = .adam(
                beta1: work.beta1, beta2: work.beta2, epsilon: work.epsilon, weightDecay: 0)
        case .adamw:
            self = .adam(
                beta1: work.beta1, beta2: work.beta2, epsilon: work.epsilon,
                weightDecay: work.weightDecay)
        case .lbfgs: self = .lbfgs(memory: work.memory, tolerance: work.tolerance)
        }
    }
}

extension LearningRateSchedule {
    fileprivate init(_ work: OptimizerWork.Schedule) {
        switch work.shape {
        case .constant, .plateau: self = .constant
        case .step: self = .step(epochs: work.epochs, factor: work.factor)
        case .exponential: self = .exponential(factor: work.factor)
        case .cosine: self = .cosine(minimum: work.minimum)
        case .linearWarmupCosine:
            self = .warmupCosine(warmup: work.warmup, minimum: work.minimum)
        case .invscaling: self = .inverseScaling(power: work.power)
        case .oneCycle: self = .oneCycle(rise: work.warmup)
        }
    }
}
