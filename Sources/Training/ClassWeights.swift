/// How much the rows of each class count in training.
package enum ClassWeights: Sendable, Hashable {
    /// All the same.
    case equal
    /// So that every class counts as much as another: rows / (classes * rows of the class), as
    /// scikit-learn's `balanced` has it; counted over training rows.
    case balanced
    /// By the class's name; classes not named count 1.
    case named([Named])

    /// One class's weight.
    package struct Named: Sendable, Hashable {
        /// The class as the data writes it.
        package var name: String
        /// At least 0.
        package var weight: Float

        /// Takes both.
        package init(name: String, weight: Float) {
            self.name = name
            self.weight = weight
        }
    }

    /// One number per class; nil when all count the same. Refuses names the data does not have.
    package func values(
        classNames: [String], data: TrainingData, trainRows: [UInt32]
    ) throws(TrainingRefusal) -> [Float]? {
        if self == .equal { return nil }
        guard case .classes(let labels, let count) = data.targets else {
            throw .numbersForClasses
        }
        var weights = [Float](repeating: 1, count: count)
        switch self {
        case .equal: return nil
        case .balanced:
            var found = [Int](repeating: 0, count: count)
            for row in trainRows { found[Int(labels[Int(row)])] += 1 }
            for index in 0..<count where found[index] > 0 {
                weights[index] = Float(
                    Double(trainRows.count) / (Double(count) * Double(found[index])))
            }
        case .named(let named):
            for entry in named {
                guard let index = classNames.firstIndex(of: entry.name) else {
                    throw .unknownClass(entry.name)
                }
                weights[index] = entry.weight
            }
        }
        return weights
    }
}
