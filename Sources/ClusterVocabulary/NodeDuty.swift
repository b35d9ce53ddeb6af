/// Whether a node takes new work, as an operator decided; its own state says whether it is there.
package enum NodeDuty: UInt8, Sendable, CaseIterable {
    /// Takes work.
    case open = 1
    /// Takes no new work; what runs stays.
    case cordoned = 2
    /// Takes no new work; what runs moves away, and at a deadline what is left is stopped.
    case draining = 3

    /// The word people see.
    package var word: String {
        switch self {
        case .open: "Open"
        case .cordoned: "Cordoned"
        case .draining: "Draining"
        }
    }
}

/// An operator's decision about a node, durable until the next one.
package struct NodeAssignment: Hashable, Sendable {
    /// What is decided.
    package var duty: NodeDuty
    /// Who decided, for people.
    package var user: String
    /// Wall-clock milliseconds of the decision.
    package var decidedAt: Int64
    /// With `draining`: how long running work may take to end by itself, in seconds.
    package var graceSeconds: Int64

    /// The longest grace accepted: a week.
    package static let longestGrace: Int64 = 7 * 86_400
    /// The grace when none is named.
    package static let usualGrace: Int64 = 600

    /// Makes a decision.
    package init(duty: NodeDuty, user: String, decidedAt: Int64, graceSeconds: Int64 = 0) {
        self.duty = duty
        self.user = user
        self.decidedAt = decidedAt
        self.graceSeconds = graceSeconds
    }

    /// What holds for a node nobody decided about.
    package static let open = NodeAssignment(duty: .open, user: "", decidedAt: 0)
}
