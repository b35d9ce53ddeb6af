import ControlAPI
package import Training

/// The figures of a model as people and programs read them.
package struct EvaluationText: Sendable {
    private let classNames: [String]
    /// The most classes whose figures and confusion people are shown.
    private static let mostShown = 20

    /// Names of the classes, in their order.
    package init(classNames: [String]) {
        self.classNames = classNames
    }

    /// Lines for people.
    package func lines(_ evaluation: ModelEvaluation) -> [String] {
        var lines: [String] = []
        func line(_ name: String, _ value: String) {
            lines.append(name + String(repeating: " ", count: max(1, 11 - name.count)) + value)
        }
        line("rows", "\(Self.rows(evaluation))")
        for (name, value) in evaluation.figures { line(name, NumberText.measure(value)) }
        guard case .classes(let metrics) = evaluation, classNames.count <= Self.mostShown else {
            return lines
        }
        lines.append("")
        var table = [["class", "rows", "precision", "recall", "f1"]]
        for (name, figures) in zip(classNames, metrics.perClass) {
            table.append([
                name, "\(figures.support)", NumberText.measure(figures.precision),
                NumberText.measure(figures.recall), NumberText.measure(figures.f1),
            ])
        }
        lines += Self.aligned(table)
        lines.append("")
        lines.append("rows by class (down) and prediction (across)")
        lines += Self.aligned(
            [[""] + classNames]
                + zip(classNames, metrics.confusion).map { [$0] + $1.map { "\($0)" } })
        return lines
    }

    private static func aligned(_ table: [[String]]) -> [String] {
        guard let first = table.first else { return [] }
        let widths = first.indices.map { column in
            table.map { $0[column].count }.max() ?? 0
        }
        return table.map { row in
            var text = ""
            for (column, cell) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                text += column == 0 ? cell + gap : "  " + gap + cell
            }
            return text
        }
    }

    private static func rows(_ evaluation: ModelEvaluation) -> Int {
        switch evaluation {
        case .classes(let metrics): metrics.rows
        case .numbers(let metrics): metrics.rows
        }
    }

    /// One JSON object.
    package func json(_ evaluation: ModelEvaluation) -> String {
        var json = JSONText()
        json.beginObject()
        json.field("rows", Self.rows(evaluation))
        for (name, value) in evaluation.figures {
            json.key(text: name)
            json.value(value)
        }
        if case .classes(let metrics) = evaluation {
            json.key("perClass")
            json.beginObject()
            for (name, figures) in zip(classNames, metrics.perClass) {
                json.key(text: name)
                json.beginObject()
                json.field("rows", figures.support)
                json.field("precision", figures.precision)
                json.field("recall", figures.recall)
                json.field("f1", figures.f1)
                json.endObject()
            }
            json.endObject()
            json.key("confusion")
            json.beginArray()
            for row in metrics.confusion {
                json.beginArray()
                for count in row { json.value(count) }
                json.endArray()
            }
            json.endArray()
        }
        json.endObject()
        return json.text
    }
}
