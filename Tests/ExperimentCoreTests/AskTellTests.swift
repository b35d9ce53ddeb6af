import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// Programs that take trials and tell what became of them.
struct AskTellTests {
    static let document = """
        apiVersion: mlctl.dev/v1
        kind: Experiment
        metadata: {name: outside}
        spec:
          objective: {metric: score, direction: minimize}
          algorithm: {random: {seed: 3}}
          trials: {max: 10, parallel: 4}
          parameters:
            - {name: x, uniform: {min: -1, max: 1}}
            - {name: n, int: {min: 1, max: 100}}
          template: {external: {timeout: 60s}}

        """

    private func asked(_ effects: ExperimentEffects) -> [Trial] {
        guard case .trials(let trials, _, _)? = effects.answer else { return [] }
        return trials
    }

    @Test func everyTrialIsGivenAwayOnce() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification(AskTellTests.document))
        var taken: [Trial] = []
        for _ in 0..<3 { taken += asked(world.take(.ask(id, count: 2))) }
        #expect(taken.map(\.number) == [1, 2, 3, 4], "four run at most")
        #expect(Set(taken.map(\.assignments)).count == 4)
        for trial in taken {
            world.take(
                .tell(
                    id, trial: trial.number,
                    TrialTold(step: nil, metrics: [Metric("score", 1)], failure: nil)))
        }
        #expect(asked(world.take(.ask(id, count: 9))).map(\.number) == [5, 6, 7, 8])
        #expect(world.records[id]?.counts[.succeeded] == 4)
    }

    @Test func aTrialIsToldOnceAndOnlyWhenItWasGiven() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification(AskTellTests.document))
        _ = world.take(.ask(id, count: 1))
        let told = TrialTold(step: nil, metrics: [Metric("score", 1)], failure: nil)
        #expect(world.take(.tell(id, trial: 1, told)).answer == .told(stop: nil))
        guard case .refused(let again)? = world.take(.tell(id, trial: 1, told)).answer,
            case .refused(let unknown)? = world.take(.tell(id, trial: 5, told)).answer
        else {
            Issue.record("accepted")
            return
        }
        #expect(again.code == .conflict)
        #expect(unknown.code == .notFound)
    }

    @Test func aTrialNotToldInTimeFails() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification(AskTellTests.document))
        _ = world.take(.ask(id, count: 1))
        world.now += 30_000
        world.take(.wake)
        #expect(world.all(id)[0].state == .running)
        world.now += 31_000
        world.take(.wake)
        #expect(world.all(id)[0].state == .failed)
        #expect(world.all(id)[0].reason.code == .timeLimit)
    }

    @Test func failuresReportsAndTheEndAreKept() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification(AskTellTests.document))
        _ = world.take(.ask(id, count: 2))
        world.take(
            .tell(id, trial: 1, TrialTold(step: 3, metrics: [Metric("score", 2)], failure: nil)))
        world.take(.tell(id, trial: 2, TrialTold(step: nil, metrics: [], failure: "no memory")))
        try world.restart()
        #expect(world.all(id)[0].lastStep == 3)
        #expect(world.all(id)[1].reason.message == "no memory")
        world.take(
            .tell(id, trial: 1, TrialTold(step: nil, metrics: [Metric("score", 1)], failure: nil)))
        #expect(world.records[id]?.best == 1)
        #expect(asked(world.take(.ask(id, count: 10))).map(\.number) == [3, 4, 5, 6])
    }

    @Test func theLastToldTrialEndsTheExperiment() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification(AskTellTests.document))
        while true {
            let trials = asked(world.take(.ask(id, count: 4)))
            if trials.isEmpty { break }
            for trial in trials {
                world.take(
                    .tell(
                        id, trial: trial.number,
                        TrialTold(step: nil, metrics: [Metric("score", 1)], failure: nil)))
            }
        }
        #expect(world.records[id]?.state == .succeeded)
        guard case .trials(let none, _, let isOver)? = world.take(.ask(id, count: 1)).answer
        else {
            Issue.record("no answer")
            return
        }
        #expect(none.isEmpty && isOver)
    }
}
