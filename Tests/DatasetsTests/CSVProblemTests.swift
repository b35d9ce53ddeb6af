import Datasets
import Testing

struct CSVProblemTests {
    /// A bad table and what must be said about it.
    struct Case: CustomTestStringConvertible {
        var text: String
        var kind: DataProblemKind
        var line: Int?
        var column: String?
        var mentions: String
        var format = DatasetFixtures.classText
        var testDescription: String { "\(kind.rawValue): \(text.debugDescription.prefix(40))" }
    }

    static let cases: [Case] = [
        Case(text: "", kind: .emptyFile, mentions: "no bytes"),
        Case(text: "\n\r\n\n", kind: .emptyFile, mentions: "blank lines"),
        Case(text: "a,class\n", kind: .headerOnly, mentions: "no rows"),
        Case(text: "a,class\n1,x\n2,x\n", kind: .onlyOneClass, mentions: "\"x\""),
        Case(text: "class\nx\ny\n", kind: .noFeatures, line: 1, mentions: "one column"),
        Case(
            text: "a,classs,b\n1,x,2\n",
            kind: .missingLabelColumn,
            line: 1,
            column: "class",
            mentions: "\"classs\"",
        ),
        Case(
            text: "a,b\n1,2\n",
            kind: .missingLabelColumn,
            line: 1,
            mentions: "0 to 1",
            format: .csv(label: .index(2), header: nil),
        ),
        Case(
            text: "1,2\n",
            kind: .missingLabelColumn,
            column: "class",
            mentions: "header: true",
            format: .csv(label: .name("class"), header: false),
        ),
        Case(
            text: "class,class,b\n1,x,2\n",
            kind: .ambiguousLabelColumn,
            column: "class",
            mentions: "one of 0, 1",
        ),
        Case(
            text: "a,age,class\n1,2,x\n1,nan,y\n",
            kind: .notFinite,
            line: 3,
            column: "age",
            mentions: "nan",
        ),
        Case(
            text: "a,age,class\n1,-Infinity,x\n1,2,y\n",
            kind: .notFinite,
            line: 2,
            column: "age",
            mentions: "-Infinity",
        ),
        Case(
            text: "a,age,class\n1,1e39,x\n",
            kind: .valueOutOfRange,
            line: 2,
            column: "age",
            mentions: "32-bit",
        ),
        Case(
            text: "a,age,class\n1,forty\u{1B}[2J,x\n1,2,x\n1,3,y\n",
            kind: .textInNumericColumn,
            line: 2,
            column: "age",
            mentions: "forty\\u{1b}[2J",
        ),
        Case(
            text: "a,age,class\n1,2x,x\n1,2,x\n1,3,y\n",
            kind: .textInNumericColumn,
            line: 2,
            column: "age",
            mentions: "2x",
        ),
        Case(
            text: "a,class\n1,x\n1,\n",
            kind: .emptyLabel,
            line: 3,
            column: "class",
            mentions: "no label",
        ),
        Case(
            text: "a,b,class\n1,2,x\n2,3,z\n3,y\n",
            kind: .textInNumericColumn,
            line: 4,
            column: "b",
            mentions: "\"y\"",
        ),
        Case(text: "a,class\n1,x\n1,2,y\n", kind: .raggedRow, line: 3, mentions: "3 fields"),
        Case(text: "a,class\n1,x\n1\n", kind: .raggedRow, line: 3, mentions: "1 fields"),
        Case(
            text: "a,class\n1,x\n2,\"y\n3,z\n",
            kind: .malformedQuote,
            line: 3,
            column: "class",
            mentions: "never closes",
        ),
        Case(
            text: "a,class\n1,x\n2,\"y\" z\n",
            kind: .malformedQuote,
            line: 3,
            column: "class",
            mentions: "follows the closing quote",
        ),
        Case(text: "PK\u{3}\u{4}abc", kind: .notText, mentions: "spreadsheet"),
        Case(
            text: "a,class\n1,\(String(repeating: "x", count: 2_000))\n",
            kind: .nameTooLong,
            line: 2,
            column: "class",
            mentions: "2000 bytes",
        ),
    ]

    @Test(arguments: cases)
    func namesPlaceAndCure(of expected: Case) throws {
        let problem = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(expected.text, expected.format)
            })
        #expect(problem.kind == expected.kind)
        #expect(problem.description.contains(expected.mentions), "\(problem)")
        #expect(!problem.findings[0].cure.isEmpty)
        if let line = expected.line {
            #expect(problem.findings[0].line == line)
        }
        if let column = expected.column {
            #expect(problem.findings[0].column == column)
        }
    }

    @Test func showsTheFirstTenProblemsAndCountsAll() throws {
        var text = "a,b,class\n"
        for row in 0..<40 {
            text += row % 2 == 0 ? "1,2,x\n" : "?,nan,y\n"
        }
        text += String(repeating: "1,2,y\n", count: 8)
        let problem = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(text)
            })
        #expect(problem.total == 40)
        #expect(problem.findings.map { $0.line } == [3, 3, 5, 5, 7, 7, 9, 9, 11, 11])
        #expect(problem.description.contains("and 30 more of 40 problems"))
    }

    @Test func refusesBytesThatAreNotUTF8() throws {
        let label = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(
                    Array("a,class\n1,".utf8) + [0xFF, 0x0A],
                    DatasetFixtures.classText,
                )
            })
        #expect(label.kind == .notText)
        #expect(label.findings[0].line == 2)
        let wide = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build([0xFF, 0xFE, 0x61, 0], DatasetFixtures.classText)
            })
        #expect(wide.description.contains("UTF-8"))
    }

    @Test func refusesMoreThanItsBounds() {
        var limits = DataLimits()
        limits.maximumClasses = 3
        limits.maximumColumns = 4
        limits.maximumFeatureBytes = 40
        func kind(_ text: String) -> DataProblemKind? {
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(text, limits: limits)
            }?.kind
        }
        #expect(kind("a,class\n1,w\n2,x\n3,y\n4,z\n") == .tooManyClasses)
        #expect(kind("a,class\n1,w\n2,x\n3,y\n4,y\n") == nil)
        #expect(kind("a,b,c,d,class\n1,2,3,4,x\n") == .tooManyColumns)
        let rows = String(repeating: "1,x\n2,y\n", count: 5)
        #expect(kind("a,class\n" + rows) == nil)
        #expect(kind("a,class\n" + rows + "3,x\n") == .tooLarge)
    }

    @Test func boundsTheLengthOfARecordInsideGzip() throws {
        var limits = DataLimits()
        limits.maximumRecordBytes = 1_000
        let plain = Array("a,class\n1,\"x".utf8) + [UInt8](repeating: 0x78, count: 5_000)
        let problem = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(
                    DatasetFixtures.gzip(plain),
                    DatasetFixtures.classText,
                    limits: limits,
                )
            })
        #expect(problem.kind == .recordTooLong)
        #expect(problem.findings[0].line == 2)
    }

    @Test func refusesATestFileThatDoesNotMatch() {
        func kind(_ test: String) -> DataProblemKind? {
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build("a,b,class\n1,2,x\n3,4,y\n", test: test)
            }?.kind
        }
        #expect(kind("a,b,class\n1,2,x\n") == nil)
        #expect(kind("b,a,class\n1,2,x\n") == .columnsDiffer)
        #expect(kind("a,class\n1,x\n") == .columnsDiffer)
        #expect(kind("a,class,b\n1,x,2\n") == .columnsDiffer)
        #expect(kind("a,b,class\n1,2,z\n") == .unknownTestClass)
        #expect(kind("a,b,class\n") == .headerOnly)
    }

    @Test func refusesALabelsFileBesideATable() {
        let table = Array("a,class\n1,x\n2,y\n".utf8)
        let problem = DatasetFixtures.problem { () throws(DataProblem) in
            try DatasetFixtures.build(table, labels: table, DatasetFixtures.classText)
        }
        #expect(problem?.kind == .unexpectedFile)
        #expect(problem?.findings.first?.file == .trainLabels)
    }
}
