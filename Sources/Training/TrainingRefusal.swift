/// Why a training job cannot be run as asked; the text names the value and what is allowed.
package enum TrainingRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The data has no rows, no features or fewer than two classes.
    case emptyData(rows: Int, features: Int, classes: Int)
    /// Row or element counts beyond what row numbers and memory can hold.
    case dataTooLarge(rows: Int, features: Int)
    /// A label that names no class.
    case labelOutOfRange(row: Int, label: Int32, classes: Int)
    /// A row number beyond the data.
    case rowOutOfRange(row: UInt32, rows: Int)
    /// Split fractions that are negative, not numbers, or leave nothing to train on.
    case badSplit(validation: Double, test: Double)
    /// The split leaves no training rows.
    case noTrainingRows
    /// A whole number of the plan outside what is allowed.
    case valueOutOfRange(name: String, value: Int, minimum: Int, maximum: Int)
    /// Fewer training rows than one batch holds.
    case fewerRowsThanBatch(rows: Int, batchSize: Int)
    /// A learning rate that is not a positive finite number.
    case badLearningRate(Float)
    /// A momentum outside 0..<1.
    case badMomentum(Float)
    /// A number of the optimizer or of its schedule outside what is allowed.
    case badOptimizerNumber(name: String, value: Float, allowed: String)
    /// A model with more parameters than allowed.
    case modelTooLarge(limit: Int)
    /// A loss for two classes over data with another number of them.
    case notTwoClasses(Int)
    /// A loss for numbers over data with classes.
    case classesForNumbers(Int)
    /// A loss for classes over data with numbers as targets.
    case numbersForClasses
    /// A layer for images where rows are no images.
    case imageNeeded
    /// A window larger than the image it slides over.
    case windowTooLarge(size: Int, height: Int, width: Int)
    /// A weight for a class the data does not have.
    case unknownClass(String)
    /// A target the loss cannot take.
    case badTarget(row: Int, value: Float, allowed: String)
    /// A row's weight that is negative or no number.
    case badWeight(row: Int, value: Float)
    /// Sparse rows before something that reads dense ones.
    case sparseRows(what: String)
    /// What full-batch training cannot have.
    case notWithFullBatch(String)
    /// A model to begin from that another one cannot take the values of.
    case initialDiffers(String)
    /// Steps that do not fit the set.
    case preprocessing(PreprocessingProblem)
    /// Two parts of the job disagree about a size.
    case sizesDiffer(what: String, expected: Int, found: Int)

    /// One sentence for the person who wrote the job.
    package var description: String {
        switch self {
        case .emptyData(let rows, let features, let classes):
            "the data has \(rows) rows, \(features) features and \(classes) classes; "
                + "at least one row, one feature and two classes are needed"
        case .dataTooLarge(let rows, let features):
            "the data has \(rows) rows of \(features) features; "
                + "at most \(TrainingData.maximumRows) rows that fit in memory are possible"
        case .labelOutOfRange(let row, let label, let classes):
            "row \(row) has class \(label); with \(classes) classes it must be 0...\(classes - 1)"
        case .rowOutOfRange(let row, let rows):
            "row \(row) does not exist; the data has \(rows) rows"
        case .badSplit(let validation, let test):
            "a split with validation \(validation) and test \(test) is impossible; "
                + "both must be at least 0 and their sum below 1"
        case .noTrainingRows:
            "the split leaves no training rows"
        case .valueOutOfRange(let name, let value, let minimum, let maximum):
            "\(name) is \(value); it must be \(minimum)...\(maximum)"
        case .fewerRowsThanBatch(let rows, let batchSize):
            "there are \(rows) training rows, fewer than the batch size \(batchSize)"
        case .badLearningRate(let rate):
            "the learning rate is \(rate); it must be a positive number"
        case .badMomentum(let momentum):
            "momentum is \(momentum); it must be at least 0 and below 1"
        case .badOptimizerNumber(let name, let value, let allowed):
            "\(name) is \(value); it must be \(allowed)"
        case .modelTooLarge(let limit):
            "the model has more than \(limit) parameters"
        case .notTwoClasses(let classes):
            "the data has \(classes) classes; this loss tells two apart, "
                + "softmaxCrossEntropy any number of them"
        case .classesForNumbers(let classes):
            "the data has \(classes) classes as labels; this loss needs numbers as targets"
        case .numbersForClasses:
            "the data has numbers as targets; this loss needs classes as labels"
        case .imageNeeded:
            "a convolution or pooling needs an image; state height, width and channels in the "
                + "model's input, and place no dense layer or flatten before it"
        case .windowTooLarge(let size, let height, let width):
            "a window of \(size) x \(size) does not fit into an image of \(height) x \(width)"
        case .unknownClass(let name):
            "there is a weight for class \"\(name)\", which the data does not have"
        case .badTarget(let row, let value, let allowed):
            "row \(row) has the target \(value); it must be \(allowed)"
        case .badWeight(let row, let value):
            "row \(row) has the weight \(value); it must be a finite number of at least 0"
        case .sparseRows(let what):
            "\(what) cannot read sparse rows; they train linear models, factorization machines, "
                + "and networks that begin with a dense layer, without standardization"
        case .notWithFullBatch(let what):
            "lbfgs minimises one smooth function of all rows; it cannot have \(what)"
        case .initialDiffers(let how):
            "the model to begin from does not fit: \(how)"
        case .preprocessing(let problem):
            problem.description
        case .sizesDiffer(let what, let expected, let found):
            "\(what): expected \(expected), found \(found)"
        }
    }
}
