package import ClusterVocabulary

extension RoundIntervals.Rule {
    /// The rule a job's record asks for; H must be frozen.
    package init(_ work: TrainingWork) {
        let averaging = work.averaging
        switch averaging.interval {
        case .fixed: self = .fixed(work.stepsPerRound)
        case .once: self = .once
        case .postLocal:
            self = .postLocal(start: averaging.localFrom, steps: work.stepsPerRound)
        case .growing: self = .growing(base: work.stepsPerRound, alpha: averaging.alpha)
        case .measured:
            if let choice = averaging.choice {
                self = .switched(
                    first: work.stepsPerRound, round: Int(clamping: choice.round),
                    steps: choice.steps)
            } else {
                self = .fixed(work.stepsPerRound)
            }
        }
    }
}

extension TrainingPlan {
    /// The plan a job's record asks for over so many training rows; H must be frozen.
    package init(
        _ work: TrainingWork, trainRows: Int, optimizer: OptimizerConfiguration
    ) throws(TrainingRefusal) {
        if optimizer.isFullBatch {
            try self.init(
                fullBatchOf: trainRows, replicas: work.replicas, batchSize: work.batchSize,
                epochs: work.epochs, seed: work.seed)
            return
        }
        let plan = try TrainingPlan(
            replicas: work.replicas, batchSize: work.batchSize, epochs: work.epochs,
            every: work.stepsPerRound, seed: work.seed, trainRows: trainRows)
        if work.averaging.interval == .fixed {
            self = plan
        } else {
            try self.init(plan, rounds: RoundIntervals.Rule(work), optimizer: optimizer)
        }
    }

    /// The inner learning rate at the first step of a round.
    package func learningRate(inRound round: Int, _ optimizer: OptimizerConfiguration) -> Float {
        let step = steps(inRound: round).lowerBound
        return optimizer.schedule.rate(
            base: optimizer.learningRate, step: step, epoch: step * rowsPerStep / trainRows,
            totalSteps: totalSteps)
    }
}
