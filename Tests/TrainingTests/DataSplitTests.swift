import Testing
import Training

@Suite struct DataSplitTests {
    @Test(arguments: [
        (1797, 0.1, 0.2, 179, 359), (100, 0.0, 0.29, 0, 29), (10, 0.3, 0.3, 3, 3),
        (1, 0.5, 0.4, 0, 0), (7, 0.0, 0.0, 0, 0),
    ])
    func partsHaveTheirSizesAndCoverAllRowsOnce(
        rows: Int,
        validation: Double,
        test: Double,
        validationCount: Int,
        testCount: Int
    ) throws {
        let split = try DataSplit(rows: rows, validation: validation, test: test, seed: 7)
        #expect(split.validation.count == validationCount)
        #expect(split.test.count == testCount)
        let all = (split.train + split.validation + split.test).sorted()
        #expect(all == SampleData.rows(rows))
        #expect(split.train == split.train.sorted())
        #expect(split == (try DataSplit(rows: rows, validation: validation, test: test, seed: 7)))
    }

    @Test func theSeedDecides() throws {
        let first = try DataSplit(rows: 200, validation: 0.2, test: 0.2, seed: 1)
        let second = try DataSplit(rows: 200, validation: 0.2, test: 0.2, seed: 2)
        #expect(first.test != second.test)
        #expect(first.test != Array(SampleData.rows(40)), "test rows are drawn, not cut off")
    }

    @Test func aTestSetOfItsOwnStaysWhole() throws {
        let split = try DataSplit(trainingRows: 50, testRows: 20, validation: 0.1, seed: 3)
        #expect(split.test == (50..<70).map { UInt32($0) })
        #expect(split.validation.count == 5)
        #expect((split.train + split.validation).sorted() == SampleData.rows(50))
    }

    @Test(arguments: [(-0.1, 0.2), (0.5, 0.5), (Double.nan, 0.1), (0.1, .infinity), (0.2, 0.9)])
    func impossibleFractionsAreRefused(validation: Double, test: Double) {
        #expect(throws: TrainingRefusal.self) {
            try DataSplit(rows: 100, validation: validation, test: test, seed: 1)
        }
    }

    @Test func impossibleRowCountsAreRefused() {
        #expect(throws: TrainingRefusal.noTrainingRows) {
            try DataSplit(rows: 0, validation: 0, test: 0, seed: 1)
        }
        #expect(throws: TrainingRefusal.self) {
            try DataSplit(rows: .max, validation: 0, test: 0, seed: 1)
        }
        #expect(throws: TrainingRefusal.self) {
            try DataSplit(trainingRows: 10, testRows: .max, validation: 0, seed: 1)
        }
        #expect(throws: TrainingRefusal.self) {
            try DataSplit(trainingRows: 10, testRows: -1, validation: 0, seed: 1)
        }
    }

    @Test func labelsWithoutAClassAreRefused() {
        #expect(throws: TrainingRefusal.labelOutOfRange(row: 1, label: 2, classes: 2)) {
            try TrainingData(features: [1, 2], labels: [0, 2], featureCount: 1, classCount: 2)
        }
        #expect(throws: TrainingRefusal.labelOutOfRange(row: 0, label: -1, classes: 2)) {
            try TrainingData(features: [1, 2], labels: [-1, 0], featureCount: 1, classCount: 2)
        }
        #expect(throws: TrainingRefusal.self) {
            try TrainingData(features: [], labels: [], featureCount: 1, classCount: 2)
        }
        #expect(throws: TrainingRefusal.self) {
            try TrainingData(features: [1], labels: [0, 1], featureCount: 1, classCount: 2)
        }
    }
}
