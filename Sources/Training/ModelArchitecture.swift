/// The shape of a classifier, without the sizes that come from the data.
package enum ModelArchitecture: Sendable, Hashable {
    /// One linear layer and softmax.
    case softmaxRegression
    /// Linear layers with rectifiers between them and softmax at the end; widths in order.
    case multilayerPerceptron(hidden: [Int])

    /// Widths of the hidden layers, first to last.
    package var hiddenWidths: [Int] {
        switch self {
        case .softmaxRegression: []
        case .multilayerPerceptron(let hidden): hidden
        }
    }
}
