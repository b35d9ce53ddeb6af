/// Which column of a table is meant: by its name in the header or by its position.
package enum ColumnSelector: Sendable, Equatable {
    /// The column with this name in the header line; case and spaces count.
    case name(String)
    /// The column at this position, from 0; negative counts from the end, -1 is the last one.
    case index(Int)
}

/// Which column of a table holds what is to be predicted.
package typealias LabelColumn = ColumnSelector

/// The byte between two fields of a text table.
package struct FieldDelimiter: RawRepresentable, Sendable, Equatable {
    /// `,`
    package static let comma = FieldDelimiter(rawValue: 0x2C)
    /// A tabulator.
    package static let tab = FieldDelimiter(rawValue: 0x09)
    /// `;`
    package static let semicolon = FieldDelimiter(rawValue: 0x3B)
    /// `|`
    package static let pipe = FieldDelimiter(rawValue: 0x7C)

    /// The byte itself.
    package let rawValue: UInt8

    /// Any byte; the spec admits visible ASCII and the tab.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}

/// What the values of a column are.
package enum ColumnKind: UInt8, Sendable, Equatable, CaseIterable {
    /// Numbers; NaN stands for a missing one.
    case numeric = 1
    /// Texts, stored as numbers of their own order; NaN stands for a missing one.
    case categorical = 2
}

/// What is to be predicted.
package enum TargetKind: UInt8, Sendable, Equatable, CaseIterable {
    /// Nothing is: the rows are to be predicted.
    case none = 0
    /// One of several classes.
    case classes = 1
    /// A number.
    case number = 2
}

/// How a text table is to be read.
package struct TableOptions: Sendable, Equatable {
    /// A statement about one column, against what its values look like.
    package struct KindOverride: Sendable, Equatable {
        /// The column.
        package var column: ColumnSelector
        /// What its values are.
        package var kind: ColumnKind

        /// States what a column holds.
        package init(column: ColumnSelector, kind: ColumnKind) {
            self.column = column
            self.kind = kind
        }
    }

    /// A second spelling of a class.
    package struct ClassAlias: Sendable, Equatable {
        /// The text in the file.
        package var written: String
        /// The class it stands for.
        package var name: String

        /// Names the class of a spelling.
        package init(written: String, name: String) {
            self.written = written
            self.name = name
        }
    }

    /// The column to predict.
    package var label: ColumnSelector
    /// Whether that column holds numbers to predict and not classes.
    package var predictsNumber = false
    /// Whether the first line holds names. Nil takes it for a header when the label is named, or
    /// when none of its feature fields is a number.
    package var header: Bool?
    /// What stands between fields. Nil looks at the first line: a tab, else a semicolon when there
    /// is no comma, else a pipe when there is no comma, else a comma.
    package var delimiter: FieldDelimiter?
    /// Whether the decimals of a number follow a comma.
    package var hasDecimalComma = false
    /// Texts that stand for a missing value; an empty field always does.
    package var missing: [String] = []
    /// Labels that are written in another way than the class is called, as in the test file of
    /// Adult, where a dot follows them.
    package var classAliases: [ClassAlias] = []
    /// Columns that are left out.
    package var excluded: [ColumnSelector] = []
    /// What columns hold; all others are guessed from the first rows.
    package var kinds: [KindOverride] = []
    /// A column with the weight of every row.
    package var weight: ColumnSelector?
    /// Rows that may be left out because something is wrong with them.
    package var badRowLimit = 0

    /// A table whose label stands in this column.
    package init(
        label: ColumnSelector, header: Bool? = nil, delimiter: FieldDelimiter? = nil
    ) {
        self.label = label
        self.header = header
        self.delimiter = delimiter
    }
}

/// How libsvm text is to be read.
package struct SparseOptions: Sendable, Equatable {
    /// Whether the first feature has number 0 and not 1.
    package var isZeroBased = false
    /// How many features there are; nil takes the highest number that occurs.
    package var featureCount: Int?
    /// Whether labels are numbers to predict and not classes.
    package var predictsNumber = false
    /// Rows that may be left out because something is wrong with them.
    package var badRowLimit = 0

    /// One-based feature numbers, classes, no bad rows.
    package init() {}
}

/// How the bytes of a data source are to be read; gzip is recognised by itself in each of them.
package enum DataFormat: Sendable, Equatable {
    /// A text table.
    case table(TableOptions)
    /// The MNIST file format; images and labels are two files.
    case idx
    /// NumPy arrays; labels in a second file, otherwise in the last column.
    case npy(target: TargetKind = .classes)
    /// A NumPy archive: features and labels, of training and perhaps of test rows, in one file.
    case npz(target: TargetKind = .classes)
    /// Sparse text: a label, then `number:value` for every feature that is not 0.
    case libsvm(SparseOptions)

    /// A table of classes with everything else left to guessing.
    package static func csv(
        label: LabelColumn, header: Bool?, delimiter: FieldDelimiter? = nil
    ) -> DataFormat {
        .table(TableOptions(label: label, header: header, delimiter: delimiter))
    }

    /// The format a file name suggests (a trailing `.gz` is ignored), nil when it suggests none.
    ///
    /// A text table is taken to hold its label in the last column.
    package static func guess(fileName: String) -> DataFormat? {
        var name = fileName.lowercased()[...]
        if let slash = name.lastIndex(of: "/") {
            name = name[name.index(after: slash)...]
        }
        if name.hasSuffix(".gz") {
            name = name.dropLast(3)
        }
        if name.hasSuffix(".csv") {
            return .csv(label: .index(-1), header: nil)
        }
        if name.hasSuffix(".tsv") || name.hasSuffix(".tab") {
            return .csv(label: .index(-1), header: nil, delimiter: .tab)
        }
        if name.hasSuffix(".npy") {
            return .npy()
        }
        if name.hasSuffix(".npz") {
            return .npz()
        }
        if name.hasSuffix(".libsvm") || name.hasSuffix(".svm") || name.hasSuffix(".svmlight") {
            return .libsvm(SparseOptions())
        }
        let endings = ["-ubyte", ".ubyte", ".idx", ".idx1", ".idx3", ".idx2", ".idx4"]
        return endings.contains(where: { name.hasSuffix($0) }) ? .idx : nil
    }
}
