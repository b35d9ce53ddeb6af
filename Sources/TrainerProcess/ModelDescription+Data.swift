import ClusterVocabulary
import Datasets
import Training

extension ModelDescription {
    /// What the model was trained on and what is done to a raw row: all that a prediction needs.
    static func dataFields(_ session: TrainingSession) -> [(String, String)] {
        var fields: [(String, String)] = [
            ("dataFormat", text(session.work.data.format)),
            (
                "dataFiles",
                list(
                    session.work.data.files.map { file in
                        object([
                            ("role", text("\(file.role)")), ("sha256", text(file.digest)),
                            ("bytes", String(file.byteCount)),
                        ])
                    })
            ),
        ]
        guard let schema = session.schema else { return fields }
        fields.append(("target", text(schema.target == .number ? "number" : "classes")))
        fields.append(("targetName", text(schema.targetName)))
        fields.append(("sparse", schema.isSparse ? "true" : "false"))
        fields.append(("badRows", String(schema.badRows)))
        if let transform = session.transform { fields.append(("transform", json(transform))) }
        return fields
    }

    /// The fitted steps, in the form that `FittedTransform` decodes itself from.
    static func json(_ transform: FittedTransform) -> String {
        var fields = [("columns", list(transform.columns.map(json)))]
        if let target = transform.target { fields.append(("target", json(target))) }
        return object(fields)
    }

    private static func json(_ column: ColumnTransform) -> String {
        var fields = [
            ("name", text(column.name)),
            ("isCategorical", column.isCategorical ? "true" : "false"),
            ("encoding", text(column.encoding.rawValue)),
            ("categories", list(column.categories.map(text))),
            ("buckets", String(column.buckets)),
            ("operations", list(column.operations.map(json))),
        ]
        if let fill = column.fill { fields.append(("fill", "\(fill)")) }
        if let fill = column.fillText { fields.append(("fillText", text(fill))) }
        return object(fields)
    }

    private static func json(_ operation: ColumnTransform.Operation) -> String {
        object([
            ("kind", text(operation.kind.rawValue)), ("first", "\(operation.first)"),
            ("second", "\(operation.second)"),
        ])
    }

    /// All figures of one part of the rows, those of single classes and the confusion matrix too.
    static func json(_ evaluation: ModelEvaluation, _ classNames: [String]) -> String {
        var fields = evaluation.figures.map { ($0.name, number($0.value)) }
        if case .classes(let metrics) = evaluation {
            let classes = zip(classNames, metrics.perClass).map { name, figures in
                object([
                    ("class", text(name)), ("support", String(figures.support)),
                    ("precision", number(figures.precision)),
                    ("recall", number(figures.recall)), ("f1", number(figures.f1)),
                ])
            }
            fields.append(("perClass", list(classes)))
            if classNames.count <= mostConfused {
                let rows = metrics.confusion.map { list($0.map { String($0) }) }
                fields.append(("confusion", list(rows)))
            }
        }
        return object(fields)
    }

    /// The most classes whose confusion matrix is written down.
    static let mostConfused = 256

    private static func number(_ value: Double) -> String {
        value.isFinite ? "\(value)" : "null"
    }
}
