/// Whether small or large values of an objective are good.
package enum OptimizationDirection: Sendable, Hashable {
    case minimize
    case maximize

    /// The value as a cost; nil for NaN and infinities, which are never ranked.
    package func cost(of measured: Double) -> Cost? {
        guard measured.isFinite else { return nil }
        return Cost(minimized: self == .minimize ? measured : -measured)
    }

    /// The measured value a cost stands for.
    package func measured(_ cost: Cost) -> Double {
        self == .minimize ? cost.minimized : -cost.minimized
    }
}

/// A finite objective value turned so that less is better.
///
/// It can only be made through a direction, so that a measured value is never compared the wrong
/// way round.
package struct Cost: Sendable, Hashable, Comparable {
    /// The number to be minimised; finite.
    package let minimized: Double

    fileprivate init(minimized: Double) {
        self.minimized = minimized
    }

    /// Less is better.
    package static func < (left: Cost, right: Cost) -> Bool {
        left.minimized < right.minimized
    }
}
