import ClusterVocabulary

extension TrainJobSpecification {
    /// The metrics the job reports, ordered by part: what an objective can name.
    ///
    /// Those of curves are there for two classes, `top5` for more than five.
    package var metricNames: [String] {
        var names = running("train")
        if validationFraction > 0 {
            names += running("validation") + measuredAtTheEnd("validation")
        }
        if testFraction > 0 || dataSource.roles.contains(.test) {
            names += running("test") + measuredAtTheEnd("test")
        }
        return names
    }

    /// Those of them that are reported after every epoch: what can steer a trial that runs.
    package var runningMetricNames: [String] {
        running("train") + (validationFraction > 0 ? running("validation") : [])
    }

    private func running(_ part: String) -> [String] {
        loss.kind.isClassification ? ["\(part).accuracy", "\(part).loss"] : ["\(part).loss"]
    }

    /// All that `ModelEvaluation` says of rows held out.
    private func measuredAtTheEnd(_ part: String) -> [String] {
        let names: [String]
        switch loss.kind {
        case .squared, .absolute, .huber, .quantile, .poisson: names = ["mae", "mse", "r2", "rmse"]
        case .softmaxCrossEntropy, .logistic:
            names = ["f1", "logLoss", "microF1", "prAUC", "precision", "recall", "rocAUC", "top5"]
        case .hinge, .squaredHinge:
            names = ["f1", "microF1", "prAUC", "precision", "recall", "rocAUC", "top5"]
        }
        return names.map { "\(part).\($0)" }
    }
}
