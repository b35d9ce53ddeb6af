import Datasets
import Testing

struct ArrayFileTests {
    private let images = DatasetFixtures.idx([3, 2, 2], [0, 255, 51, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    private let labels = DatasetFixtures.idx([3], [7, 3, 7])

    private func problem(
        _ train: [UInt8],
        _ labels: [UInt8]? = nil,
        _ format: DataFormat = .idx,
        test: [UInt8]? = nil,
        testLabels: [UInt8]? = nil,
    ) -> DataProblem? {
        DatasetFixtures.problem { () throws(DataProblem) in
            try DatasetFixtures.build(
                train,
                labels: labels,
                test: test,
                testLabels: testLabels,
                format,
            )
        }
    }

    @Test func readsImagesScaledAndLabelsSorted() throws {
        for gzip in [false, true] {
            let set = try DatasetFixtures.build(
                gzip ? DatasetFixtures.gzip(images) : images,
                labels: gzip ? DatasetFixtures.gzip(labels) : labels,
                test: DatasetFixtures.idx([1, 2, 2], [255, 0, 0, 0]),
                testLabels: DatasetFixtures.idx([1], [7]),
                .idx,
            )
            #expect(set.rows == 4)
            #expect(set.testRows == 1)
            #expect(set.featureNames == ["pixel_0_0", "pixel_0_1", "pixel_1_0", "pixel_1_1"])
            #expect(set.features[..<4] == [0, 1, 51 / 255, 1 / 255])
            #expect(set.features[12...] == [1, 0, 0, 0])
            #expect(set.classNames == ["3", "7"])
            #expect(set.labels == [1, 0, 1, 1])
        }
    }

    @Test func readsBigEndianTypesWithoutScaling() throws {
        let values: [Float] = [1.5, -2, 3, 4]
        let set = try DatasetFixtures.build(
            DatasetFixtures.idx(
                [2, 2],
                values.flatMap { DatasetFixtures.bigEndian($0.bitPattern) },
                type: 0x0D,
            ),
            labels: DatasetFixtures.idx(
                [2],
                [Int32(-5), 300].flatMap { DatasetFixtures.bigEndian($0) },
                type: 0x0C,
            ),
            .idx,
        )
        #expect(set.features == values)
        #expect(set.classNames == ["-5", "300"])
        #expect(set.featureNames == ["value0", "value1"])
    }

    @Test func namesWhatIsWrongWithIDX() {
        #expect(problem([], labels)?.kind == .emptyFile)
        #expect(problem(Array("hello".utf8), labels)?.kind == .wrongMagic)
        #expect(problem([0, 0, 8], labels)?.kind == .wrongMagic)
        #expect(problem([0, 0, 7, 1, 0, 0, 0, 1, 1], labels)?.kind == .unsupportedType)
        #expect(problem([0, 0, 8, 200], labels)?.kind == .malformedHeader)
        #expect(problem([0, 0, 8, 3, 0, 0], labels)?.kind == .truncated)
        #expect(problem(Array(images.dropLast()), labels)?.kind == .truncated)
        #expect(problem(images + [0], labels)?.kind == .trailingBytes)
        #expect(problem(images, DatasetFixtures.idx([2], [1, 2]))?.kind == .countsDiffer)
        #expect(problem(images, DatasetFixtures.idx([3], [1, 1, 1]))?.kind == .onlyOneClass)
        #expect(problem(images, images)?.kind == .wrongShape)
        let none = DatasetFixtures.idx([0, 2], [])
        #expect(problem(none, DatasetFixtures.idx([0], []))?.kind == .noRows)
        #expect(problem(images, nil)?.kind == .missingFile)
        #expect(problem(images, labels, test: images)?.findings.first?.file == .testLabels)
        let other = DatasetFixtures.idx([3, 4], [UInt8](repeating: 0, count: 12))
        #expect(problem(images, labels, test: other, testLabels: labels)?.kind == .columnsDiffer)
        let strange = DatasetFixtures.idx([3], [7, 3, 4])
        let unknown = problem(images, labels, test: images, testLabels: strange)
        #expect(unknown?.kind == .unknownTestClass)
    }

    @Test func refusesSizesNoFileCanHave() {
        let huge: [UInt8] = [0, 0, 14, 8] + [UInt8](repeating: 0xFF, count: 32) + [1, 2, 3]
        #expect(problem(huge, labels)?.kind == .malformedHeader)
        #expect(problem(DatasetFixtures.gzip(huge), labels)?.kind == .malformedHeader)
        // A count that is possible but not true, in gzip where the size cannot be known before.
        let many: [UInt8] = [0, 0, 8, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 9, 9]
        let manyLabels: [UInt8] = [0, 0, 8, 1, 0x7F, 0xFF, 0xFF, 0xFF, 9, 9]
        let lying = problem(DatasetFixtures.gzip(many), DatasetFixtures.gzip(manyLabels))
        #expect(lying?.kind == .truncated)
    }

    @Test(arguments: [UInt8(1), 2, 3])
    func readsNumPyVersionsAndTypes(version: UInt8) throws {
        let values: [Double] = [1, 2.5, -3, 4]
        let features = DatasetFixtures.npy(
            "<f8",
            "(2, 2)",
            values.flatMap { DatasetFixtures.littleEndian($0.bitPattern) },
            version: version,
        )
        let labels = DatasetFixtures.npy(
            "<i8",
            "(2,)",
            [Int64(40), -1].flatMap { DatasetFixtures.littleEndian($0) },
            version: version,
        )
        let set = try DatasetFixtures.build(features, labels: labels, .npy())
        #expect(set.features == [1, 2.5, -3, 4])
        #expect(set.classNames == ["-1", "40"])
        #expect(set.labels == [1, 0])
    }

    @Test func takesTheLastNumPyColumnForTheLabel() throws {
        let table = DatasetFixtures.npy(
            "<f4", "(3, 3)", DatasetFixtures.floats([1, 2, 0, 3, 4, 1, 5, 6, 0]))
        let set = try DatasetFixtures.build(table, test: table, .npy())
        #expect(set.features == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
        #expect(set.labels == [0, 1, 0, 0, 1, 0])
        #expect(set.testRows == 3)
        let bytes = DatasetFixtures.npy("|u1", "(2, 1, 2)", [200, 1, 3, 2])
        let raw = try DatasetFixtures.build(bytes, .npy())
        #expect(raw.features == [200, 3])
    }

    @Test func namesWhatIsWrongWithNumPy() {
        let good = DatasetFixtures.floats([1, 2, 3, 4])
        func kind(_ bytes: [UInt8]) -> DataProblemKind? { problem(bytes, nil, .npy())?.kind }
        #expect(kind(DatasetFixtures.npy("<f4", "(2, 2)", good)) == nil)
        #expect(kind(Array("hello, world".utf8)) == .wrongMagic)
        #expect(kind(DatasetFixtures.npy("<f4", "(2, 2)", good, version: 9)) == .malformedHeader)
        #expect(kind(DatasetFixtures.npy("<c8", "(2, 2)", good)) == .unsupportedType)
        #expect(kind(DatasetFixtures.npy("|O", "(2, 2)", good)) == .unsupportedType)
        #expect(
            kind(DatasetFixtures.npy("<f4", "(2, 2)", good, order: "True")) == .fortranOrder)
        #expect(kind(DatasetFixtures.npy("<f4", "()", good)) == .wrongShape)
        #expect(kind(DatasetFixtures.npy("<f4", "(2, -2)", good)) == .malformedHeader)
        #expect(
            kind(DatasetFixtures.npy("<f4", "(9223372036854775807, 9)", good))
                == .malformedHeader)
        #expect(kind(DatasetFixtures.npy("<f4", "(4,)", good)) == .noFeatures)
        #expect(kind(DatasetFixtures.npy("<f4", "(2, 3)", good)) == .truncated)
        #expect(kind(DatasetFixtures.npy("<f4", "(1, 2)", good)) == .trailingBytes)
        let half = DatasetFixtures.floats([1, 0.5, 3, 4])
        #expect(kind(DatasetFixtures.npy("<f4", "(2, 2)", half)) == .labelNotInteger)
        #expect(kind(Array(DatasetFixtures.npy("<f4", "(2, 2)", good).prefix(40))) == .truncated)
    }

    @Test func namesRowAndColumnOfValuesThatAreNotFinite() throws {
        let values = DatasetFixtures.floats([1, 2, 0, 3, .nan, 1, -.infinity, 6, 0])
        let found = try #require(problem(DatasetFixtures.npy("<f4", "(3, 3)", values), nil, .npy()))
        #expect(found.total == 2)
        #expect(found.findings[0].kind == .notFinite)
        #expect(found.findings[0].column == "value1")
        #expect(found.findings[0].found.contains("row 1"))
    }
}
