package import Datasets

extension DataFormatSpecification {
    /// The same format in the words of the reader.
    package var dataFormat: DataFormat {
        switch self {
        case .csv(let csv):
            let label: Datasets.LabelColumn =
                switch csv.label {
                case .name(let name): .name(name)
                case .index(let index): .index(index)
                }
            let delimiter: FieldDelimiter? =
                switch csv.delimiter {
                case .comma: .comma
                case .tab: .tab
                case .semicolon: .semicolon
                case nil: nil
                }
            return .csv(label: label, header: csv.header, delimiter: delimiter)
        case .idx: return .idx
        case .npy: return .npy
        }
    }
}
