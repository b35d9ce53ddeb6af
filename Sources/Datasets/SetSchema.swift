/// What one column of a set holds.
package struct ColumnSchema: Sendable, Equatable {
    /// The name in the header, or `column3` for the fourth column of a table without one.
    package var name: String
    /// Numbers or texts.
    package var kind: ColumnKind
    /// The different texts, in order of first appearance; a value is a place in this list.
    package var categories: [String]
    /// Rows without a value, test rows included.
    package var missing: Int
    /// The line of the first row without a value; 0 when there is none.
    package var firstMissingLine: Int

    /// A column of numbers, none of them missing, unless told otherwise.
    package init(
        name: String, kind: ColumnKind = .numeric, categories: [String] = [], missing: Int = 0,
        firstMissingLine: Int = 0
    ) {
        self.name = name
        self.kind = kind
        self.categories = categories
        self.missing = missing
        self.firstMissingLine = firstMissingLine
    }
}

/// What a set is, without its rows.
package struct SetSchema: Sendable, Equatable {
    /// All rows, test rows included.
    package var rows = 0
    /// Trailing rows that came from an explicit test file, 0 without one.
    package var testRows = 0
    /// Values of one row.
    package var featureCount = 0
    /// Whether only values other than 0 are stored.
    package var isSparse = false
    /// One per feature; empty for a sparse set, whose features have numbers only.
    package var columns: [ColumnSchema] = []
    /// What is to be predicted.
    package var target = TargetKind.classes
    /// The name of the column to predict; empty when it has none.
    package var targetName = ""
    /// The distinct classes: in numeric order when all are integers, else in UTF-8 byte order.
    package var classNames: [String] = []
    /// Whether every row has a weight.
    package var hasWeights = false
    /// Rows that were left out because something is wrong with them.
    package var badRows = 0
    /// The first findings in those rows, at most ``DataProblem/maximumFindings``.
    package var badRowFindings: [String] = []

    /// An empty set.
    package init() {}

    /// One name per feature, in column order; numbers from 1 for a sparse set.
    package var featureNames: [String] {
        isSparse ? (0..<featureCount).map { "feature\($0 + 1)" } : columns.map(\.name)
    }
}

/// The parts of a set that have one entry for a row or value, in the order of the set file.
package enum SetSection: Int, Sendable, CaseIterable {
    /// float32, row-major [rows x featureCount]; dense sets.
    case features
    /// int64 [rows + 1]: where the values of a row begin; sparse sets.
    case rowStarts
    /// uint32: the feature of each stored value, ascending in a row; sparse sets.
    case columnIndices
    /// float32: the stored values; sparse sets.
    case values
    /// int32 [rows]: classes. While being collected: in order of first appearance.
    case labels
    /// float32 [rows]: numbers to predict.
    case targets
    /// float32 [rows]: weights of rows.
    case weights
}

/// Where the sections of a set go while it is read, piece by piece, so that no set needs to fit
/// into memory.
package protocol SetStorage: AnyObject {
    /// Appends bytes to a section; false when that failed, which ends the reading.
    func append(_ bytes: UnsafeRawBufferPointer, to section: SetSection) -> Bool
}

/// Storage that keeps nothing: for checking data and counting its rows.
package final class CountingStorage: SetStorage {
    /// Makes one.
    package init() {}

    /// Takes the bytes and forgets them.
    package func append(_ bytes: UnsafeRawBufferPointer, to section: SetSection) -> Bool { true }
}

/// Storage in memory: for small sets and for tests.
final class MemoryStorage: SetStorage {
    private var sections = [[UInt8]](repeating: [], count: SetSection.allCases.count)

    func append(_ bytes: UnsafeRawBufferPointer, to section: SetSection) -> Bool {
        sections[section.rawValue].append(contentsOf: bytes)
        return true
    }

    /// The values of a section, which is empty afterwards.
    func take<Value: BitwiseCopyable>(_ section: SetSection, as type: Value.Type) -> [Value] {
        let bytes = sections[section.rawValue]
        sections[section.rawValue] = []
        let count = bytes.count / MemoryLayout<Value>.stride
        return [Value](unsafeUninitializedCapacity: count) { values, initialized in
            UnsafeMutableRawBufferPointer(values).copyBytes(
                from: bytes.prefix(count * MemoryLayout<Value>.stride))
            initialized = count
        }
    }
}
