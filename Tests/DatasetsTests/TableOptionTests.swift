import Datasets
import Testing

/// Tables as people have them: texts, gaps, other delimiters and decimals, rows that are wrong.
struct TableOptionTests {
    private func build(
        _ text: String, test: String? = nil, label: ColumnSelector = .name("class"),
        _ change: (inout TableOptions) -> Void = { _ in }
    ) throws(DataProblem) -> ParsedSet {
        var options = TableOptions(label: label)
        change(&options)
        return try DatasetFixtures.build(text, test: test, .table(options))
    }

    private func problem(
        _ text: String, test: String? = nil, _ change: (inout TableOptions) -> Void
    ) -> DataProblem? {
        DatasetFixtures.problem { () throws(DataProblem) in
            try build(text, test: test, change)
        }
    }

    @Test func textsAreNumberedInOrderOfAppearance() throws {
        let set = try build("job,age,class\nclerk,1,x\nsmith,2,y\nclerk,3,x\n\"smith\",4,y\n")
        #expect(set.schema.columns.map(\.kind) == [.categorical, .numeric])
        #expect(set.schema.columns[0].categories == ["clerk", "smith"])
        #expect(set.features == [0, 1, 1, 2, 0, 3, 1, 4])
    }

    @Test func aColumnIsTextWhenHalfOfItsValuesAre() throws {
        let half = try build("a,b,class\n1,u,x\nv,w,y\n")
        #expect(half.schema.columns[0].kind == .categorical)
        #expect(problem("a,b,class\n1,2,x\nv,3,y\n4,5,x\n") { _ in }?.kind == .textInNumericColumn)
        let stated = try build("a,b,class\n1,2,x\nv,3,y\n4,5,x\n") {
            $0.kinds = [.init(column: .name("a"), kind: .categorical)]
        }
        #expect(stated.schema.columns[0].categories == ["1", "v", "4"])
        let forced = problem("a,b,class\nu,2,x\nv,3,y\n") {
            $0.kinds = [.init(column: .index(0), kind: .numeric)]
        }
        #expect(forced?.kind == .textInNumericColumn)
    }

    @Test func missingValuesAreCountedWithTheirFirstLine() throws {
        let set = try build("a,job,class\n1,u,x\n,?,y\n-999,v,x\nNA,u,y\n") {
            $0.missing = ["?", "NA", "-999"]
        }
        #expect(
            set.features.map { $0.isNaN } == [
                false, false, true, true, true, false, true, false,
            ])
        #expect(set.schema.columns[0].missing == 3)
        #expect(set.schema.columns[0].firstMissingLine == 3)
        #expect(set.schema.columns[1].missing == 1)
        #expect(set.schema.columns[1].categories == ["u", "v"])
    }

    @Test func notANumberIsABadRowAndNeverAMissingValue() throws {
        for text in ["nan", "NaN", "inf", "-Infinity", "1e39"] {
            let found = problem("a,b,class\n1,2,x\n3,\(text),y\n5,6,x\n") { _ in }
            #expect(found?.findings.first?.line == 3, "\(text)")
            #expect([.notFinite, .valueOutOfRange].contains(found?.kind), "\(text)")
        }
        let skipped = try build("a,b,class\n1,2,x\n3,nan,y\n5,6,x\n7,8,y\n") { $0.badRowLimit = 1 }
        #expect(skipped.features == [1, 2, 5, 6, 7, 8])
    }

    @Test func badRowsAreLeftOutUpToTheLimitAndShown() throws {
        var text = "a,b,class\n"
        for row in 0..<30 { text += row % 2 == 0 ? "\(row),2,x\n" : "\(row),oops,y\n" }
        text += "1,2,y\n3,4,y\n5,6,y\n"
        let set = try build(text) { $0.badRowLimit = 15 }
        #expect(set.rows == 18)
        #expect(set.schema.badRows == 15)
        #expect(set.schema.badRowFindings.count == DataProblem.maximumFindings)
        #expect(set.schema.badRowFindings[0].contains("line 3"))
        #expect(set.schema.badRowFindings[0].contains("oops"))
        #expect(problem(text) { $0.badRowLimit = 14 }?.total == 15)
        // The limit holds for both files together.
        let both = problem("a,b,class\n1,2,x\n3,4,y\nu,6,y\n", test: "a,b,class\n1,2,x\nu,1,y\n") {
            $0.badRowLimit = 1
        }
        #expect(both?.total == 2)
    }

    @Test func aBadRowBringsNoClass() throws {
        let set = try build("a,b,class\n1,2,x\n3,nan,onlyhere\n5,6,y\n") { $0.badRowLimit = 1 }
        #expect(set.classNames == ["x", "y"])
    }

    @Test(arguments: ["|", ";", "\t", ":", "~"])
    func anyByteCanDelimit(delimiter: String) throws {
        let text = "a,b,class\n1,\"u v\",x\n2,w,y\n".split(separator: ",")
            .joined(separator: delimiter)
        let byte = try #require(delimiter.utf8.first)
        let set = try build(text) { $0.delimiter = FieldDelimiter(rawValue: byte) }
        #expect(set.schema.columns[1].categories == ["u v", "w"])
        guard ["|", ";", "\t"].contains(delimiter) else { return }
        #expect(try build(text) == set)
    }

    @Test func decimalsMayFollowAComma() throws {
        let set = try build("a;b;class\n1,5;-2,25e2;x\n\"0,1\";7;y\n") { $0.hasDecimalComma = true }
        #expect(set.features == [1.5, -225, 0.1, 7])
        let clash = problem("a,b,class\n1,2,x\n") {
            $0.hasDecimalComma = true
            $0.delimiter = .comma
        }
        #expect(clash?.kind == .contradictingOptions)
    }

    @Test func columnsCanBeLeftOutAndGiveWeights() throws {
        let set = try build("id,a,w,class\n17,1,0.5,x\nabc,2,2,y\n") {
            $0.excluded = [.name("id")]
            $0.weight = .index(2)
        }
        #expect(set.featureNames == ["a"])
        #expect(set.features == [1, 2])
        #expect(set.weights == [0.5, 2])
        #expect(
            problem("a,w,class\n1,-1,x\n2,1,y\n") { $0.weight = .name("w") }?.kind == .badWeight)
        let unknown = problem("a,b,class\n1,2,x\n") { $0.excluded = [.name("c")] }
        #expect(unknown?.kind == .missingColumn)
        #expect(unknown?.findings.first?.column == "c")
        let twice = problem("a,b,class\n1,2,x\n") { $0.excluded = [.name("class")] }
        #expect(twice?.kind == .columnUsedTwice)
        let none = problem("a,b,class\n1,2,x\n") { $0.excluded = [.index(0), .index(1)] }
        #expect(none?.kind == .noFeatures)
    }

    @Test func numbersToPredictAreReadAsTheyAre() throws {
        let set = try build("a,price\n1,2.5\n2,-7\n3,2.5\n", label: .name("price")) {
            $0.predictsNumber = true
        }
        #expect(set.targets == [2.5, -7, 2.5])
        #expect(set.labels.isEmpty && set.classNames.isEmpty)
        #expect(set.schema.target == .number && set.schema.targetName == "price")
        let text = DatasetFixtures.problem { () throws(DataProblem) in
            try build("a,price\n1,cheap\n", label: .name("price")) { $0.predictsNumber = true }
        }
        #expect(text?.kind == .textInNumericColumn)
        let missing = DatasetFixtures.problem { () throws(DataProblem) in
            try build("a,price\n1,\n", label: .name("price")) { $0.predictsNumber = true }
        }
        #expect(missing?.kind == .emptyValue)
    }

    @Test func labelsWrittenInAnotherWayAreTheSameClass() throws {
        let set = try build(
            "a,class\n1,<=50K\n2,>50K\n", test: "a,class\n3,<=50K.\n4, >50K.\n"
        ) {
            $0.classAliases = [
                .init(written: "<=50K.", name: "<=50K"), .init(written: ">50K.", name: ">50K"),
            ]
        }
        #expect(set.classNames == ["<=50K", ">50K"])
        #expect(set.labels == [0, 1, 0, 1])
    }

    @Test func aColumnOfTwoThousandTextsKeepsThemAll() throws {
        var text = "city,class\n"
        for row in 0..<6_000 { text += "city \(row % 2_000) \u{E9},\(row % 2)\n" }
        let set = try build(text)
        #expect(set.schema.columns[0].categories.count == 2_000)
        #expect(set.schema.columns[0].categories[1_999] == "city 1999 \u{E9}")
        #expect(set.features[5_999] == 1_999)
        var limits = DataLimits()
        limits.maximumCategories = 1_999
        let tooMany = DatasetFixtures.problem { () throws(DataProblem) in
            try DatasetFixtures.build(text, limits: limits)
        }
        #expect(tooMany?.kind == .tooManyCategories)
        #expect(tooMany?.findings.first?.line == 2_001)
    }

    @Test func theTestFileBringsNewTextsBehindTheOthers() throws {
        let set = try build("job,class\nu,x\nv,y\n", test: "job,class\nw,x\nu,y\n")
        #expect(set.schema.columns[0].categories == ["u", "v", "w"])
        #expect(set.features == [0, 1, 2, 0])
    }

    @Test func aSpreadsheetExportWithEverythingAtOnceIsRead() throws {
        let text =
            "\u{FEFF}Name;\"Ort; Land\";Preis;Gewicht;Klasse\r\n"
            + "\"Zeile 1\r\nZeile 2\";Köln;1.5;\"1,25\";ja\r\n\r\n"
            + "\"er sagte \"\"nein\"\"\";;2,5;k.A.;nein\r\nx;Bonn;3;,5;ja"
        let set = try build(text, label: .name("Klasse")) {
            $0.hasDecimalComma = true
            $0.missing = ["k.A."]
            $0.badRowLimit = 1
            $0.kinds = [.init(column: .name("Preis"), kind: .numeric)]
        }
        #expect(set.featureNames == ["Name", "Ort; Land", "Preis", "Gewicht"])
        #expect(
            set.schema.columns[0].categories == [
                "Zeile 1\r\nZeile 2", "er sagte \"nein\"", "x",
            ])
        #expect(set.schema.badRows == 1)
        #expect(set.schema.badRowFindings[0].contains("line 2"))
        #expect(set.rows == 2)
        #expect(set.features[2] == 2.5 && set.features[3].isNaN)
        #expect(set.features[7] == 0.5)
        #expect(set.classNames == ["ja", "nein"])
    }

    @Test func countsOfRowsDoNotOverflow() {
        var limits = DataLimits()
        limits.maximumRows = 3
        let rows = String(repeating: "1,x\n2,y\n", count: 2)
        let found = DatasetFixtures.problem { () throws(DataProblem) in
            try DatasetFixtures.build("a,class\n" + rows, limits: limits)
        }
        #expect(found?.kind == .tooLarge)
        #expect(found?.description.contains("more than 3 rows") == true)
        #expect(DataLimits().maximumRows < Int(UInt32.max))
    }
}
