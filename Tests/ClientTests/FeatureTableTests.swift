import Testing

@testable import Client

struct FeatureTableTests {
    private func table(
        _ text: String, label: String? = nil, needsLabels: Bool = false
    ) throws -> FeatureTable {
        try FeatureTable(
            text: text, name: "rows.csv", features: ["a", "b"], label: label,
            needsLabels: needsLabels)
    }

    @Test func columnsAreFoundByNameInAnyOrder() throws {
        let table = try table("b,other,a\r\n2,x,1\r\n\r\n4, y ,3", needsLabels: true)
        #expect(table.features == [1, 2, 3, 4])
        #expect(table.labels == ["x", "y"])
        #expect(table.lines == [2, 4])
    }

    @Test func withoutAHeaderColumnsCountByPlace() throws {
        #expect(try table("1;2\n3;4\n").features == [1, 2, 3, 4])
        let labelled = try table("1,2,yes\n3,4,no\n", needsLabels: true)
        #expect(labelled.labels == ["yes", "no"])
        #expect(try table("1,2,yes\n").features == [1, 2])
    }

    @Test func quotesMayHoldEverything() throws {
        let text = "a,b,\"the \"\"class\"\"\"\n1,2,\"x,\ny\"\n3,4,z\n"
        let table = try table(text, label: "the \"class\"", needsLabels: true)
        #expect(table.labels == ["x,\ny", "z"])
        #expect(table.lines == [2, 4])
    }

    @Test(arguments: [
        ("", "EmptyFile"), ("a,b\n", "HeaderOnly"), ("a,c\n1,2\n", "ColumnsDiffer"),
        ("1,2,3,4\n", "ColumnsDiffer"), ("a,b\n1\n", "RaggedRow"),
        ("a,b\n1,x\n", "TextInNumericColumn"), ("a,b\n1,nan\n", "TextInNumericColumn"),
        ("a,b\n1,inf\n", "TextInNumericColumn"), ("a,b\n1,1e99\n", "TextInNumericColumn"),
        ("a,b\n1,\n", "TextInNumericColumn"), ("a,b\n1,\"2\n", "MalformedQuote"),
        ("a,b\n1,\"2\"3\n", "MalformedQuote"),
    ])
    func problemsAreNamed(text: String, name: String) {
        let failure = #expect(throws: ClientFailure.self) { _ = try table(text) }
        #expect(failure?.status == .wrongUsage)
        #expect(failure?.message.hasPrefix("\(name): ") == true)
    }

    @Test func aClassColumnMustBeClear() {
        for text in ["a,b\n1,2\n", "a,b,c,d\n1,2,x,y\n"] {
            let failure = #expect(throws: ClientFailure.self) {
                _ = try table(text, needsLabels: true)
            }
            #expect(failure?.message.hasPrefix("MissingLabelColumn: ") == true)
        }
    }

    @Test func predictionsAreACSVTable() {
        let predictions = [LocalModel.Prediction(classIndex: 1, probabilities: [0.25, 0.75])]
        let text = PredictionText(classNames: ["a", "b,c"], showsAll: true)
        #expect(text.csv(predictions) == "class,probability,a,\"b,c\"\n\"b,c\",0.75,0.25,0.75\n")
        #expect(
            text.json(predictions)
                == #"{"class":"b,c","probability":0.75,"probabilities":{"a":0.25,"b,c":0.75}}"#
                + "\n")
    }
}
