import ClusterVocabulary
import Testing

@testable import TrainerProcess

/// A member that computes long is waited for: it says that it lives. One that says nothing is not.
struct SignOfLifeTests {
    /// After a first round of one step the second is all the rest. A newcomer waits for the state
    /// while its source computes three replicas, then the source waits while the newcomer computes
    /// one: each longer than either would wait in silence.
    @Test func aComputingMemberIsWaitedFor() throws {
        let bench = try ExchangeBench {
            $0.averaging.interval = .measured
            $0.stepsPerRound = 1
            $0.averaging.choice = .init(round: 1, steps: 1_000_000)
            $0.epochs = 3_000
        }
        bench.silence = .milliseconds(500)
        let first = try bench.member("a")
        try bench.run([first], until: 1)
        let second = try bench.member("b")
        try bench.run([first, second], lanes: [3, 1])
        #expect(first.session.completeRounds == 2)
        #expect(first.session.isComplete)
        #expect(first.session.stateDigest == second.session.stateDigest)
    }

    @Test func theSilenceIsReadWithinItsBounds() {
        #expect(ExchangeLimits.silence("3") == .seconds(3))
        for text in [nil, "", "0", "3601", "-1", "x", "1.5"] {
            #expect(ExchangeLimits.silence(text) == ExchangeLimits.stallTimeout)
        }
    }
}
