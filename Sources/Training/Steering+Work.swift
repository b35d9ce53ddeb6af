package import ClusterVocabulary

extension Steering.Rules {
    /// The rules a job's record asks for.
    package init(_ work: TrainingWork) {
        let schedule = work.optimizer.schedule
        self.init(
            prefersMore: work.steering.monitor == .validationAccuracy,
            patience: work.steering.patience, leastChange: Double(work.steering.leastChange),
            keepsBest: work.steering.restoresBest,
            plateau: schedule.shape == .plateau
                ? Steering.Plateau(
                    factor: schedule.factor, patience: schedule.epochs, minimum: schedule.minimum)
                : nil)
    }

    /// The figure that is watched, of what was measured on the validation rows.
    package func figure(_ measured: RoundScalars) -> Double {
        prefersMore ? measured.accuracy : measured.meanLoss
    }
}
