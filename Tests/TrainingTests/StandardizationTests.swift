import Testing
import Training

@Suite struct StandardizationTests {
    @Test func fitsMeanAndDeviation() throws {
        let data = try TrainingData(
            features: [1, 0.1, 2, 0.1, 3, 0.1, 4, 0.1],
            labels: [0, 1, 0, 1],
            featureCount: 2,
            classCount: 2
        )
        let fitted = try Standardization(fitting: data, rows: [0, 1, 2, 3])
        #expect(fitted.mean == [2.5, 0.1])
        #expect(fitted.inverseDeviation == [Float(1 / 1.25.squareRoot()), 1])
    }

    @Test func testRowsDoNotLeakIntoTheFit() throws {
        let features = SampleData.clusterFeatures(rows: 60, features: 4, classes: 3)
        let split = try DataSplit(rows: 60, validation: 0.2, test: 0.2, seed: 5)
        func fit(_ features: [Float]) throws -> Standardization {
            let data = try TrainingData(
                features: features,
                labels: [Int32](repeating: 0, count: 60),
                featureCount: 4,
                classCount: 2
            )
            return try Standardization(fitting: data, rows: split.train)
        }
        let before = try fit(features)
        for row in split.test + split.validation {
            var changed = features
            changed[Int(row) * 4 + 1] = 1e6
            #expect(try fit(changed) == before, "row \(row)")
        }
        var changed = features
        changed[Int(split.train[0]) * 4 + 1] = 1e6
        #expect(try fit(changed) != before, "the check must be able to fail")
    }

    @Test func aTrainedModelDoesNotSeeTestRows() throws {
        let split = try DataSplit(rows: 80, validation: 0.1, test: 0.25, seed: 5)
        func state(_ features: [Float]) throws -> [Float] {
            let data = try TrainingData(
                features: features,
                labels: (0..<80).map { Int32($0 % 2) },
                featureCount: 3,
                classCount: 2
            )
            return try ReferenceRun.run(
                data: data,
                trainRows: split.train,
                standardization: Standardization(fitting: data, rows: split.train),
                architecture: .softmaxRegression,
                plan: TrainingPlan(
                    replicas: 2,
                    batchSize: 5,
                    epochs: 2,
                    every: 3,
                    seed: 1,
                    trainRows: split.train.count
                ),
                optimizer: OptimizerConfiguration(learningRate: 0.1, momentum: 0)
            ).state
        }
        var features = SampleData.clusterFeatures(rows: 80, features: 3, classes: 2)
        let before = try state(features)
        for row in split.test + split.validation { features[Int(row) * 3] = -77 }
        #expect(try state(features) == before)
    }

    @Test func impossibleFitsAreRefused() throws {
        let data = try SampleData.clusters(rows: 5, features: 2, classes: 2)
        #expect(throws: TrainingRefusal.noTrainingRows) {
            try Standardization(fitting: data, rows: [])
        }
        #expect(throws: TrainingRefusal.rowOutOfRange(row: 5, rows: 5)) {
            try Standardization(fitting: data, rows: [0, 5])
        }
        #expect(throws: TrainingRefusal.self) {
            try Standardization(mean: [1], inverseDeviation: [])
        }
    }
}
