import Determinism

/// Which rows train, which validate and which test: disjoint, together all rows.
package struct DataSplit: Sendable, Equatable {
    /// Rows the model learns from, ascending.
    package let train: [UInt32]
    /// Rows measured during training, ascending.
    package let validation: [UInt32]
    /// Rows measured once at the end, ascending.
    package let test: [UInt32]

    /// Draws the parts by chance from (seed, rows).
    ///
    /// Rows are permuted with purpose `split`, epoch 0; the first floor(rows * test) are test
    /// rows, the next floor(rows * validation) validate, the rest train. A product within 10⁻⁹ of
    /// the next whole number counts as that (0.29 * 100 is 29).
    package init(
        rows: Int,
        validation: Double,
        test: Double,
        seed: UInt64
    ) throws(TrainingRefusal) {
        try self.init(
            drawnRows: rows,
            appendedTestRows: 0,
            validation: validation,
            test: test,
            seed: seed
        )
    }

    /// A split of data whose test rows came as a set of their own and stand behind the others.
    ///
    /// Rows `trainingRows..<trainingRows + testRows` test; floor(trainingRows * validation) of the
    /// others, drawn by chance, validate.
    package init(
        trainingRows: Int,
        testRows: Int,
        validation: Double,
        seed: UInt64
    ) throws(TrainingRefusal) {
        try self.init(
            drawnRows: trainingRows,
            appendedTestRows: testRows,
            validation: validation,
            test: 0,
            seed: seed
        )
    }

    private init(
        drawnRows: Int,
        appendedTestRows: Int,
        validation: Double,
        test: Double,
        seed: UInt64
    ) throws(TrainingRefusal) {
        guard validation >= 0, test >= 0, validation + test < 1 else {
            throw .badSplit(validation: validation, test: test)
        }
        let limit = TrainingData.maximumRows
        guard drawnRows >= 1 else { throw .noTrainingRows }
        guard appendedTestRows >= 0, drawnRows <= limit, appendedTestRows <= limit - drawnRows
        else {
            throw .valueOutOfRange(
                name: "rows",
                value: max(drawnRows, appendedTestRows),
                minimum: 0,
                maximum: limit
            )
        }
        let testCount = Self.share(test, of: drawnRows)
        let validationCount = min(Self.share(validation, of: drawnRows), drawnRows - testCount)
        guard testCount + validationCount < drawnRows else { throw .noTrainingRows }
        let order = RowPermutation(count: drawnRows, seed: seed, epoch: 0, purpose: .split)
        let drawn = [UInt32](unsafeUninitializedCapacity: drawnRows) { buffer, initialized in
            let whole = UnsafeMutableBufferPointer(rebasing: buffer[0..<drawnRows])
            whole.initialize(repeating: 0)
            order.fill(positions: 0..<drawnRows, into: whole)
            initialized = drawnRows
        }
        let appended = UInt32(drawnRows)..<UInt32(drawnRows + appendedTestRows)
        self.test = drawn[..<testCount].sorted() + Array(appended)
        self.validation = drawn[testCount..<(testCount + validationCount)].sorted()
        train = drawn[(testCount + validationCount)...].sorted()
    }

    private static func share(_ fraction: Double, of rows: Int) -> Int {
        min(Int((Double(rows) * fraction + 1e-9).rounded(.down)), rows)
    }
}
