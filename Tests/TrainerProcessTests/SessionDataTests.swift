import ClusterVocabulary
import Datasets
import Foundation
import Testing
import Training

@testable import TrainerProcess

/// From a set file to the rows a model sees.
struct SessionDataTests {
    private func session(
        _ text: String, _ format: DataFormat, _ change: (inout TrainingWork) -> Void = { _ in }
    ) throws -> (data: SessionData, work: TrainingWork) {
        let set = try Array(text.utf8).withUnsafeBytes {
            try SetBuilder.build(files: DataFiles(train: $0), format: format)
        }
        let folder = "\(NSTemporaryDirectory())mlctl-session-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(SetFile.encode(set)).write(to: URL(filePath: "\(folder)/a.set"))
        var work = TrainingWork(
            data: DatasetReference(
                key: String(repeating: "0", count: 64), files: [], format: "csv"),
            validationFraction: 0.1, testFraction: 0.3, splitSeed: 7, standardizes: false,
            hiddenLayers: [], replicas: 1, batchSize: 2, epochs: 1, seed: 3,
            optimizer: .sgd(learningRate: 0.05, momentum: 0), averagesOptimizerState: true,
            stepsPerRound: 3)
        change(&work)
        return (try SessionData(setPath: "\(folder)/a.set", work: work), work)
    }

    private let people: String = {
        var text = "age,job,class\n"
        for row in 0..<40 {
            let age = row % 9 == 0 ? "" : "\(row * row)"
            text += "\(age),\(["clerk", "smith", "nurse"][row % 3]),\(row % 2)\n"
        }
        return text
    }()

    @Test func stepsAreFittedToTheTrainingRowsAlone() throws {
        let format = DataFormat.csv(label: .name("class"), header: true)
        let (data, work) = try session(people, format) {
            $0.preprocessing.steps = [
                .init(.impute, strategy: .mean), .init(.standardize), .init(.oneHot),
            ]
        }
        #expect(data.featureNames == ["age", "job=clerk", "job=nurse", "job=smith"])
        #expect(data.data.featureCount == 4)
        let split = try DataSplit(rows: 40, validation: 0.1, test: 0.3, seed: 7)
        #expect(split.test.count == 12)
        let ages = split.train.filter { $0 % 9 != 0 }.map { Double($0) * Double($0) }
        let mean = ages.reduce(0, +) / Double(ages.count)
        let column = try #require(data.transform?.columns.first)
        #expect(abs((column.fill ?? 0) - mean) < 1e-3)
        // All training rows together have mean 0, the test rows have not.
        func sum(_ rows: [UInt32]) -> Double {
            rows.reduce(0) { $0 + Double(data.data.features[Int($1) * 4]) }
        }
        #expect(abs(sum(split.train)) < 1e-3)
        #expect(abs(sum(split.test)) > 0.1)
        #expect(work.preprocessing.steps.count == 3)
    }

    @Test func textsAndGapsWithoutStepsAreRefused() {
        let format = DataFormat.csv(label: .name("class"), header: true)
        let unencoded = #expect(throws: PreprocessingProblem.self) {
            _ = try session(people, format)
        }
        // The table has both; the first column that cannot be used is named.
        #expect([.unencodedColumn, .missingValues].contains(unencoded?.kind))
        let gaps = #expect(throws: PreprocessingProblem.self) {
            _ = try session(people, format) { $0.preprocessing.steps = [.init(.oneHot)] }
        }
        #expect(gaps?.kind == .missingValues)
    }

    @Test func sparseRowsStaySparseForALinearModel() throws {
        let text = "1 1:2 3:4\n0 2:1\n1 3:5\n0 1:1\n1 2:2\n0 3:3\n"
        let format = DataFormat.libsvm(SparseOptions())
        let linear = try session(text, format).data
        #expect(linear.data.sparse != nil)
        #expect(linear.data.featureCount == 3)
        let images = try session(text, format) { $0.model.kind = .cnn }.data
        #expect(images.data.sparse == nil)
        #expect(
            Array(UnsafeBufferPointer(start: images.data.features, count: 6)) == [
                2, 0, 4, 0, 1, 0,
            ])
        let refused = #expect(throws: PreprocessingProblem.self) {
            _ = try session(text, format) { $0.standardizes = true }
        }
        #expect(refused?.kind == .sparseRows)
    }

    @Test func numbersToPredictAreScaledForTraining() throws {
        var text = "a,price\n"
        for row in 0..<20 { text += "\(row),\(1_000 * row)\n" }
        var options = TableOptions(label: .name("price"))
        options.predictsNumber = true
        let data = try session(text, .table(options)) {
            $0.preprocessing.steps = [.init(.standardize), .init(.standardizeTarget)]
        }.data
        let transform = try #require(data.transform)
        guard case .numbers(let numbers) = data.data.targets else {
            Issue.record("classes")
            return
        }
        #expect(abs(numbers[19]) < 3)
        #expect(abs(transform.unscaled(numbers[19]) - 19_000) < 0.1)
        #expect(data.classNames.isEmpty)
    }
}
