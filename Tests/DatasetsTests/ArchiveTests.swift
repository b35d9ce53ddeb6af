import Datasets
import Testing

struct ArchiveTests {
    private let features = DatasetFixtures.npy(
        "<f4", "(3, 2)", DatasetFixtures.floats([1, 2, 3, 4, 5, 6]))
    private let labels = DatasetFixtures.npy("|u1", "(3,)", [7, 3, 7])

    @Test func readsFeaturesLabelsAndTestRows() throws {
        let test = DatasetFixtures.npy("<f4", "(1, 2)", DatasetFixtures.floats([8, 9]))
        let bytes = DatasetFixtures.zip([
            ("y_test", DatasetFixtures.npy("|u1", "(1,)", [3])), ("x_train", features),
            ("x_test", test), ("y_train", labels),
        ])
        let set = try DatasetFixtures.build(bytes, .npz())
        #expect(set.rows == 4 && set.testRows == 1)
        #expect(set.features == [1, 2, 3, 4, 5, 6, 8, 9])
        #expect(set.classNames == ["3", "7"])
        #expect(set.labels == [1, 0, 1, 0])
        #expect(try DatasetFixtures.build(DatasetFixtures.gzip(bytes), .npz()) == set)
    }

    @Test func aSingleArrayHoldsTheLabelInItsLastColumn() throws {
        let set = try DatasetFixtures.build(
            DatasetFixtures.zip([("table", features)]), .npz(target: .number))
        #expect(set.features == [1, 3, 5])
        #expect(set.targets == [2, 4, 6])
    }

    @Test func namesWhatIsMissing() throws {
        let found = try #require(
            DatasetFixtures.problem { () throws(DataProblem) in
                try DatasetFixtures.build(
                    DatasetFixtures.zip([("foo", features), ("bar", labels)]), .npz())
            })
        #expect(found.kind == .missingFile)
        #expect(found.description.contains("foo, bar"))
    }
}
