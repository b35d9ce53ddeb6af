/// How the bytes of the data files are read; gzip is recognised by content and needs no word.
package enum DataFormatSpecification: Sendable, Equatable {
    /// Text with one row per line; the labels are a column.
    case csv(CSV)
    /// The format of MNIST: features and labels in files of their own.
    case idx
    /// NumPy arrays: a matrix of features and a vector of labels in files of their own.
    case npy

    /// What can be said of a CSV file.
    package struct CSV: Sendable, Equatable {
        /// Which column holds the class.
        package var label: LabelColumn
        /// Whether the first line holds column names; `nil` decides by looking at it.
        package var header: Bool?
        /// What stands between columns; `nil` decides by looking at the first line.
        package var delimiter: Delimiter?

        /// Describes a CSV file.
        package init(
            label: LabelColumn = .index(-1), header: Bool? = nil, delimiter: Delimiter? = nil
        ) {
            self.label = label
            self.header = header
            self.delimiter = delimiter
        }
    }

    /// Which column of a CSV file holds the class.
    package enum LabelColumn: Sendable, Equatable {
        /// The column with this name in the header.
        case name(String)
        /// The column at this position, from 0; negative counts from the end, -1 is the last.
        case index(Int)
    }

    /// The character between two columns of a CSV file; the raw value is the word of the spec.
    package enum Delimiter: String, Sendable, Equatable, CaseIterable {
        /// `,`
        case comma
        /// A tabulator.
        case tab
        /// `;`
        case semicolon

        /// The character.
        package var character: Character {
            switch self {
            case .comma: ","
            case .tab: "\t"
            case .semicolon: ";"
            }
        }
    }

    /// The format a file name suggests, `.gz` ignored; nothing when it suggests none.
    package static func guessed(fromFileName path: String) -> DataFormatSpecification? {
        var name = (path.split(separator: "/").last.map(String.init) ?? path).lowercased()
        if name.hasSuffix(".gz") { name = String(name.dropLast(3)) }
        if name.hasSuffix(".csv") { return .csv(CSV()) }
        if name.hasSuffix(".tsv") || name.hasSuffix(".tab") { return .csv(CSV(delimiter: .tab)) }
        if name.hasSuffix(".npy") { return .npy }
        let idxEndings = ["-ubyte", ".ubyte", ".idx", ".idx1", ".idx2", ".idx3", ".idx4"]
        return idxEndings.contains(where: name.hasSuffix) ? .idx : nil
    }
}

// MARK: - Canonical text

extension DataFormatSpecification {
    /// The text stored with a data set and hashed into its key; equal formats, equal texts.
    ///
    /// `csv;label=name:class;header=auto;delimiter=auto`, `idx` or `npy`. The label is `name:` and
    /// a name or `index:` and a number; `header` is `auto`, `true` or `false`; `delimiter` is
    /// `auto`, `comma`, `tab` or `semicolon`; bytes of a name other than letters, digits, `_`, `-`
    /// and `.` are written `%XX`.
    package var canonicalFormat: String {
        switch self {
        case .idx: return "idx"
        case .npy: return "npy"
        case .csv(let csv):
            let label: String
            switch csv.label {
            case .name(let name): label = "name:" + DataFormatSpecification.escaped(name)
            case .index(let index): label = "index:\(index)"
            }
            let header = csv.header.map(String.init) ?? "auto"
            let delimiter = csv.delimiter?.rawValue ?? "auto"
            return "csv;label=\(label);header=\(header);delimiter=\(delimiter)"
        }
    }

    /// Reads what ``canonicalFormat`` writes; nothing when the text is anything else.
    package init?(canonicalFormat text: String) {
        guard text.utf8.count <= Limits.formatBytes else { return nil }
        if text == "idx" {
            self = .idx
        } else if text == "npy" {
            self = .npy
        } else {
            let parts = text.split(separator: ";", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == "csv",
                let label = DataFormatSpecification.field("label=", of: parts[1])
                    .flatMap(DataFormatSpecification.label),
                let header = DataFormatSpecification.field("header=", of: parts[2]),
                ["auto", "true", "false"].contains(header),
                let delimiter = DataFormatSpecification.field("delimiter=", of: parts[3])
            else { return nil }
            var csv = CSV(label: label)
            csv.header = header == "auto" ? nil : header == "true"
            if delimiter != "auto" {
                guard let known = Delimiter(rawValue: delimiter) else { return nil }
                csv.delimiter = known
            }
            self = .csv(csv)
        }
        // One text per format: another spelling of the same would be another data set.
        guard canonicalFormat == text else { return nil }
    }

    private static func field(_ name: String, of part: Substring) -> String? {
        part.hasPrefix(name) ? String(part.dropFirst(name.count)) : nil
    }

    private static func label(_ text: String) -> LabelColumn? {
        if let name = field("name:", of: text[...]) {
            guard let name = unescaped(name), !name.isEmpty,
                name.utf8.count <= Limits.columnNameBytes
            else { return nil }
            return .name(name)
        }
        guard let number = field("index:", of: text[...]),
            let index = try? ScalarSyntax.integer(number),
            Limits.columnIndex.contains(Int(index))
        else { return nil }
        return .index(Int(index))
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var view = String.UnicodeScalarView()
        for byte in text.utf8 {
            if NameRules.isAlphanumeric(byte) || "_-.".utf8.contains(byte) {
                view.append(Unicode.Scalar(byte))
            } else {
                view.append("%")
                view.append(digits[Int(byte >> 4)])
                view.append(digits[Int(byte & 15)])
            }
        }
        return String(view)
    }

    private static func unescaped(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            let code = String(decoding: [high, low], as: UTF8.self)
            guard let value = UInt8(code, radix: 16) else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
