/// What to run next, with the reason.
package struct Suggestion: Sendable, Hashable {
    /// Whether a new trial begins or a paused one goes on.
    package enum Action: UInt8, Sendable, Hashable {
        case start = 1
        case resume = 2
    }

    /// Where the values come from.
    package enum Origin: UInt8, Sendable, Hashable {
        /// A known point somebody asked to be tried.
        case enqueued = 1
        /// Chosen by the algorithm.
        case sampled = 2
        /// The values of an earlier trial, run further.
        case promoted = 3
    }

    /// The trial's number: the next free one, or that of the trial to resume.
    package var number: Int
    /// The values to run with.
    package var assignment: Assignment
    /// Whether it begins or goes on.
    package var action: Action
    /// Where the values come from.
    package var origin: Origin
    /// One sentence for people.
    package var reason: String
    /// Up to which step to train; nil: to the end the template names.
    package var rung: RungPlace?
    /// Which generation of an evolutionary algorithm it belongs to.
    package var generation: Int?
    /// The trial whose newest checkpoint it starts from.
    package var parent: Int?

    /// A suggestion.
    package init(
        number: Int,
        assignment: Assignment,
        action: Action = .start,
        origin: Origin = .sampled,
        reason: String,
        rung: RungPlace? = nil,
        generation: Int? = nil,
        parent: Int? = nil
    ) {
        self.number = number
        self.assignment = assignment
        self.action = action
        self.origin = origin
        self.reason = reason
        self.rung = rung
        self.generation = generation
        self.parent = parent
    }
}

/// The answer to an `ask`.
package struct SuggestionBatch: Sendable, Hashable {
    /// Why there are fewer suggestions than asked for.
    package enum Shortage: Sendable, Hashable {
        /// There will never be more; the reason.
        case exhausted(String)
        /// Running trials must report first; the reason.
        case waiting(String)
    }

    /// At most as many as asked for.
    package var suggestions: [Suggestion]
    /// Why there are fewer than asked for; nil when there are not.
    package var shortage: Shortage?
}
