/// Rounds that one membership computed, as digests: what an audit compares.
package struct ComputedRounds: Hashable, Sendable {
    /// The replicas of one member.
    package struct Share: Hashable, Sendable {
        /// The member.
        package var node: NodeID
        /// The first of its replicas.
        package var firstReplica: Int
        /// One past the last of its replicas.
        package var endReplica: Int

        /// Makes a share.
        package init(node: NodeID, firstReplica: Int, endReplica: Int) {
            self.node = node
            self.firstReplica = firstReplica
            self.endReplica = endReplica
        }
    }

    /// One round: 64-bit digests of what it began with and of what each replica made of it.
    package struct Round: Hashable, Sendable {
        /// Complete rounds before it.
        package var number: Int64
        /// Of the state it began with.
        package var state: UInt64
        /// By replica, of the delta it gave to the average.
        package var deltas: [UInt64]

        /// Makes a round.
        package init(number: Int64, state: UInt64, deltas: [UInt64]) {
            self.number = number
            self.state = state
            self.deltas = deltas
        }
    }

    /// Who computed which replicas, in replica order.
    package var shares: [Share]
    /// The rounds, ascending.
    package var rounds: [Round]

    /// Makes the rounds of a membership.
    package init(shares: [Share], rounds: [Round]) {
        self.shares = shares
        self.rounds = rounds
    }

    /// The most digests of replicas kept of one job; a longer job keeps every n-th round.
    package static let mostDigests = 32_768
    /// The most rounds of one report.
    package static let mostRounds = 64

    /// Every how many rounds one is kept, of a job of so many rounds and replicas.
    package static func stride(rounds: Int64, replicas: Int) -> Int64 {
        let kept = max(1, Int64(mostDigests / max(1, replicas)))
        return max(1, (rounds + kept - 1) / kept)
    }
}

/// Digests of rounds on their way to where they are kept; may be lost, an audit compares the rest.
package struct AttemptRounds: Hashable, Sendable {
    /// The try they belong to.
    package var attempt: AttemptID
    /// The rounds.
    package var computed: ComputedRounds

    /// Makes a piece.
    package init(attempt: AttemptID, computed: ComputedRounds) {
        self.attempt = attempt
        self.computed = computed
    }
}
