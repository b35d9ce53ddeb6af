import ClusterVocabulary
import Training

/// The JSON beside the weights: what the model is, what it needs, how good it is, where it is from.
///
/// Keys stand in a fixed order and nothing in it differs between runs, so its digest is as
/// repeatable as that of the weights.
enum ModelDescription {
    /// The bytes of the description.
    static func encode(
        _ session: TrainingSession, metrics: [Metric],
        evaluations: [(part: String, figures: ModelEvaluation)], weightsDigest: String
    ) -> [UInt8] {
        let work = session.work
        let fields: [(String, String)] =
            [
                ("format", text("mlctl.model/1")),
                ("weights", text(weightsDigest)),
                ("architecture", text(architecture(work))),
                ("hidden", list(work.model.hidden.map(String.init))),
                ("network", text(session.layout.architecture.text)),
                ("loss", text(work.loss.kind.word)),
                ("features", list(session.featureNames.map(text))),
                ("classes", list(session.classNames.map(text))),
                (
                    "preprocessing",
                    list(
                        work.standardizes
                            ? [text("standardize")] : work.preprocessing.steps.map { text($0.word) }
                    )
                ),
                ("dataset", text(work.data.key)),
                ("replicas", String(work.replicas)),
                ("batchSize", String(work.batchSize)),
                ("epochs", String(work.epochs)),
                ("stepsPerRound", String(work.stepsPerRound)),
                ("averaging", averaging(work)),
                ("seed", text(String(work.seed))),
                ("rounds", String(session.completeRounds)),
                ("roundChain", text("\(session.trailer.chain)")),
                (
                    "metrics",
                    object(metrics.map { ($0.name, $0.value.isFinite ? "\($0.value)" : "null") })
                ),
                (
                    "evaluation",
                    object(evaluations.map { ($0.part, json($0.figures, session.classNames)) })
                ),
                ("version", text(ProductVersion.text)),
            ] + initial(work) + dataFields(session)
        return Array((object(fields) + "\n").utf8)
    }

    private static func averaging(_ work: TrainingWork) -> String {
        let averaging = work.averaging
        var fields = [
            ("interval", text(averaging.interval.word)),
            ("outer", text(averaging.outer.word)),
            ("weighting", text(averaging.weighting.word)),
        ]
        if let choice = averaging.choice {
            fields.append(("chosenFromRound", String(choice.round)))
            fields.append(("chosenSteps", String(choice.steps)))
        }
        return object(fields)
    }

    /// The model it began from, when that was not the seed.
    private static func initial(_ work: TrainingWork) -> [(String, String)] {
        guard let initial = work.initial else { return [] }
        let fields = [("model", text(initial.name)), ("sha256", text(initial.digest))]
        return [("initial", object(fields))]
    }

    private static func architecture(_ work: TrainingWork) -> String {
        work.model.kind == .mlp ? "multilayerPerceptron" : work.model.kind.word
    }

    static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\(text($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    static func list(_ items: [String]) -> String {
        "[" + items.joined(separator: ",") + "]"
    }

    static func text(_ value: String) -> String {
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
