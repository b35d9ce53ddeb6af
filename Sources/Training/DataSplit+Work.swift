package import ClusterVocabulary
import Determinism

extension DataSplit {
    /// The split a work order asks for.
    ///
    /// - Parameters:
    ///   - rows: all rows, the `testRows` of an explicit test file last.
    ///   - labels: the class of each row [rows]; nil when numbers are predicted, and then nothing
    ///     is stratified.
    package init(
        _ work: TrainingWork, rows: Int, testRows: Int, labels: UnsafePointer<Int32>?,
        classCount: Int
    ) throws(TrainingRefusal) {
        let test = testRows > 0 ? 0 : work.testFraction
        if work.preprocessing.isStratified, let labels {
            try self.init(
                stratified: labels, classCount: classCount, rows: rows, appendedTestRows: testRows,
                validation: work.validationFraction, test: test, seed: work.splitSeed)
        } else if testRows > 0 {
            try self.init(
                trainingRows: rows - testRows, testRows: testRows,
                validation: work.validationFraction, seed: work.splitSeed)
        } else {
            try self.init(
                rows: rows, validation: work.validationFraction, test: test, seed: work.splitSeed)
        }
    }

    /// A split in which every class is divided in the same shares, each rounded down.
    ///
    /// Rows are permuted as without classes; of each class the first floor(n * test) in that order
    /// test, the next floor(n * validation) validate, and the rest train.
    package init(
        stratified labels: UnsafePointer<Int32>, classCount: Int, rows: Int,
        appendedTestRows: Int, validation: Double, test: Double, seed: UInt64
    ) throws(TrainingRefusal) {
        guard validation >= 0, test >= 0, validation + test < 1 else {
            throw .badSplit(validation: validation, test: test)
        }
        let drawn = rows - appendedTestRows
        guard drawn >= 1, rows <= TrainingData.maximumRows else { throw .noTrainingRows }
        var counts = [Int](repeating: 0, count: classCount)
        for row in 0..<drawn { counts[Int(labels[row])] += 1 }
        var testLeft = counts.map { Self.portion(test, of: $0) }
        var validationLeft = counts.map { Self.portion(validation, of: $0) }
        let order = RowPermutation(count: drawn, seed: seed, epoch: 0, purpose: .split)
        var permuted = [UInt32](repeating: 0, count: drawn)
        permuted.withUnsafeMutableBufferPointer { order.fill(positions: 0..<drawn, into: $0) }
        var parts: (train: [UInt32], validation: [UInt32], test: [UInt32]) = ([], [], [])
        for row in permuted {
            let index = Int(labels[Int(row)])
            if testLeft[index] > 0 {
                testLeft[index] -= 1
                parts.test.append(row)
            } else if validationLeft[index] > 0 {
                validationLeft[index] -= 1
                parts.validation.append(row)
            } else {
                parts.train.append(row)
            }
        }
        guard !parts.train.isEmpty else { throw .noTrainingRows }
        let appended = (drawn..<rows).map { UInt32($0) }
        self.init(
            train: parts.train.sorted(), validation: parts.validation.sorted(),
            test: parts.test.sorted() + appended)
    }

    /// The same split with rows of rare classes drawn several times, until all classes that occur
    /// train equally often: whole repetitions first, then the first rows in order.
    package func oversampled(
        labels: UnsafePointer<Int32>, classCount: Int
    ) throws(PreprocessingProblem) -> DataSplit {
        var rows = [[UInt32]](repeating: [], count: classCount)
        for row in train { rows[Int(labels[Int(row)])].append(row) }
        if let empty = rows.firstIndex(where: \.isEmpty) {
            throw PreprocessingProblem(
                .emptyClass,
                "class number \(empty) has no training rows, so it cannot be oversampled; split"
                    + " stratified, or bring more rows of it")
        }
        let most = rows.map(\.count).max() ?? 0
        var all: [UInt32] = []
        for own in rows {
            for place in 0..<most { all.append(own[place % own.count]) }
        }
        return DataSplit(train: all.sorted(), validation: validation, test: test)
    }

    private init(train: [UInt32], validation: [UInt32], test: [UInt32]) {
        self.train = train
        self.validation = validation
        self.test = test
    }

    private static func portion(_ fraction: Double, of rows: Int) -> Int {
        min(Int((Double(rows) * fraction + 1e-9).rounded(.down)), rows)
    }
}
