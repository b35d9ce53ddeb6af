import ClusterVocabulary
import Testing

@testable import TrainerProcess

/// Digests of what replicas computed: the same whoever computed it, and one wrong bit shows in
/// exactly the replica and round it was computed in.
struct RoundDigestTests {
    private func rounds(
        of names: [String], fault: DeltaFault? = nil, in faulty: String = "",
        _ change: (inout TrainingWork) -> Void = { _ in }
    ) throws -> [ComputedRounds] {
        let bench = try ExchangeBench(change)
        let members = try names.map { try bench.member($0) }
        for member in members where member.name == faulty { member.session.fault = fault }
        try bench.run(members)
        #expect(members.allSatisfy { $0.session.computed.isEmpty })
        #expect(members.dropFirst().allSatisfy { $0.computed.isEmpty })
        return members[0].computed
    }

    @Test func membersDoNotChangeADigest() throws {
        let alone = try rounds(of: ["a"])
        let three = try rounds(of: ["b", "c", "d"])
        #expect(alone.flatMap(\.rounds) == three.flatMap(\.rounds))
        #expect(alone.flatMap(\.rounds).count == 12)
        let deltas = alone.flatMap(\.rounds).flatMap(\.deltas)
        #expect(Set(deltas).count == deltas.count)
        #expect(three[0].shares.map(\.node.name) == ["b", "c", "d"])
        #expect(three[0].shares.map(\.firstReplica) == [0, 2, 3])
        #expect(three[0].shares.last?.endReplica == 4)
    }

    @Test func oneWrongBitShowsWhereItWasComputed() throws {
        let right = try rounds(of: ["a"]).flatMap(\.rounds)
        // Of members b and c the latter computes replica 3.
        let wrong = try rounds(of: ["b", "c"], fault: DeltaFault("4:3"), in: "c")
            .flatMap(\.rounds)
        #expect(wrong.prefix(4) == right.prefix(4))
        #expect(wrong[4].state == right[4].state)
        for replica in 0..<4 {
            #expect((wrong[4].deltas[replica] == right[4].deltas[replica]) == (replica != 3))
        }
        // From there on everything rests on it.
        for round in 5..<12 { #expect(wrong[round].state != right[round].state) }
        // The member that does not compute that replica cannot get it wrong.
        let other = try rounds(of: ["b", "c"], fault: DeltaFault("4:3"), in: "b")
        #expect(other.flatMap(\.rounds) == right)
    }

    @Test func anAuditEndsAfterItsRounds() throws {
        let bench = try ExchangeBench { $0.auditedRounds = 3 }
        let member = try bench.member("a")
        try bench.run([member])
        #expect(member.session.completeRounds == 3)
        #expect(member.computed.flatMap(\.rounds).map(\.number) == [0, 1, 2])
        // Asked for more than there is, it does what there is.
        let more = try ExchangeBench { $0.auditedRounds = 1_000 }
        let whole = try more.member("a")
        #expect(whole.session.endRound == whole.session.totalRounds)
    }

    /// A membership's rounds are told with its own members, and a report never has too many.
    @Test func roundsAreTakenByMembership() throws {
        let bench = try ExchangeBench()
        let session = try bench.member("a").session
        func members(_ name: String) -> [TermMember] {
            [
                TermMember(
                    node: NodeID(name), firstReplica: 0, endReplica: 4, lanes: 1, exchange: .none)
            ]
        }
        for number in 0..<Int64(ComputedRounds.mostRounds) {
            #expect(!session.hasFullReport)
            session.remember(.init(number: number, state: 1, deltas: [2]), of: members("a"))
        }
        #expect(session.hasFullReport)
        session.remember(.init(number: 64, state: 1, deltas: [2]), of: members("a"))
        session.remember(.init(number: 65, state: 1, deltas: [2]), of: members("b"))
        // Back to an earlier round: another piece, because rounds of one ascend.
        session.remember(.init(number: 60, state: 1, deltas: [2]), of: members("b"))
        #expect(session.computed.map { $0.rounds.count } == [64, 1, 1, 1])
    }

    @Test func faultsAreReadOrNot() {
        #expect(DeltaFault("3:1") != nil)
        for text in [nil, "", "3", "a:b", "1:2:3"] { #expect(DeltaFault(text) == nil) }
    }
}
