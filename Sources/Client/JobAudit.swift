package import ControlAPI

/// What an audit found: digests of a job's rounds beside those of the same rounds done again.
///
/// Rounds are compared in order up to the first that differs: what follows a wrong round begins
/// with another state, so it differs too and says nothing about who computed it.
package struct JobAudit: Hashable, Sendable, JSONWritable {
    /// One replica in one round.
    package struct Pair: Hashable, Sendable, JSONWritable {
        /// Complete rounds before it.
        package var round: Int64
        /// The replica.
        package var replica: Int
        /// The node that computed it for the job.
        package var computedBy: String
        /// The digest kept of the job.
        package var recorded: String
        /// The node that computed it for the audit.
        package var repeatedBy: String
        /// What it found.
        package var found: String

        /// Whether both computed the same.
        package var agrees: Bool { recorded == found }

        /// Writes the pair.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("round", round)
            json.field("replica", replica)
            json.field("computedBy", computedBy)
            json.field("recorded", recorded)
            json.field("repeatedBy", repeatedBy)
            json.field("found", found)
            json.field("agrees", agrees)
            json.endObject()
        }
    }

    /// A round that began with another state though all compared before it agreed: rounds between
    /// were not kept, and one of them was computed wrongly.
    package struct Divergence: Hashable, Sendable, JSONWritable {
        /// The last compared round that agreed; `nil` when there was none.
        package var after: Int64?
        /// The round that began with another state.
        package var before: Int64
        /// The nodes that computed the rounds between.
        package var nodes: [String]

        /// Writes it.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.key("after")
            if let after { json.value(after) } else { json.null() }
            json.field("before", before)
            json.field("nodes", nodes)
            json.endObject()
        }
    }

    /// The audited run.
    package var job: String
    /// The run that did its rounds again.
    package var audit: String
    /// Rounds compared.
    package private(set) var rounds = 0
    /// Every replica of every compared round.
    package private(set) var pairs: [Pair] = []
    /// Set when the runs parted between compared rounds.
    package private(set) var divergence: Divergence?

    /// Compares what is kept of both runs.
    package init(
        job: String, audit: String, recorded: [ComputedRoundsBody], found: [ComputedRoundsBody]
    ) {
        self.job = job
        self.audit = audit
        var again: [Int64: (share: ComputedRoundsBody, round: ComputedRoundsBody.Round)] = [:]
        for piece in found {
            for round in piece.rounds { again[round.number] = (piece, round) }
        }
        var last: Int64?
        var nodesBetween: [String] = []
        for piece in recorded {
            for round in piece.rounds {
                for share in piece.shares where !nodesBetween.contains(share.node) {
                    nodesBetween.append(share.node)
                }
                guard let (share, other) = again[round.number] else { continue }
                guard round.state == other.state else {
                    divergence = Divergence(after: last, before: round.number, nodes: nodesBetween)
                    return
                }
                compare(round, piece, other, share)
                rounds += 1
                guard mismatches.isEmpty else { return }
                last = round.number
                nodesBetween = piece.shares.map(\.node)
            }
        }
    }

    private mutating func compare(
        _ round: ComputedRoundsBody.Round, _ shares: ComputedRoundsBody,
        _ other: ComputedRoundsBody.Round, _ otherShares: ComputedRoundsBody
    ) {
        for (replica, recorded) in round.deltas.enumerated() {
            let found = replica < other.deltas.count ? other.deltas[replica] : ""
            pairs.append(
                Pair(
                    round: round.number, replica: replica,
                    computedBy: shares.node(of: replica) ?? "", recorded: recorded,
                    repeatedBy: otherShares.node(of: replica) ?? "", found: found))
        }
    }

    /// The pairs that differ, all of one round.
    package var mismatches: [Pair] { pairs.suffix(1_024).filter { !$0.agrees } }

    /// Whether everything compared is the same.
    package var agrees: Bool { mismatches.isEmpty && divergence == nil }

    /// Writes everything.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("job", job)
        json.field("audit", audit)
        json.field("agrees", agrees)
        json.field("rounds", rounds)
        json.list("pairs", pairs)
        json.optional("divergence", divergence)
        json.endObject()
    }
}
