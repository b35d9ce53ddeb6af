import ClusterVocabulary

/// What a job with `optimizer: {lbfgs: {}}` cannot have: the solver minimises one smooth function
/// of all training rows, and averages its gradient after every pass.
extension TrainJobReader {
    /// Reports what does not go with lbfgs; does nothing for other rules.
    func checkFullBatch(
        _ spec: FieldReader, _ model: ModelWork, _ optimizer: OptimizerWork, _ loss: LossWork,
        _ steering: SteeringWork, _ averaging: Averaging
    ) {
        guard optimizer.rule == .lbfgs else { return }
        let training = spec.section("training")
        if optimizer.l1 > 0 {
            training.report("regularization", "lbfgs cannot have l1, which has no slope at 0")
        }
        if optimizer.clipValue > 0 || optimizer.clipNorm > 0 {
            training.report("gradientClipping", "lbfgs needs the gradient as it is")
        }
        if optimizer.schedule.shape != .constant {
            training.report("schedule", "lbfgs searches for its step lengths by itself")
        }
        if steering.averageDecay > 0 {
            training.report("ema", "lbfgs ends at the best point it found; there is no average")
        }
        switch loss.kind {
        case .hinge, .absolute, .quantile:
            training.report(
                "optimizer",
                "lbfgs needs a smooth loss, and \(loss.kind.word) has corners; try"
                    + (loss.kind == .hinge ? " squaredHinge" : " huber"))
        case .softmaxCrossEntropy, .logistic, .squaredHinge, .squared, .huber, .poisson: break
        }
        if let chance = TrainJobReader.chance(in: model) {
            spec.report("model", "\(chance) does not go with lbfgs, which needs one function")
        }
        switch averaging.every {
        case .planned, .steps(1): break
        default:
            spec.section("averaging").report(
                "every", "lbfgs averages the gradient after every pass; leave it out")
        }
        if averaging.work.outer != .average || averaging.work.weighting != .equal {
            spec.report(
                "averaging",
                "lbfgs averages the gradient plainly; leave outer and"
                    + " weighting out")
        }
        if averaging.work.keepsOptimizerState || averaging.work.compression != .none {
            spec.report(
                "averaging",
                "lbfgs has no state of single replicas; leave optimizerState: keep and"
                    + " compression out")
        }
    }

    /// What makes two passes over the same rows differ, if anything does.
    private static func chance(in model: ModelWork) -> String? {
        let kinds = Set(model.layers.map(\.kind))
        if model.dropout > 0 || model.inputDropout > 0 || kinds.contains(.dropout) {
            return "dropout"
        }
        if model.normalization == .batchNorm || kinds.contains(.batchNorm) { return "batchNorm" }
        return nil
    }
}
