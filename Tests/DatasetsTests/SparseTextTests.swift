import Datasets
import Testing

struct SparseTextTests {
    private func build(
        _ text: String, test: String? = nil, _ change: (inout SparseOptions) -> Void = { _ in }
    ) throws(DataProblem) -> ParsedSet {
        var options = SparseOptions()
        change(&options)
        return try DatasetFixtures.build(text, test: test, .libsvm(options))
    }

    private func problem(
        _ text: String, _ change: (inout SparseOptions) -> Void = { _ in }
    ) -> DataProblem? {
        DatasetFixtures.problem { () throws(DataProblem) in try build(text, change) }
    }

    @Test func readsRowsAsCompressedRows() throws {
        let set = try build(
            "+1 1:0.5 7:2 # a note\n\n# only a note\n-1 qid:3 2:-1e3 3:0\n1\n",
            test: "-1 9:1\r\n")
        #expect(set.schema.isSparse)
        #expect(set.rows == 4 && set.testRows == 1)
        #expect(set.featureCount == 9)
        #expect(set.classNames == ["-1", "1"])
        #expect(set.labels == [1, 0, 1, 0])
        #expect(set.rowStarts == [0, 2, 3, 3, 4])
        #expect(set.columnIndices == [0, 6, 1, 8])
        #expect(set.values == [0.5, 2, -1_000, 1])
        #expect(set.featureNames.last == "feature9")
    }

    @Test func countsFromZeroWhenTold() throws {
        let set = try build("0 0:1 2:3\n1 1:1\n") {
            $0.isZeroBased = true
            $0.featureCount = 5
        }
        #expect(set.columnIndices == [0, 2, 1])
        #expect(set.featureCount == 5)
        let found = problem("0 0:1\n1 1:1\n")
        #expect(found?.kind == .malformedPair)
        #expect(found?.description.contains("zeroBased") == true)
    }

    @Test(arguments: [
        ("1 2:1 1:1", DataProblemKind.malformedPair), ("1 1:1 1:2", .malformedPair),
        ("1 1:", .malformedPair), ("1 :1", .malformedPair), ("1 x:1", .malformedPair),
        ("1 1:2x", .malformedPair), ("1 1:nan", .notFinite), ("1 1:1e39", .valueOutOfRange),
        ("1 9999999:1", .tooManyColumns), ("1:2 3:4", .emptyLabel),
    ])
    func namesTheLineOfABadRow(line: String, kind: DataProblemKind) throws {
        let found = try #require(problem("0 1:1\n1 2:1\n\(line)\n"))
        #expect(found.kind == kind, "\(found)")
        #expect(found.findings[0].line == 3)
        let kept = try build("0 1:1\n1 2:1\n\(line)\n") { $0.badRowLimit = 1 }
        #expect(kept.rows == 2 && kept.schema.badRows == 1)
        #expect(kept.classNames == ["0", "1"])
    }

    @Test func readsTheSameFromGzipInPieces() throws {
        var generator = SeededGenerator(state: 5)
        var plain: [UInt8] = []
        while plain.count < 6 << 20 {
            let first = generator.next() % 50 + 1
            plain += "\(generator.next() % 2) \(first):1.5 \(first + 3):-2\n".utf8
        }
        let format = DataFormat.libsvm(SparseOptions())
        let direct = try DatasetFixtures.build(plain, format)
        #expect(try DatasetFixtures.build(DatasetFixtures.gzip(plain), format) == direct)
        #expect(direct.rows > 100_000)
    }

    @Test func survivesTheSetFile() throws {
        let set = try build("3 1:1 4:2\n2 2:1\n", test: "3 3:7\n")
        let bytes = SetFile.encode(set)
        try DatasetFixtures.withBytes(bytes) { (buffer) throws(DataProblem) in
            try SetView.verify(buffer)
            let view = try SetView(buffer)
            #expect(view.schema == set.schema)
            let sparse = view.sparse
            #expect(sparse.map { Array($0.rowStarts) } == set.rowStarts)
            #expect(sparse.map { Array($0.columns) } == set.columnIndices)
            #expect(sparse.map { Array($0.values) } == set.values)
            #expect(Array(view.labels) == set.labels)
        }
    }

    @Test func numbersToPredictNeedNoClasses() throws {
        let set = try build("0.5 1:1\n-2 2:1\n") { $0.predictsNumber = true }
        #expect(set.targets == [0.5, -2])
        #expect(problem("x 1:1\n") { $0.predictsNumber = true }?.kind == .textInNumericColumn)
    }
}
