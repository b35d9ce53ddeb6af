/// What fitted steps do to one column of raw values.
///
/// A missing value (NaN) becomes ``fill``. A number then goes through ``operations`` in order. A
/// text becomes columns of 0 and 1, or its place among all texts as a number, which may go through
/// operations too. A text that training rows never had, or a missing one without ``fillText``, is
/// all zeros, or place -1.
package struct ColumnTransform: Sendable, Equatable, Codable {
    /// One operation on numbers.
    package struct Operation: Sendable, Equatable, Codable {
        /// What it computes.
        package enum Kind: String, Sendable, Codable {
            /// `(x - first) * second`.
            case scale
            /// The nearest number from first to second.
            case clamp
        }

        /// What it computes.
        package var kind: Kind
        /// See ``Kind``; exact as a Float.
        package var first: Double
        /// See ``Kind``; exact as a Float.
        package var second: Double

        init(_ kind: Kind, _ first: Float, _ second: Float) {
            self.kind = kind
            self.first = Double(first)
            self.second = Double(second)
        }

        /// The value for a number.
        @inline(__always)
        package func apply(_ value: Float) -> Float {
            switch kind {
            case .scale: (value - Float(first)) * Float(second)
            case .clamp: min(max(value, Float(first)), Float(second))
            }
        }

        /// The values for `count` numbers.
        package func apply(
            to numbers: UnsafePointer<Float>, into values: UnsafeMutablePointer<Float>, count: Int
        ) {
            for place in 0..<count { values[place] = apply(numbers[place]) }
        }
    }

    /// How texts become numbers.
    package enum Encoding: String, Sendable, Codable {
        /// The values are numbers already.
        case none
        case oneHot
        case hash
        case ordinal
    }

    /// The column's name.
    package var name: String
    /// Whether raw values are texts.
    package var isCategorical: Bool
    /// What stands for a missing number.
    package var fill: Double?
    /// What stands for a missing text.
    package var fillText: String?
    /// How texts become numbers.
    package var encoding: Encoding
    /// The texts of the training rows in UTF-8 byte order; for `hash` all that were ever seen.
    package var categories: [String]
    /// Columns a hash makes.
    package var buckets: Int
    /// What is done to numbers, in order.
    package var operations: [Operation]

    init(_ column: RawColumn) {
        name = column.name
        isCategorical = column.isCategorical
        encoding = .none
        categories = []
        buckets = 0
        operations = []
    }

    /// Columns it becomes.
    package var width: Int {
        switch encoding {
        case .none, .ordinal: 1
        case .oneHot: categories.count
        case .hash: buckets
        }
    }

    /// Names of the columns it becomes.
    package var outputNames: [String] {
        switch encoding {
        case .none, .ordinal: [name]
        case .oneHot: categories.map { "\(name)=\($0)" }
        case .hash: (0..<buckets).map { "\(name)#\($0)" }
        }
    }

    /// The column of a text when texts are hashed: FNV-1a of its UTF-8, modulo the columns.
    package static func bucket(of text: String, count: Int) -> Int {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value ^= value >> 33
        return Int(value % UInt64(count))
    }

    /// The number a text becomes: a place in the columns made, -1 for none of them.
    package func place(of text: String) -> Int {
        switch encoding {
        case .none: -1
        case .hash: Self.bucket(of: text, count: buckets)
        case .oneHot, .ordinal: categories.firstIndex(of: text) ?? -1
        }
    }
}

/// What fitted steps do to rows, and to the number that is predicted.
package struct FittedTransform: Sendable, Equatable, Codable {
    /// The most features that steps may make of a row.
    package static let mostFeatures = 1 << 20

    /// One per raw column, in their order; the features stand in this order too.
    package var columns: [ColumnTransform]
    /// What the number to predict is scaled by, `(y - first) * second`; nil leaves it as it is.
    package var target: ColumnTransform.Operation?

    /// Features of a row after all steps.
    package var featureCount: Int { columns.reduce(0) { $0 + $1.width } }
    /// Their names.
    package var featureNames: [String] { columns.flatMap(\.outputNames) }

    /// A scaled prediction as the number it stands for.
    package func unscaled(_ prediction: Float) -> Float {
        guard let target else { return prediction }
        return prediction / Float(target.second) + Float(target.first)
    }
}
