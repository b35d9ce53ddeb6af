import ClusterVocabulary
import ControlAPI
import Testing

@testable import Client

/// What an audit says of two runs' digests.
struct JobAuditTests {
    /// Rounds of two replicas, computed by the nodes in turn.
    private func kept(
        _ numbers: [Int64], by nodes: [String] = ["h1", "h2"], wrong: [Int64: Int] = [:],
        otherStateFrom: Int64 = .max
    ) -> [ComputedRoundsBody] {
        let shares = nodes.enumerated().map { index, node in
            ComputedRounds.Share(
                node: NodeID(node), firstReplica: nodes.count == 1 ? 0 : index,
                endReplica: nodes.count == 1 ? 2 : index + 1)
        }
        let rounds = numbers.map { number in
            ComputedRounds.Round(
                number: number, state: number >= otherStateFrom ? 9 : UInt64(number),
                deltas: (0..<2).map { wrong[number] == $0 ? 7 : UInt64(number * 2) + UInt64($0) })
        }
        return [ComputedRoundsBody(ComputedRounds(shares: shares, rounds: rounds))]
    }

    private func audit(
        _ recorded: [ComputedRoundsBody], _ found: [ComputedRoundsBody]
    ) -> JobAudit {
        JobAudit(job: "digits-1", audit: "digits-1-audit-1", recorded: recorded, found: found)
    }

    @Test func equalRunsAgree() {
        let result = audit(kept([0, 1, 2]), kept([0, 1, 2, 3], by: ["h3"]))
        #expect(result.agrees)
        #expect(result.rounds == 3)
        #expect(result.pairs.count == 6)
        let text = JobAuditText.text(result)
        let rows = text.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(rows.contains(["h1", "h3", "3", "3", "0"]), "\(text)")
        #expect(text.contains("3 rounds, 6 pairs of round and replica of digits-1"))
        #expect(text.contains("all the same"))
    }

    @Test func aWrongReplicaNamesItsWorker() {
        let recorded = kept([0, 1, 2, 3], wrong: [2: 1], otherStateFrom: 3)
        let result = audit(recorded, kept([0, 1, 2, 3], by: ["h3"]))
        #expect(!result.agrees)
        #expect(result.divergence == nil)
        #expect(result.mismatches.count == 1)
        #expect(result.mismatches.first?.round == 2)
        #expect(result.mismatches.first?.computedBy == "h2")
        let text = JobAuditText.text(result)
        #expect(
            text.contains(
                "round 2, replica 1: h2 computed 0000000000000007, h3 gets 0000000000000005"))
        #expect(text.contains("mlctl node cordon h2, then mlctl rerun --exact digits-1"))
    }

    /// Rounds between were not kept: those who computed them are named.
    @Test func runsThatPartBetweenKeptRoundsSayWhere() {
        let recorded =
            kept([0, 10]) + kept([20, 30], by: ["h4"], otherStateFrom: 20)
        let result = audit(recorded, kept([0, 10, 20, 30], by: ["h3"]))
        #expect(!result.agrees)
        #expect(result.divergence?.after == 10)
        #expect(result.divergence?.before == 20)
        #expect(result.divergence?.nodes == ["h1", "h2", "h4"])
        #expect(JobAuditText.finding(result).contains("between round 10 and round 20"))
        #expect(result.jsonText.contains("\"agrees\":false"))
    }

    @Test func roundsThatOnlyOneRunKeptAreNotCompared() {
        let result = audit(kept([0, 2, 4]), kept([1, 2, 3]))
        #expect(result.rounds == 1)
        #expect(result.agrees)
        #expect(audit(kept([0]), []).rounds == 0)
    }
}
