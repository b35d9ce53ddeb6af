/// Which column of a table holds the class of a row.
package enum LabelColumn: Sendable, Equatable {
    /// The column with this name in the header line; case and spaces count.
    case name(String)
    /// The column at this position, from 0; negative counts from the end, -1 is the last one.
    case index(Int)
}

/// The byte between two fields of a text table.
package enum FieldDelimiter: UInt8, Sendable, Equatable {
    case comma = 0x2C
    case tab = 0x09
    case semicolon = 0x3B
}

/// How the bytes of a data source are to be read; gzip is recognised by itself in each of them.
package enum DataFormat: Sendable, Equatable {
    /// A text table.
    ///
    /// `header: nil` takes the first line for a header when the label is named, or when none of its
    /// feature fields is a number. `delimiter: nil` looks at the first line: a tab, a semicolon
    /// when there is no comma, otherwise a comma.
    case csv(label: LabelColumn, header: Bool?, delimiter: FieldDelimiter? = nil)
    /// The MNIST file format; images and labels are two files.
    case idx
    /// NumPy arrays; labels in a second file, otherwise in the last column.
    case npy

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
            return .npy
        }
        let endings = ["-ubyte", ".ubyte", ".idx", ".idx1", ".idx3", ".idx2", ".idx4"]
        return endings.contains(where: { name.hasSuffix($0) }) ? .idx : nil
    }
}
