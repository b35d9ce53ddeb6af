package import ClusterVocabulary

/// Fits preprocessing steps to the training rows of a set.
///
/// **Rules.** A constant column is standardized to 0 and scaled by minMax to the lower end. A
/// column of texts needs oneHot, hash or ordinal; a text that no training row has becomes all
/// zeros, or place -1. Missing numbers need impute; a column without any value in the training
/// rows can only be imputed by a constant. Missing texts without impute count as unknown texts.
/// Sums run in double precision in the order of the rows; quantiles and the median interpolate
/// linearly between neighbours, as NumPy does.
package struct TransformFitting {
    private let raw: [RawColumn]
    private let features: UnsafePointer<Float>
    private let rows: [UInt32]
    private var columns: [ColumnTransform]
    private var target: ColumnTransform.Operation?

    /// Fits all steps.
    ///
    /// - Parameters:
    ///   - features: raw values, row-major [n x columns.count].
    ///   - rows: the training rows and no others, each below n.
    ///   - targets: the numbers to predict [n], nil for classes.
    package static func fit(
        _ steps: [PreprocessingStep], columns: [RawColumn], features: UnsafePointer<Float>,
        targets: UnsafePointer<Float>?, rows: [UInt32]
    ) throws(PreprocessingProblem) -> FittedTransform {
        var fitting = TransformFitting(
            raw: columns, features: features, rows: rows, columns: columns.map(ColumnTransform.init)
        )
        for step in steps { try fitting.take(step, targets) }
        let transform = FittedTransform(columns: fitting.columns, target: fitting.target)
        try fitting.check(transform)
        return transform
    }

    /// Says what is wrong with steps before any row is at hand; fitting may find more.
    package static func check(
        _ steps: [PreprocessingStep], columns: [RawColumn], predictsNumber: Bool
    ) throws(PreprocessingProblem) {
        var encoded = columns.map { !$0.isCategorical }
        var filled = columns.map { $0.missing == 0 || $0.isCategorical }
        for step in steps {
            if step.kind == .standardizeTarget || step.kind == .oversample {
                try requireTarget(step, predictsNumber)
                continue
            }
            for index in try resolve(step, columns, encoded) {
                switch step.kind {
                case .oneHot, .hash, .ordinal: encoded[index] = true
                case .impute: filled[index] = true
                default: break
                }
            }
        }
        for (index, column) in columns.enumerated() {
            if !encoded[index] { throw unencoded(column) }
            if !filled[index] { throw missingValues(column) }
        }
    }

    /// The most features the steps can make of a row, known before any row is at hand.
    package static func featureCount(
        _ steps: [PreprocessingStep], columns: [RawColumn]
    ) throws(PreprocessingProblem) -> Int {
        var widths = columns.map { _ in 1 }
        var encoded = columns.map { !$0.isCategorical }
        for step in steps where [.oneHot, .hash, .ordinal].contains(step.kind) {
            for index in try resolve(step, columns, encoded) {
                encoded[index] = true
                switch step.kind {
                case .oneHot: widths[index] = columns[index].categories.count
                case .hash: widths[index] = step.count
                default: break
                }
            }
        }
        return widths.reduce(0, +)
    }

    private init(
        raw: [RawColumn], features: UnsafePointer<Float>, rows: [UInt32],
        columns: [ColumnTransform]
    ) {
        self.raw = raw
        self.features = features
        self.rows = rows
        self.columns = columns
    }

    private static func requireTarget(
        _ step: PreprocessingStep, _ predictsNumber: Bool
    ) throws(PreprocessingProblem) {
        let wantsNumber = step.kind == .standardizeTarget
        guard wantsNumber != predictsNumber else { return }
        throw PreprocessingProblem(
            .unsuitableTarget,
            wantsNumber
                ? "\(step.word) scales a number to predict, but classes are predicted; remove it"
                : "\(step.word) balances classes, but a number is predicted; remove it")
    }

    private static func unencoded(_ column: RawColumn) -> PreprocessingProblem {
        PreprocessingProblem(
            .unencodedColumn,
            "column \"\(column.name)\" holds texts (\(column.categories.count) different ones) and"
                + " no step encodes it; add oneHot, hash or ordinal, or leave it out with"
                + " data.format.csv.exclude")
    }

    private static func missingValues(_ column: RawColumn) -> PreprocessingProblem {
        PreprocessingProblem(
            .missingValues,
            "column \"\(column.name)\" has \(column.missing) missing values and no step fills"
                + " them; add impute: {strategy: median}, or leave the column out")
    }

    /// The columns a step is applied to.
    private static func resolve(
        _ step: PreprocessingStep, _ columns: [RawColumn], _ encoded: [Bool]
    ) throws(PreprocessingProblem) -> [Int] {
        let isEncoding = [.oneHot, .hash, .ordinal].contains(step.kind)
        let takesTexts =
            isEncoding
            || step.kind == .impute && [.mostFrequent, .constant].contains(step.strategy)
        if step.columns.isEmpty {
            return columns.indices.filter { index in
                if isEncoding { return !encoded[index] }
                if step.kind == .impute { return takes(step, columns[index], encoded[index]) }
                return encoded[index] && !columns[index].isCategorical
            }
        }
        var found: [Int] = []
        for name in step.columns {
            guard let index = columns.firstIndex(where: { $0.name == name }) else {
                throw PreprocessingProblem(
                    .unknownColumn, "\(step.word) names the column \"\(name)\", which is no feature"
                )
            }
            let isText = !encoded[index]
            guard isEncoding ? isText : takesTexts || !isText else {
                throw PreprocessingProblem(
                    .wrongKind,
                    "\(step.word) cannot be applied to the column \"\(name)\", which holds "
                        + (isText ? "texts" : "numbers"))
            }
            found.append(index)
        }
        return found
    }

    /// Whether impute without names means this column: rows to come may lack what these have.
    private static func takes(
        _ step: PreprocessingStep, _ column: RawColumn, _ isEncoded: Bool
    ) -> Bool {
        switch step.strategy {
        case .mean, .median: !column.isCategorical
        case .mostFrequent: !column.isCategorical || !isEncoded
        case .constant: column.isCategorical ? !isEncoded : Float(step.constant) != nil
        }
    }

    // MARK: Steps

    private mutating func take(
        _ step: PreprocessingStep, _ targets: UnsafePointer<Float>?
    ) throws(PreprocessingProblem) {
        if step.kind == .standardizeTarget || step.kind == .oversample {
            try Self.requireTarget(step, targets != nil)
            if let targets, step.kind == .standardizeTarget { target = scale(of: targets) }
            return
        }
        let encoded = columns.map { !$0.isCategorical || $0.encoding != .none }
        for index in try Self.resolve(step, raw, encoded) {
            switch step.kind {
            case .impute: try impute(step, index)
            case .oneHot, .hash, .ordinal: encode(step, index)
            default: try requireValues(index)
            }
            let operation: ColumnTransform.Operation? =
                switch step.kind {
                case .standardize: standardization(index)
                case .minMax: minMax(index, Float(step.lower), Float(step.upper))
                case .clip: clip(index, step)
                default: nil
                }
            if let operation { columns[index].operations.append(operation) }
        }
    }

    /// The value of a column in a row as the steps so far leave it.
    @inline(__always)
    private func value(_ row: UInt32, _ index: Int) -> Float {
        let column = columns[index]
        var value = features[Int(row) &* raw.count &+ index]
        if value.isNaN, let fill = column.fill { value = Float(fill) }
        for operation in column.operations { value = operation.apply(value) }
        return value
    }

    /// All values of a column in order of the training rows; NaN where there is none.
    private func values(_ index: Int) -> [Float] {
        if columns[index].encoding == .ordinal {
            let categories = [raw[index].categories]
            let single = RowExpansion(
                FittedTransform(columns: [columns[index]]), categories: categories)
            return rows.map { row in
                var output: Float = 0
                single.expand(features + Int(row) * raw.count + index, into: &output)
                return output
            }
        }
        return rows.map { value($0, index) }
    }

    private func requireValues(_ index: Int) throws(PreprocessingProblem) {
        guard columns[index].encoding == .none, columns[index].fill == nil,
            raw[index].missing > 0, rows.contains(where: { value($0, index).isNaN })
        else { return }
        throw Self.missingValues(raw[index])
    }

    private func standardization(_ index: Int) -> ColumnTransform.Operation {
        Self.standardization(values(index))
    }

    private func scale(of targets: UnsafePointer<Float>) -> ColumnTransform.Operation {
        Self.standardization(rows.map { targets[Int($0)] })
    }

    private static func standardization(_ values: [Float]) -> ColumnTransform.Operation {
        let count = Double(values.count)
        var sum = 0.0
        for value in values { sum += Double(value) }
        let mean = sum / count
        var squares = 0.0
        for value in values {
            let distance = Double(value) - mean
            squares += distance * distance
        }
        let inverse = Float(1 / (squares / count).squareRoot())
        let isConstant = values.allSatisfy { $0 == values.first }
        return ColumnTransform.Operation(
            .scale, Float(mean), isConstant || !inverse.isFinite ? 1 : inverse)
    }

    /// `(x - first) * second` that takes the smallest value to `lower` and the largest to `upper`.
    private func minMax(_ index: Int, _ lower: Float, _ upper: Float) -> ColumnTransform.Operation {
        let values = values(index)
        let least = values.min() ?? 0
        let most = values.max() ?? 0
        let factor = (upper - lower) / (most - least)
        guard most > least, factor.isFinite, factor > 0 else {
            // A constant column: every value becomes the lower end.
            return ColumnTransform.Operation(.scale, least - lower, 1)
        }
        return ColumnTransform.Operation(.scale, least - lower / factor, factor)
    }

    private func clip(_ index: Int, _ step: PreprocessingStep) -> ColumnTransform.Operation {
        guard step.usesQuantiles else {
            return ColumnTransform.Operation(.clamp, Float(step.lower), Float(step.upper))
        }
        let sorted = values(index).sorted()
        return ColumnTransform.Operation(
            .clamp, Self.quantile(sorted, step.lower), Self.quantile(sorted, step.upper))
    }

    private static func quantile(_ sorted: [Float], _ share: Double) -> Float {
        let place = share * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        let weight = place - Double(below)
        return Float(Double(sorted[below]) * (1 - weight) + Double(sorted[above]) * weight)
    }

    // MARK: Missing values

    private mutating func impute(
        _ step: PreprocessingStep, _ index: Int
    ) throws(PreprocessingProblem) {
        let name = raw[index].name
        if step.strategy == .constant {
            if columns[index].isCategorical {
                columns[index].fillText = step.constant
            } else if let value = Float(step.constant), value.isFinite {
                columns[index].fill = Double(value)
            } else {
                throw PreprocessingProblem(
                    .badConstant,
                    "\"\(step.constant)\" cannot stand in the column \"\(name)\" of numbers")
            }
            return
        }
        let present = values(index).filter { !$0.isNaN }
        guard !present.isEmpty else {
            throw PreprocessingProblem(
                .allMissingColumn,
                "no training row has a value in the column \"\(name)\"; leave it out, or impute"
                    + " a constant")
        }
        switch step.strategy {
        case .mean:
            var sum = 0.0
            for value in present { sum += Double(value) }
            columns[index].fill = Double(Float(sum / Double(present.count)))
        case .median:
            columns[index].fill = Double(Self.quantile(present.sorted(), 0.5))
        case .mostFrequent, .constant:
            let value = Self.mostFrequent(present, categories: raw[index].categories)
            if columns[index].isCategorical {
                columns[index].fillText = raw[index].categories[Int(value)]
            } else {
                columns[index].fill = Double(value)
            }
        }
    }

    /// The most frequent value; of several the smallest number, or the first text in byte order.
    private static func mostFrequent(_ values: [Float], categories: [String]) -> Float {
        let sorted = values.sorted()
        var best = sorted[0]
        var bestCount = 0
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            let isTie = end - start == bestCount && !categories.isEmpty
            let isEarlier =
                isTie
                && categories[Int(sorted[start])].utf8.lexicographicallyPrecedes(
                    categories[Int(best)].utf8)
            if end - start > bestCount || isEarlier {
                best = sorted[start]
                bestCount = end - start
            }
            start = end
        }
        return best
    }

    // MARK: Texts

    private mutating func encode(_ step: PreprocessingStep, _ index: Int) {
        switch step.kind {
        case .oneHot: columns[index].encoding = .oneHot
        case .ordinal: columns[index].encoding = .ordinal
        default:
            columns[index].encoding = .hash
            columns[index].buckets = step.count
        }
        var isSeen = [Bool](repeating: step.kind == .hash, count: raw[index].categories.count)
        for row in rows {
            let value = features[Int(row) * raw.count + index]
            if value >= 0 { isSeen[Int(value)] = true }
        }
        var texts = zip(raw[index].categories, isSeen).filter { $0.1 }.map { $0.0 }
        if let fill = columns[index].fillText, !texts.contains(fill) { texts.append(fill) }
        columns[index].categories = texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func check(_ transform: FittedTransform) throws(PreprocessingProblem) {
        for (column, raw) in zip(transform.columns, raw) {
            if column.isCategorical, column.encoding == .none { throw Self.unencoded(raw) }
            if !column.isCategorical, column.fill == nil, raw.missing > 0 {
                throw Self.missingValues(raw)
            }
        }
        let count = transform.featureCount
        guard count >= 1, count <= FittedTransform.mostFeatures else {
            throw PreprocessingProblem(
                .tooManyFeatures,
                "the steps make \(count) features of a row, at most"
                    + " \(FittedTransform.mostFeatures) are possible; use hash, or leave columns"
                    + " out")
        }
    }
}
