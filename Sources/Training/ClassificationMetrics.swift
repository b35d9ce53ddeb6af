private import LinearAlgebra

/// How well classes were predicted, defined as scikit-learn defines the functions of these names.
package struct ClassificationMetrics: Sendable, Equatable {
    /// The figures of one class against all others.
    package struct PerClass: Sendable, Equatable {
        /// Rows of the class.
        package var support: Int
        /// Right among those predicted as this class; 0 when none was.
        package var precision: Double
        /// Found among those of this class; 0 when there is none.
        package var recall: Double
        /// Harmonic mean of both; 0 when both are.
        package var f1: Double
    }

    /// Rows measured.
    package var rows: Int
    /// The share of rows whose most likely class is right.
    package var accuracy: Double
    /// The share of rows whose class is among the five most likely, or all classes if fewer.
    package var top5: Double
    /// Mean of -log(probability of the right class), probabilities kept from 2.2e-16 up; nil when
    /// scores are no probabilities.
    package var logLoss: Double?
    /// Area under the receiver operating characteristic: of the second class when there are two,
    /// otherwise the mean over the classes, each against the rest. Nil when a class has no rows
    /// or all of them, or for more scores than are sorted.
    package var rocAUC: Double?
    /// Average precision, over the same classes.
    package var prAUC: Double?
    /// Precision, recall and F1 of every class.
    package var perClass: [PerClass]
    /// Rows by true class, then by predicted class.
    package var confusion: [[Int]]

    /// The mean of the classes' precisions, each class counting the same.
    package var macroPrecision: Double { mean(\.precision) }
    /// The mean of the classes' recalls.
    package var macroRecall: Double { mean(\.recall) }
    /// The mean of the classes' F1.
    package var macroF1: Double { mean(\.f1) }
    /// Over all rows together; with one class per row precision, recall and F1 all equal accuracy.
    package var microF1: Double { accuracy }

    /// The most scores that are sorted for the two areas.
    package static let mostSorted = 1 << 26

    private func mean(_ value: (PerClass) -> Double) -> Double {
        perClass.reduce(0) { $0 + value($1) } / Double(max(perClass.count, 1))
    }

    /// Measures scores.
    ///
    /// - Parameters:
    ///   - scores: row-major [rows x classCount], higher is likelier.
    ///   - labels: the true class of each row [rows], each in 0..<classCount.
    ///   - areProbabilities: whether the scores of a row are probabilities that sum to 1.
    package init(
        scores: UnsafeBufferPointer<Float>, labels: [Int32], classCount: Int,
        areProbabilities: Bool = true
    ) {
        precondition(scores.count == labels.count * classCount, "one score for each class")
        rows = labels.count
        var confusion = [[Int]](
            repeating: [Int](repeating: 0, count: classCount), count: classCount)
        var inTop = 0
        var logSum = 0.0
        for row in 0..<labels.count {
            let line = UnsafeBufferPointer(
                rebasing: scores[row * classCount..<(row + 1) * classCount])
            let label = Int(labels[row])
            var best = 0
            var better = 0
            for index in 0..<classCount {
                if line[index] > line[best] { best = index }
                // Of equal scores the later class ranks first, as in scikit-learn.
                let isBetter =
                    line[index] > line[label] || line[index] == line[label] && index > label
                if isBetter { better += 1 }
            }
            confusion[label][best] += 1
            if better < 5 { inTop += 1 }
            let probability = min(max(line[label], 2.220_446e-16), 1)
            logSum -= Double(ElementaryFunctions.log(probability))
        }
        let count = Double(max(rows, 1))
        accuracy = Double((0..<classCount).reduce(0) { $0 + confusion[$1][$1] }) / count
        top5 = Double(inTop) / count
        logLoss = areProbabilities ? logSum / count : nil
        perClass = (0..<classCount).map { Self.figures(confusion, $0) }
        self.confusion = confusion
        (rocAUC, prAUC) = Self.areas(scores, labels, classCount)
    }

    private static func figures(_ confusion: [[Int]], _ index: Int) -> PerClass {
        let hits = Double(confusion[index][index])
        let support = confusion[index].reduce(0, +)
        let predicted = confusion.reduce(0) { $0 + $1[index] }
        let precision = predicted > 0 ? hits / Double(predicted) : 0
        let recall = support > 0 ? hits / Double(support) : 0
        let sum = precision + recall
        return PerClass(
            support: support, precision: precision, recall: recall,
            f1: sum > 0 ? 2 * precision * recall / sum : 0)
    }

    private static func areas(
        _ scores: UnsafeBufferPointer<Float>, _ labels: [Int32], _ classCount: Int
    ) -> (roc: Double?, pr: Double?) {
        guard scores.count <= mostSorted, !labels.isEmpty, classCount >= 2 else {
            return (nil, nil)
        }
        let classes = classCount == 2 ? [1] : Array(0..<classCount)
        var roc = 0.0
        var pr = 0.0
        for index in classes {
            var ranked = labels.indices.map { row in
                Ranked(
                    score: scores[row * classCount + index], isPositive: labels[row] == index)
            }
            guard let areas = Ranked.areas(&ranked) else { return (nil, nil) }
            roc += areas.roc
            pr += areas.pr
        }
        return (roc / Double(classes.count), pr / Double(classes.count))
    }
}

/// A row's score for one class, and whether it is of that class.
private struct Ranked {
    var score: Float
    var isPositive: Bool

    /// Both areas over rows in order of falling score, equal scores taken together.
    static func areas(_ rows: inout [Ranked]) -> (roc: Double, pr: Double)? {
        rows.sort { $0.score > $1.score }
        let positives = rows.reduce(0) { $0 + ($1.isPositive ? 1 : 0) }
        let negatives = rows.count - positives
        guard positives > 0, negatives > 0 else { return nil }
        var (hits, misses) = (0, 0)
        var roc = 0.0
        var pr = 0.0
        var start = 0
        while start < rows.count {
            let (hitsBefore, missesBefore) = (hits, misses)
            var end = start
            while end < rows.count, rows[end].score == rows[start].score {
                if rows[end].isPositive { hits += 1 } else { misses += 1 }
                end += 1
            }
            roc += Double(misses - missesBefore) * Double(hits + hitsBefore) / 2
            pr += Double(hits - hitsBefore) * Double(hits) / Double(hits + misses)
            start = end
        }
        return (
            roc / (Double(positives) * Double(negatives)), pr / Double(positives)
        )
    }
}
