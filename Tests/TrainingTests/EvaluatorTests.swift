import LinearAlgebra
import Testing
import Training

@Suite struct EvaluatorTests {
    private let layout: ParameterLayout
    private let data: TrainingData
    private let parameters: [Float]
    private let standardization: Standardization
    private let evaluator: Evaluator

    init() throws {
        try BLAS.load()
        layout = try ParameterLayout(
            architecture: .multilayerPerceptron(hidden: [13]),
            featureCount: 6,
            classCount: 3
        )
        data = try SampleData.clusters(rows: 700, features: 6, classes: 3)
        parameters = SampleData.uniform(layout.parameterCount, lane: 4)
        standardization = try Standardization(fitting: data, rows: SampleData.rows(700))
        evaluator = try Evaluator(layout: layout, standardization: standardization)
    }

    @Test func chunksCoverAllRows() {
        let rows = SampleData.rows(700)
        #expect(Evaluator.chunkCount(rows: 700) == 3)
        #expect(Evaluator.chunkCount(rows: 0) == 0)
        let chunks = (0..<3).map {
            evaluator.evaluate(data, rows: rows, chunk: $0, parameters: parameters)
        }
        #expect(chunks.map(\.samples) == [256, 256, 188])
        let whole = evaluator.evaluate(data, rows: rows, parameters: parameters)
        #expect(whole == (chunks[0] + chunks[1]) + chunks[2])
    }

    @Test func aRowIsMeasuredAlikeAloneAndInCompany() {
        let alone = (0..<5).map {
            evaluator.evaluate(data, rows: [UInt32($0)], chunk: 0, parameters: parameters)
        }
        let together = evaluator.evaluate(
            data,
            rows: SampleData.rows(5),
            chunk: 0,
            parameters: parameters
        )
        let sum = alone.reduce(0.0) { $0 + $1.lossSum }
        #expect(abs(together.lossSum - sum) < 1e-12)
        #expect(together.correct == alone.reduce(0) { $0 + $1.correct })
    }

    @Test func predictionAgreesWithMeasurement() {
        var classes = [Int32](repeating: -1, count: 700)
        var probabilities = [Float](repeating: -1, count: 2100)
        evaluator.predict(
            features: data.features,
            rows: 700,
            parameters: parameters,
            classes: &classes,
            scores: &probabilities
        )
        let correct = (0..<700).filter { classes[$0] == data.labels[$0] }.count
        let whole = evaluator.evaluate(
            data,
            rows: SampleData.rows(700),
            parameters: parameters
        )
        #expect(whole.correct == correct)
        for row in 0..<700 {
            let line = probabilities[(row * 3)..<(row * 3 + 3)]
            #expect(abs(line.reduce(0, +) - 1) < 1e-6)
            #expect(line[row * 3 + Int(classes[row])] == line.max())
        }
    }

    @Test func theTreeOfSumsHasItsShape() {
        let parts = [1e16, 1, 1, 1, 0.25].map { RoundScalars(lossSum: $0, correct: 1, samples: 2) }
        let sum = RoundScalars.treeSum(parts)
        // (1e16 + 1) stays 1e16; adding the pair 1 + 1 counts; the last part does not.
        #expect(sum.lossSum == 1e16 + 2)
        #expect(parts.reduce(.zero, +).lossSum == 1e16, "the check must be able to fail")
        #expect(sum.correct == 5)
        #expect(sum.samples == 10)
        #expect(RoundScalars.treeSum([RoundScalars]()) == .zero)
    }
}
