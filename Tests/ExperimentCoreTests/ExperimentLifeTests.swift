import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// What experiments do: trials made, ranked, ended; the end of the whole.
struct ExperimentLifeTests {
    private func accuracy(_ value: Double) -> [Metric] { [Metric("validation.accuracy", value)] }

    @Test func asManyTrialsRunAtOnceAsTheSpecSaysAndNoMoreThanTheMaximum() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        #expect(world.running.count == 4)
        var most = 0
        while !world.running.isEmpty {
            most = max(most, world.running.count)
            world.finish(0, accuracy(0.5))
        }
        #expect(most == 4)
        let record = try #require(world.records[id])
        #expect(record.state == .succeeded)
        #expect(record.reason.code == .completed)
        #expect(record.counts[.succeeded] == 20)
        #expect(world.all(id).map(\.number) == Array(1...20))
        #expect(Set(world.all(id).map(\.assignments)).count == 20)
    }

    @Test func theBestTrialOfAMaximisedMetricHasTheLargestValue() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        for value in [0.3, 0.9, 0.6] { world.finish(0, accuracy(value)) }
        #expect(world.records[id]?.best == 2)
        #expect(world.records[id]?.bestValue == 0.9)
    }

    @Test func theBestTrialOfAMinimisedMetricHasTheSmallestValue() throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(replacing: ["maximize": "minimize"]))
        for value in [0.3, 0.9, 0.1, 0.2] { world.finish(0, accuracy(value)) }
        #expect(world.records[id]?.best == 3)
        #expect(world.records[id]?.bestValue == 0.1)
    }

    @Test(arguments: ["maximize", "minimize"])
    func aTrialThatEndsWithNaNIsNeverTheBest(direction: String) throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(replacing: ["maximize": direction]))
        world.finish(0, accuracy(.nan))
        #expect(world.records[id]?.best == 0)
        world.finish(0, accuracy(0.2))
        world.finish(0, accuracy(.nan))
        world.finish(0, accuracy(.infinity))
        world.finish(0, accuracy(-.infinity))
        #expect(world.records[id]?.best == 2)
        let trials = world.all(id)
        #expect(trials[0].state == .unavailable)
        #expect(trials[0].reason.description.contains("validation.accuracy is nan"))
        #expect(world.records[id]?.counts[.unavailable] == 4)
    }

    @Test func aMetricThatWasNeverReportedIsUnavailable() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        world.finish(0, [Metric("train.loss", 0.1)])
        let trial = try #require(world.all(id).first)
        #expect(trial.state == .unavailable)
        #expect(trial.reason.description.contains("validation.accuracy was never reported"))
        #expect(trial.last("train.loss") == 0.1)
    }

    @Test func theGoalEndsTheExperimentAndItsRunningTrials() throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(
                replacing: ["direction: maximize": "direction: maximize, goal: 0.95"]))
        world.finish(1, accuracy(0.96))
        let record = try #require(world.records[id])
        #expect(record.state == .succeeded)
        #expect(record.reason.code == .goalReached)
        #expect(record.counts[.cancelled] == 3)
        #expect(world.running.isEmpty)
        #expect(world.stopped.values.allSatisfy { $0.code == .experimentEnded })
    }

    @Test func aGoalOfAMinimisedMetricIsReachedFromAbove() throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(
                replacing: ["direction: maximize": "direction: minimize, goal: 0.1"]))
        world.finish(0, accuracy(0.5))
        #expect(world.records[id]?.state == .running)
        world.finish(0, accuracy(0.05))
        #expect(world.records[id]?.reason.code == .goalReached)
    }

    @Test func moreFailuresThanAllowedEndTheExperiment() throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(replacing: ["parallel: 4": "parallel: 4, maxFailed: 2"]))
        world.finish(0, nil)
        world.finish(0, accuracy(.nan))
        #expect(world.records[id]?.state == .running)
        world.finish(0, nil)
        #expect(world.records[id]?.state == .failed)
        #expect(world.records[id]?.reason.code == .tooManyFailures)
    }

    @Test func katibEndsAtTheAllowedNumberOfFailures() throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(
                replacing: ["parallel: 4}": "parallel: 4, maxFailed: 2}\n  compat: katib"]))
        world.finish(0, nil)
        #expect(world.records[id]?.state == .running)
        world.finish(0, nil)
        #expect(world.records[id]?.state == .failed)
    }

    @Test func aGridEndsWhenAllItsPointsAreTried() throws {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(
                replacing: [
                    "random: {seed: 1}": "grid: {}",
                    "logUniform: {min: 1.0e-4, max: 1}": "categorical: [0.1, 0.2, 0.3]",
                ]))
        while !world.running.isEmpty { world.finish(0, accuracy(0.5)) }
        #expect(world.records[id]?.counts.all == 6)
        #expect(world.records[id]?.reason.code == .searchExhausted)
        #expect(Set(world.all(id).map(\.assignments)).count == 6)
    }

    @Test func raisingTheMaximumGoesOnFromWhatIsKnown() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        while !world.running.isEmpty { world.finish(0, accuracy(0.5)) }
        let few = TrialLimits(most: 20, parallel: 4, mostFailed: nil)
        guard case .refused? = world.take(.limit(id, few, trials: world.all(id))).answer else {
            Issue.record("the same maximum was accepted")
            return
        }
        let more = TrialLimits(most: 30, parallel: 2, mostFailed: nil)
        world.take(.limit(id, more, trials: world.all(id)))
        #expect(world.records[id]?.state == .running)
        #expect(world.running.count == 2)
        while !world.running.isEmpty { world.finish(0, accuracy(0.6)) }
        let record = try #require(world.records[id])
        #expect(record.counts.all == 30)
        #expect(record.resumptions == 1)
        #expect(record.best == 21)
        #expect(Set(world.all(id).map(\.assignments)).count == 30)
    }

    @Test func cancellingEndsAllTrials() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        world.take(.cancel(id))
        #expect(world.records[id]?.state == .cancelled)
        #expect(world.running.isEmpty)
        #expect(world.records[id]?.counts[.cancelled] == 4)
        world.take(.delete(id))
        #expect(world.records[id] == nil)
    }

    @Test func knownPointsComeFirst() throws {
        let points = "{lr: 0.05, hidden: [64]}, {lr: 0.5, hidden: [128, 64]}"
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(
                replacing: [
                    "  parameters:": "  enqueue: [\(points)]\n  parameters:"
                ]))
        let trials = world.all(id)
        #expect(trials[0].assignments.map(\.value) == [.number(0.05), .choice("[64]")])
        #expect(trials[1].assignments.map(\.value) == [.number(0.5), .choice("[128, 64]")])
        #expect(trials[0].origin == .enqueued)
    }

    @Test func aRefusedJobFailsItsTrialAndOneForLaterIsTriedAgain() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        world.take(.refused(id, trial: 1, Reason(.invalid, "no"), isForGood: true))
        #expect(world.all(id)[0].state == .failed)
        world.take(.refused(id, trial: 2, Reason(.diskFull, "full"), isForGood: false))
        let again = world.core.step(.wake, atWall: 5)
        #expect(again.starts.map(\.trial.number) == [2])
    }

    @Test func strategiesTurnAllReportsIntoOneValue() throws {
        for (strategy, expected) in [("last", 0.4), ("best", 0.9), ("min", 0.2), ("max", 0.9)] {
            var world = SimulatedJobs()
            let id = try world.submit(
                SimulatedJobs.specification(
                    replacing: [
                        "direction: maximize": "direction: maximize, strategy: \(strategy)"
                    ]))
            world.report(0, step: 1, 0.2)
            world.report(0, step: 2, .nan)
            world.report(0, step: 3, 0.9)
            world.finish(0, accuracy(0.4))
            #expect(world.all(id)[0].values == [expected], "\(strategy)")
        }
    }
}
