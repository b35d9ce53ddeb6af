import Testing
import Training

@testable import Client

struct PredictionTextTests {
    @Test func predictionsAreACSVTable() {
        let predictions = [LocalModel.Prediction(classIndex: 1, probabilities: [0.25, 0.75])]
        let text = PredictionText(classNames: ["a", "b,c"], showsAll: true)
        #expect(text.csv(predictions) == "class,probability,a,\"b,c\"\n\"b,c\",0.75,0.25,0.75\n")
        #expect(
            text.json(predictions)
                == #"{"class":"b,c","probability":0.75,"probabilities":{"a":0.25,"b,c":0.75}}"#
                + "\n")
    }

    @Test func numbersHaveAColumnOfTheirOwn() {
        let predictions = [LocalModel.Prediction(classIndex: 0, probabilities: [1.5])]
        let text = PredictionText(classNames: [], showsAll: false)
        #expect(text.csv(predictions) == "prediction\n1.5\n")
        #expect(text.json(predictions) == "{\"prediction\":1.5}\n")
    }

    @Test func figuresOfEveryClassAreShown() {
        let metrics = ClassificationMetrics(
            scores: UnsafeBufferPointer(start: nil, count: 0), labels: [], classCount: 2)
        let text = EvaluationText(classNames: ["no", "yes"])
        #expect(text.lines(.classes(metrics)).contains { $0.hasPrefix("yes") })
        #expect(text.json(.classes(metrics)).contains("\"confusion\":[[0,0],[0,0]]"))
    }
}
