/// One hyperparameter of a search space.
package struct SearchParameter: Sendable, Hashable {
    /// Unique in its space, not empty.
    package var name: String
    /// What values it may take.
    package var domain: ParameterDomain
    /// When it takes part at all; nil: always.
    package var condition: ParameterCondition?

    /// A parameter of this name and domain.
    package init(
        _ name: String,
        _ domain: ParameterDomain,
        onlyIf condition: ParameterCondition? = nil
    ) {
        self.name = name
        self.domain = domain
        self.condition = condition
    }
}

/// A parameter is active only while its parent is active and has one of these choices.
package struct ParameterCondition: Sendable, Hashable {
    /// Name of a categorical or ordinal parameter that stands earlier in the space.
    package var parent: String
    /// Positions in the parent's list, not empty.
    package var choices: [Int]

    /// Active when `parent` has one of `choices`.
    package init(parent: String, choices: [Int]) {
        self.parent = parent
        self.choices = choices
    }
}

/// The values a hyperparameter may take.
package enum ParameterDomain: Sendable, Hashable {
    /// Real numbers of a closed range.
    case float(FloatRange)
    /// Whole numbers of a closed range.
    case int(IntRange)
    /// One of `count` unordered choices.
    case categorical(count: Int)
    /// One of `count` choices whose order means something (a list of sizes, say).
    case ordinal(count: Int)

    /// Real numbers from `minimum` to `maximum`, evenly.
    package static func uniform(_ minimum: Double, _ maximum: Double) -> ParameterDomain {
        .float(FloatRange(minimum: minimum, maximum: maximum))
    }

    /// Real numbers from `minimum` to `maximum`, evenly in their logarithm.
    package static func logUniform(_ minimum: Double, _ maximum: Double) -> ParameterDomain {
        .float(FloatRange(minimum: minimum, maximum: maximum, scale: .logarithmic))
    }
}

/// On which axis a numeric range is even.
package enum NumericScale: Sendable, Hashable {
    case linear
    /// Even in the logarithm; the minimum must be above 0.
    case logarithmic
}

/// How a numeric range is weighted before anything is known, on its scale.
package enum PriorDensity: Sendable, Hashable {
    case uniform
    /// Normal around the middle, standard deviation a sixth of the range, cut at the bounds.
    case normal
}

/// A closed range of real numbers.
package struct FloatRange: Sendable, Hashable {
    /// The smallest value.
    package var minimum: Double
    /// The largest value.
    package var maximum: Double
    /// On which axis the range is even.
    package var scale: NumericScale
    /// Only `minimum + k * step` up to `maximum`; nil: every number.
    package var step: Double?
    /// How the range is weighted before anything is known.
    package var density: PriorDensity

    /// A range; `SearchSpace` checks it.
    package init(
        minimum: Double,
        maximum: Double,
        scale: NumericScale = .linear,
        step: Double? = nil,
        density: PriorDensity = .uniform
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.scale = scale
        self.step = step
        self.density = density
    }
}

/// A closed range of whole numbers.
package struct IntRange: Sendable, Hashable {
    /// The smallest value.
    package var minimum: Int
    /// The largest value.
    package var maximum: Int
    /// On which axis the range is even.
    package var scale: NumericScale
    /// Only `minimum + k * step` up to `maximum`; at least 1.
    package var step: Int
    /// How the range is weighted before anything is known.
    package var density: PriorDensity

    /// A range; `SearchSpace` checks it.
    package init(
        minimum: Int,
        maximum: Int,
        scale: NumericScale = .linear,
        step: Int = 1,
        density: PriorDensity = .uniform
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.scale = scale
        self.step = step
        self.density = density
    }
}
