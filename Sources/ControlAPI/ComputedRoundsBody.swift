package import ClusterVocabulary

/// Digests of the rounds that one membership of a job computed: an element of the answer to
/// `GET /v1/jobs/{name}/rounds`. Digests are texts of 16 hexadecimal digits.
package struct ComputedRoundsBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The replicas of one member.
    package struct Share: Decodable, Hashable, Sendable, JSONWritable {
        /// The member's node.
        package var node: String
        /// The first of its replicas.
        package var firstReplica: Int
        /// One past the last of its replicas.
        package var endReplica: Int

        /// Writes the share.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("node", node)
            json.field("firstReplica", firstReplica)
            json.field("endReplica", endReplica)
            json.endObject()
        }
    }

    /// One round.
    package struct Round: Decodable, Hashable, Sendable, JSONWritable {
        /// Complete rounds before it.
        package var number: Int64
        /// The digest of the state it began with.
        package var state: String
        /// By replica, the digest of the delta it gave to the average.
        package var deltas: [String]

        /// Writes the round.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("number", number)
            json.field("state", state)
            json.field("deltas", deltas)
            json.endObject()
        }
    }

    /// Who computed which replicas.
    package var shares: [Share]
    /// The rounds, ascending.
    package var rounds: [Round]

    /// The body of rounds.
    package init(_ computed: ComputedRounds) {
        shares = computed.shares.map {
            Share(
                node: $0.node.name, firstReplica: $0.firstReplica, endReplica: $0.endReplica)
        }
        rounds = computed.rounds.map { round in
            Round(
                number: round.number, state: Self.text(round.state),
                deltas: round.deltas.map(Self.text))
        }
    }

    private static func text(_ digest: UInt64) -> String {
        let digits = String(digest, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The node that computed a replica; `nil` when nobody of these did.
    package func node(of replica: Int) -> String? {
        shares.first { $0.firstReplica <= replica && replica < $0.endReplica }?.node
    }

    /// Writes the body.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.list("shares", shares)
        json.list("rounds", rounds)
        json.endObject()
    }
}
