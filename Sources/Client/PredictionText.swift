import ControlAPI

/// Predictions as files of other programs.
package struct PredictionText: Sendable {
    private let classNames: [String]
    private let showsAll: Bool

    /// Names of the classes, and whether every class's probability is wanted.
    package init(classNames: [String], showsAll: Bool) {
        self.classNames = classNames
        self.showsAll = showsAll
    }

    /// A CSV table: `class,probability` and, when wanted, a column for every class; `prediction`
    /// when there are no classes.
    package func csv(_ predictions: [LocalModel.Prediction]) -> String {
        if classNames.isEmpty {
            return "prediction\n" + predictions.map { "\($0.probabilities[0])\n" }.joined()
        }
        let head = ["class", "probability"] + (showsAll ? classNames : [])
        var text = head.map(PredictionText.field).joined(separator: ",") + "\n"
        for prediction in predictions {
            var fields = [
                PredictionText.field(classNames[prediction.classIndex]),
                "\(prediction.probabilities[prediction.classIndex])",
            ]
            if showsAll { fields += prediction.probabilities.map { "\($0)" } }
            text += fields.joined(separator: ",") + "\n"
        }
        return text
    }

    /// One JSON object a line.
    package func json(_ predictions: [LocalModel.Prediction]) -> String {
        var json = JSONText(capacity: predictions.count * 64)
        for prediction in predictions {
            json.beginObject()
            if classNames.isEmpty {
                json.key("prediction")
                json.value(prediction.probabilities[0])
                json.endObject()
                json.newLine()
                continue
            }
            json.field("class", classNames[prediction.classIndex])
            json.key("probability")
            json.value(prediction.probabilities[prediction.classIndex])
            if showsAll {
                json.key("probabilities")
                json.beginObject()
                for (name, probability) in zip(classNames, prediction.probabilities) {
                    json.key(text: name)
                    json.value(probability)
                }
                json.endObject()
            }
            json.endObject()
            json.newLine()
        }
        return json.text
    }

    private static func field(_ text: String) -> String {
        let needsQuotes = text.contains { ",\"\n\r;\t".contains($0) } || text.hasPrefix(" ")
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
