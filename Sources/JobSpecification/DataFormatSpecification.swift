package import Datasets

/// How the bytes of the data files are read; gzip is recognised by content and needs no word.
package enum DataFormatSpecification: Sendable, Equatable {
    /// Text with one row per line; what is to be predicted is a column.
    case csv(TableOptions)
    /// The format of MNIST: features and labels in files of their own.
    case idx
    /// NumPy arrays: a matrix of features and a vector of labels in files of their own.
    case npy(target: TargetKind = .classes)
    /// A NumPy archive with both arrays.
    case npz(target: TargetKind = .classes)
    /// Sparse text.
    case libsvm(SparseOptions)

    /// The format a file name suggests, `.gz` ignored; nothing when it suggests none.
    package static func guessed(fromFileName path: String) -> DataFormatSpecification? {
        DataFormat.guess(fileName: path).map { format in
            switch format {
            case .table(let options): .csv(options)
            case .idx: .idx
            case .npy(let target): .npy(target: target)
            case .npz(let target): .npz(target: target)
            case .libsvm(let options): .libsvm(options)
            }
        }
    }

    /// The same format in the words of the reader.
    package var dataFormat: DataFormat {
        switch self {
        case .csv(let options): .table(options)
        case .idx: .idx
        case .npy(let target): .npy(target: target)
        case .npz(let target): .npz(target: target)
        case .libsvm(let options): .libsvm(options)
        }
    }

    /// The rows that may be left out.
    package var badRowLimit: Int {
        switch self {
        case .csv(let options): options.badRowLimit
        case .libsvm(let options): options.badRowLimit
        default: 0
        }
    }
}

extension FieldDelimiter {
    /// The words of the spec.
    static let words: [(String, FieldDelimiter)] = [
        ("comma", .comma), ("tab", .tab), ("semicolon", .semicolon), ("pipe", .pipe),
    ]

    /// The word of the spec, or the character itself.
    package var word: String {
        FieldDelimiter.words.first { $0.1 == self }?.0
            ?? String(UnicodeScalar(rawValue))
    }

    /// Reads a word or one visible ASCII character other than a quote, letter, digit or point.
    init?(word: String) {
        if let known = FieldDelimiter.words.first(where: { $0.0 == word }) {
            self = known.1
            return
        }
        guard let byte = word.utf8.first, word.utf8.count == 1,
            (0x21...0x7E).contains(byte) || byte == 9,
            !NameRules.isAlphanumeric(byte), !"\".+-_".utf8.contains(byte)
        else { return nil }
        self.init(rawValue: byte)
    }
}
