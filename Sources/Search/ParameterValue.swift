/// The value of one hyperparameter in one trial.
///
/// Choices are positions in the parameter's list; what stands there is opaque to the search.
package enum ParameterValue: Sendable, Hashable {
    /// A real number, always finite.
    case float(Double)
    /// A whole number.
    case int(Int)
    /// The position of a choice in a categorical or ordinal list, from 0.
    case choice(Int)
}

/// The values of one trial, in the order of the space's parameters; nil where a condition makes
/// the parameter inactive.
package struct Assignment: Sendable, Hashable {
    /// One element for each parameter of the space.
    package var values: [ParameterValue?]

    /// An assignment of these values, in the space's order.
    package init(_ values: [ParameterValue?]) {
        self.values = values
    }

    /// The value of the parameter at a position of the space; nil when it is inactive.
    package subscript(index: Int) -> ParameterValue? {
        get { values[index] }
        set { values[index] = newValue }
    }
}
