/// Gathers the rows of the files of one source and makes the finished set of them.
struct SetAccumulator {
    let limits: DataLimits
    var features: [Float] = []
    var labels: [Int32] = []
    var classes: ClassCollector
    private var trainRows: Int?

    init(limits: DataLimits) {
        self.limits = limits
        classes = ClassCollector(maximumClasses: limits.maximumClasses)
    }

    /// True when `count` more values stay within the bound on the set's size.
    func hasRoom(forValues count: Int) -> Bool {
        let room = limits.maximumFeatureBytes / MemoryLayout<Float>.stride - features.count
        return count <= room
    }

    /// Called between the training and the test files: fixes the classes and their order.
    mutating func finishTraining(labelsIn file: DataFileRole) throws(DataProblem) {
        classes.seal(rewriting: &labels)
        trainRows = labels.count
        guard classes.classNames.count >= 2 else {
            throw DataProblem(
                .onlyOneClass,
                in: file,
                found: "all \(labels.count) rows have the class \"\(classes.summary)\"",
                cure: "check that the label column is the right one; training needs two classes",
            )
        }
    }

    /// The finished set; the accumulator is empty afterwards.
    mutating func makeSet(featureNames: [String]) -> ParsedSet {
        let set = ParsedSet(
            rows: labels.count,
            testRows: labels.count - (trainRows ?? labels.count),
            featureCount: featureNames.count,
            featureNames: featureNames,
            classNames: classes.classNames,
            features: features,
            labels: labels,
        )
        features = []
        labels = []
        return set
    }

    static func tooLarge(in file: DataFileRole, limits: DataLimits) -> DataProblem {
        DataProblem(
            .tooLarge,
            in: file,
            found: "the features need more than \(limits.maximumFeatureBytes) bytes",
            cure: "use fewer rows or columns, or raise the bound",
        )
    }

    /// The finding for a label that has no place among the classes, nil when it has one.
    func finding(
        for outcome: ClassCollector.Outcome,
        label: String,
        file: DataFileRole,
        line: Int?,
        column: String?,
        place: String = "",
    ) -> DataFinding? {
        switch outcome {
        case .index:
            return nil
        case .unknown:
            return DataFinding(
                kind: .unknownTestClass,
                file: file,
                line: line,
                column: column,
                found: "\(place)class \"\(DataFinding.printable(label))\" never occurs in training",
                cure: "training has \(classes.summary); make the labels of both files agree",
            )
        case .tooMany:
            return DataFinding(
                kind: .tooManyClasses,
                file: file,
                line: line,
                column: column,
                found: "\(place)more than \(limits.maximumClasses) different labels",
                cure: "is this the label column? A number to predict is not a class",
            )
        }
    }
}
