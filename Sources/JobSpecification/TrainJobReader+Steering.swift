import ClusterVocabulary

/// `spec.training.earlyStopping`, `monitor` and `ema`.
extension TrainJobReader {
    func readSteering(_ training: FieldReader, loss: LossWork.Kind) -> SteeringWork {
        var steering = SteeringWork()
        let words = SteeringWork.Monitor.allCases.map(\.word)
        let word = training.word("monitor", among: words, default: "validation.loss")
        steering.monitor = .allCases.first { $0.word == word } ?? .validationLoss
        if steering.monitor == .validationAccuracy, !loss.isClassification {
            training.report("monitor", "the loss \(loss.word) has no accuracy")
        }
        if training.entry("earlyStopping") != nil {
            let reader = training.section("earlyStopping")
            steering.patience = reader.integer("patience", in: Limits.patience, default: 5)
            steering.leastChange = reader.single(
                "minDelta", default: 0, rule: "at least 0 and finite"
            ) { $0 >= 0 && $0.isFinite }
            steering.restoresBest = reader.boolean("restoreBest") ?? true
            reader.belongsElsewhere(["monitor": "spec.training"])
            reader.finish()
        }
        if training.entry("ema") != nil {
            let reader = training.section("ema")
            steering.averageDecay = reader.single(
                "decay", default: 0.999, rule: "greater than 0 and less than 1"
            ) { $0 > 0 && $0 < 1 }
            reader.finish()
        }
        return steering
    }

    /// Decisions need rows to decide from.
    func checkSteering(
        _ spec: FieldReader, _ steering: SteeringWork, _ optimizer: OptimizerWork,
        _ validation: Double
    ) {
        let needs: String
        if steering.patience > 0 {
            needs = "earlyStopping"
        } else if optimizer.schedule.shape == .plateau {
            needs = "schedule"
        } else {
            return
        }
        guard validation == 0 else { return }
        spec.section("training").report(
            needs, "needs validation rows: give spec.data.split a validation above 0")
    }
}
