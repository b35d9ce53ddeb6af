/// The state of a trial as the search sees it.
package enum TrialState: UInt8, Sendable, Hashable {
    /// Suggested and not ended; it may have reported a part of its curve.
    case running = 1
    /// Ended with objective values.
    case succeeded = 2
    /// Ended without usable values: crashed, timed out, or said NaN.
    case failed = 3
    /// Stopped early; its curve tells how far it came.
    case pruned = 4
    /// Reached the budget of its rung and waits to be resumed or given up.
    case paused = 5

    /// Whether nothing more will come from the trial.
    package var isFinished: Bool { self == .succeeded || self == .failed || self == .pruned }
}

/// One report of a trial: the first objective at a step.
package struct CurvePoint: Sendable, Hashable {
    /// What the trial counts its progress in (epochs, rounds); not below 0.
    package var step: Int
    /// As measured, may be NaN.
    package var value: Double

    /// The value at a step.
    package init(step: Int, value: Double) {
        self.step = step
        self.value = value
    }
}

/// A trial as it is told to the search.
package struct TrialRecord: Sendable, Hashable {
    /// Position in the experiment, from 0, as its suggestion said; ignored in a warm start.
    package var number: Int
    /// The values it ran with.
    package var assignment: Assignment
    /// How far the trial is.
    package var state: TrialState
    /// As measured, one for each objective; empty when there is none. A value that is not finite
    /// makes the trial a failed one.
    package var objectives: [Double]
    /// Reports in the order of their steps; empty when none were made.
    package var curve: [CurvePoint]
    /// Where it stands in a successive halving; from its suggestion.
    package var rung: RungPlace?
    /// The generation it belongs to; from its suggestion.
    package var generation: Int?

    /// A record.
    package init(
        number: Int,
        assignment: Assignment,
        state: TrialState,
        objectives: [Double] = [],
        curve: [CurvePoint] = [],
        rung: RungPlace? = nil,
        generation: Int? = nil
    ) {
        self.number = number
        self.assignment = assignment
        self.state = state
        self.objectives = objectives
        self.curve = curve
        self.rung = rung
        self.generation = generation
    }
}

/// A rung of a successive halving: trials there are compared at an equal budget.
package struct RungPlace: Sendable, Hashable {
    /// Which halving, from 0 (the one that begins with the smallest budget).
    package var bracket: Int
    /// From 0, the smallest budget of the bracket.
    package var rung: Int
    /// The step up to which a trial of this rung trains, in all.
    package var budget: Int

    /// A rung of a bracket with its budget.
    package init(bracket: Int, rung: Int, budget: Int) {
        self.bracket = bracket
        self.rung = rung
        self.budget = budget
    }
}
