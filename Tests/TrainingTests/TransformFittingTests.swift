import ClusterVocabulary
import Testing
import Training

/// Steps fitted to the training rows and applied to any.
struct TransformFittingTests {
    private let nan = Float.nan

    private func fit(
        _ steps: [PreprocessingStep], _ columns: [RawColumn], _ values: [Float],
        rows: [UInt32]? = nil, targets: [Float]? = nil
    ) throws(PreprocessingProblem) -> FittedTransform {
        let all = (0..<UInt32(values.count / columns.count)).map { $0 }
        if var numbers = targets {
            return try TransformFitting.fit(
                steps, columns: columns, features: values, targets: &numbers, rows: rows ?? all)
        }
        return try TransformFitting.fit(
            steps, columns: columns, features: values, targets: nil, rows: rows ?? all)
    }

    private func apply(
        _ transform: FittedTransform, _ columns: [RawColumn], _ row: [Float]
    ) -> [Float] {
        let expansion = RowExpansion(transform, categories: columns.map(\.categories))
        var output = [Float](repeating: .infinity, count: expansion.featureCount)
        expansion.expand(row, into: &output)
        return output
    }

    private func kind(_ body: () throws(PreprocessingProblem) -> Void) -> PreprocessingProblem.Kind?
    {
        do throws(PreprocessingProblem) {
            try body()
            return nil
        } catch {
            return error.kind
        }
    }

    private let number = [RawColumn(name: "a")]
    private let gaps = [RawColumn(name: "a", missing: 1)]
    private let text = [
        RawColumn(name: "job", isCategorical: true, categories: ["smith", "clerk", "only in test"])
    ]

    @Test func standardizingUsesTheRowsGivenAndNoOthers() throws {
        let transform = try fit(
            [.init(.standardize)], number, [1, 3, 1_000], rows: [0, 1])
        #expect(apply(transform, number, [3]) == [1])
        #expect(apply(transform, number, [2]) == [0])
        #expect(apply(transform, number, [1_000]) == [998])
    }

    @Test func aConstantColumnBecomesZeroOrTheLowerEnd() throws {
        #expect(apply(try fit([.init(.standardize)], number, [7, 7]), number, [7]) == [0])
        let scaled = try fit([.init(.minMax, lower: -1, upper: 1)], number, [7, 7])
        #expect(apply(scaled, number, [7]) == [-1])
    }

    @Test func minMaxAndClipKeepTheEnds() throws {
        let scaled = try fit([.init(.minMax, lower: -1, upper: 1)], number, [10, 30, 20])
        #expect(apply(scaled, number, [10]) == [-1])
        #expect(apply(scaled, number, [30]) == [1])
        let clipped = try fit([.init(.clip, lower: 0, upper: 5)], number, [1, 2])
        #expect(apply(clipped, number, [-3]) == [0])
        #expect(apply(clipped, number, [9]) == [5])
        let shares = try fit(
            [.init(.clip, lower: 0.25, upper: 0.75, usesQuantiles: true)], number,
            [0, 1, 2, 3, 4])
        #expect(apply(shares, number, [0]) == [1])
        #expect(apply(shares, number, [4]) == [3])
    }

    @Test(arguments: [
        (PreprocessingStep.Strategy.mean, Float(3)), (.median, 2), (.mostFrequent, 2),
    ])
    func gapsAreFilledFromTheTrainingRows(strategy: PreprocessingStep.Strategy, fill: Float) throws
    {
        let transform = try fit(
            [.init(.impute, strategy: strategy)], gaps, [2, 2, nan, 5, 99], rows: [0, 1, 2, 3])
        #expect(apply(transform, gaps, [nan]) == [fill])
        #expect(apply(transform, gaps, [4]) == [4])
        let constant = try fit(
            [.init(.impute, strategy: .constant, constant: "-1"), .init(.standardize)], gaps,
            [1, nan])
        #expect(apply(constant, gaps, [nan]) == [-1])
    }

    @Test func gapsWithoutAStepAreRefused() throws {
        #expect(
            kind { () throws(PreprocessingProblem) in
                _ = try fit([.init(.standardize)], gaps, [1, nan])
            } == .missingValues)
        #expect(
            kind { () throws(PreprocessingProblem) in
                try TransformFitting.check([], columns: gaps, predictsNumber: false)
            } == .missingValues)
        #expect(
            kind { () throws(PreprocessingProblem) in
                try TransformFitting.check(
                    [.init(.impute)], columns: gaps, predictsNumber: false)
            } == nil)
        #expect(
            kind { () throws(PreprocessingProblem) in
                _ = try fit([.init(.impute)], gaps, [nan, 5], rows: [0])
            } == .allMissingColumn)
        #expect(
            kind { () throws(PreprocessingProblem) in
                _ = try fit([.init(.impute, strategy: .constant, constant: "x")], gaps, [nan, 5])
            } == .missingValues, "a text fills texts only, so numbers stay missing")
    }

    @Test func textsBecomeColumnsOfTheirTrainingCategories() throws {
        let transform = try fit(
            [.init(.oneHot)], text, [0, 1, 0, 2], rows: [0, 1, 2])
        #expect(transform.featureNames == ["job=clerk", "job=smith"])
        #expect(apply(transform, text, [0]) == [0, 1])
        #expect(apply(transform, text, [1]) == [1, 0])
        // Only a test row has it, or nobody: unknown, all zeros.
        #expect(apply(transform, text, [2]) == [0, 0])
        #expect(apply(transform, text, [-1]) == [0, 0])
        #expect(apply(transform, text, [nan]) == [0, 0])
    }

    @Test func aMissingTextIsTheMostFrequentOne() throws {
        let columns = [
            RawColumn(name: "job", isCategorical: true, categories: ["b", "a"], missing: 1)
        ]
        let transform = try fit(
            [.init(.impute, strategy: .mostFrequent), .init(.oneHot)], columns, [0, 1, nan])
        #expect(transform.columns[0].fillText == "a")
        #expect(apply(transform, columns, [nan]) == [1, 0])
        let constant = try fit(
            [.init(.impute, strategy: .constant, constant: "none"), .init(.oneHot)], columns,
            [0, 1, nan])
        #expect(constant.featureNames == ["job=a", "job=b", "job=none"])
        #expect(apply(constant, columns, [nan]) == [0, 0, 1])
    }

    @Test func textsCanBePlacesOrHashes() throws {
        let ordinal = try fit([.init(.ordinal)], text, [0, 1, 0], rows: [0, 1])
        #expect(apply(ordinal, text, [0]) == [1])
        #expect(apply(ordinal, text, [1]) == [0])
        #expect(apply(ordinal, text, [2]) == [-1])
        let hashed = try fit([.init(.hash, count: 8)], text, [0, 1, 0])
        for (code, name) in text[0].categories.enumerated() {
            let place = ColumnTransform.bucket(of: name, count: 8)
            var expected = [Float](repeating: 0, count: 8)
            expected[place] = 1
            #expect(apply(hashed, text, [Float(code)]) == expected)
        }
        // The digest is part of the model format.
        #expect(ColumnTransform.bucket(of: "smith", count: 1 << 16) == 62_889)
    }

    @Test func featuresStandInTheOrderOfColumns() throws {
        let columns = [RawColumn(name: "x")] + text + [RawColumn(name: "y")]
        let transform = try fit(
            [.init(.oneHot), .init(.standardize, columns: ["y"])], columns,
            [1, 0, 10, 2, 1, 30])
        #expect(transform.featureNames == ["x", "job=clerk", "job=smith", "y"])
        #expect(apply(transform, columns, [5, 1, 30]) == [5, 1, 0, 1])
    }

    @Test func stepsThatDoNotFitAreNamed() {
        func check(
            _ steps: [PreprocessingStep], _ columns: [RawColumn], number: Bool = false
        ) -> PreprocessingProblem.Kind? {
            kind { () throws(PreprocessingProblem) in
                try TransformFitting.check(steps, columns: columns, predictsNumber: number)
            }
        }
        #expect(check([], text) == .unencodedColumn)
        #expect(check([.init(.standardize, columns: ["b"])], number) == .unknownColumn)
        #expect(check([.init(.standardize, columns: ["job"])], text) == .wrongKind)
        #expect(check([.init(.oneHot, columns: ["a"])], number) == .wrongKind)
        #expect(check([.init(.standardizeTarget)], number) == .unsuitableTarget)
        #expect(check([.init(.oversample)], number, number: true) == .unsuitableTarget)
        #expect(check([.init(.oneHot), .init(.standardize)], text + number) == nil)
    }

    @Test func predictionsOfAScaledTargetAreScaledBack() throws {
        let transform = try fit(
            [.init(.standardizeTarget)], number, [1, 2, 3], rows: [0, 1],
            targets: [100, 300, 9_999])
        let scale = try #require(transform.target)
        #expect(scale.first == 200 && Float(scale.second) == 0.01)
        #expect(transform.unscaled(-1) == 100)
    }

    @Test func aSplitMayKeepTheSharesOfClasses() throws {
        let labels = (0..<100).map { Int32($0 % 10 == 0 ? 1 : 0) }
        let split = try DataSplit(
            stratified: labels, classCount: 2, rows: 100, appendedTestRows: 0, validation: 0.1,
            test: 0.2, seed: 7)
        func rare(_ rows: [UInt32]) -> Int { rows.filter { labels[Int($0)] == 1 }.count }
        #expect(split.test.count == 20 && rare(split.test) == 2)
        #expect(split.validation.count == 10 && rare(split.validation) == 1)
        #expect(Set(split.train + split.validation + split.test).count == 100)
        let even = try split.oversampled(labels: labels, classCount: 2)
        #expect(rare(even.train) * 2 == even.train.count)
        #expect(even.test == split.test)
        let empty = try DataSplit(rows: 10, validation: 0, test: 0, seed: 1)
        let single = [Int32](repeating: 0, count: 10)
        let problem = #expect(throws: PreprocessingProblem.self) {
            _ = try empty.oversampled(labels: single, classCount: 2)
        }
        #expect(problem?.kind == .emptyClass)
    }
}
