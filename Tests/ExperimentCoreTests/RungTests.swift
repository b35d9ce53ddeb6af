import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// Trials that wait at rungs and go on from there, and trials that copy others.
struct RungTests {
    private static let halving = "asha: {seed: 3, minimumBudget: 1, maximumBudget: 9, reduction: 3}"

    private func experiment(
        _ algorithm: String, trials: String = "max: 9, parallel: 3"
    ) throws -> ExperimentSpecification {
        try SimulatedJobs.specification(
            replacing: ["random: {seed: 1}": algorithm, "max: 20, parallel: 4": trials])
    }

    /// What a trial comes to at a budget: the higher its number, the better.
    private func value(_ trial: Trial) -> [Metric] {
        let budget = Double(trial.rung?.budget ?? 0)
        return [Metric("validation.accuracy", Double(trial.number) / 100 + budget / 1_000)]
    }

    @Test func aTrialWaitsAtItsRungAndFreesItsPlace() throws {
        var world = SimulatedJobs()
        let id = try world.submit(experiment(Self.halving))
        let first = world.running[0].trial
        #expect(first.rung?.budget == 1)
        world.finish(0, value(first))
        let paused = try #require(world.trials[id]?[first.number])
        #expect(paused.state == .paused)
        #expect(paused.rungs.map(\.rung.budget) == [1])
        #expect(paused.rungs.first?.job == JobID(1))
        #expect(paused.reason.message.contains("rung 0"))
        #expect(world.running.count == 3, "its place went to another trial")
        #expect(world.records[id]?.counts[.paused] == 1)
    }

    @Test func theBestThirdGoesOnUnderItsOwnNumber() throws {
        var world = SimulatedJobs()
        let id = try world.submit(experiment(Self.halving))
        while !world.running.isEmpty { world.finish(0, value(world.running[0].trial)) }
        let trials = world.all(id)
        #expect(trials.map(\.number) == Array(1...9), "no trial has two rows")
        let top = trials.filter { $0.state == .succeeded }
        for trial in top {
            #expect(trial.rungs.map(\.rung.budget) == [1, 3])
            #expect(trial.rung?.budget == 9)
        }
        #expect(!top.isEmpty)
        let placements = world.placements.values.reduce(0, +)
        let steps = trials.reduce(0) { $0 + $1.rungs.count } + top.count
        #expect(placements == steps, "a rung was run twice")
        #expect(placements >= 13, "of 9 trials 3 and then 1 go on")
        #expect(world.records[id]?.state == .succeeded)
        #expect(world.records[id]?.counts[.paused] == 9 - top.count)
        for trial in trials where trial.rung?.rung != 0 {
            #expect(trial.decision.contains("go on to"), "\(trial.decision)")
        }
    }

    @Test(arguments: ["asha", "hyperband", "bohb"], 0..<8)
    func aKilledSchedulerGoesOnWithTheRungs(name: String, seed: UInt64) throws {
        let algorithm = Self.halving.replacing("asha", with: name)
        func run(kills: Bool) throws -> [Trial] {
            var world = SimulatedJobs()
            let id = try world.submit(experiment(algorithm, trials: "max: 17, parallel: 3"))
            var chance = Chance(seed: seed)
            var events = 0
            while !world.running.isEmpty {
                events += 1
                try #require(events < 1_000)
                let index = Int(chance.next() % UInt64(world.running.count))
                let trial = world.running[index].trial
                world.finish(index, trial.number % 8 == 0 ? nil : value(trial))
                if kills { try world.restart() }
            }
            let trials = world.all(id)
            #expect(trials.map(\.number) == Array(1...17))
            for trial in trials {
                let jobs = trial.rungs.map(\.job) + [trial.job]
                let count = trial.state == .paused ? jobs.count - 1 : jobs.count
                #expect(world.placements[trial.number] == count, "a rung was run twice")
            }
            return trials
        }
        let undisturbed = try run(kills: false)
        let killed = try run(kills: true)
        #expect(undisturbed.map(\.assignments) == killed.map(\.assignments))
        #expect(undisturbed.map(\.state) == killed.map(\.state))
        for (one, other) in zip(undisturbed, killed) {
            #expect(one.rungs.map(\.rung) == other.rungs.map(\.rung))
        }
    }

    @Test func theBestIsLookedForAgainWhenItGotWorse() throws {
        var world = SimulatedJobs()
        let id = try world.submit(experiment(Self.halving, trials: "max: 3, parallel: 3"))
        for value in [0.9, 0.5, 0.4] {
            world.finish(0, [Metric("validation.accuracy", value)])
        }
        #expect(world.records[id]?.best == 1)
        #expect(world.running.map(\.trial.number) == [1])
        world.finish(0, [Metric("validation.accuracy", 0.1)])
        #expect(world.records[id]?.best == 2)
        #expect(world.records[id]?.bestValue == 0.5)
    }

    @Test func raisingTheMaximumGoesOnWithThoseThatWait() throws {
        var world = SimulatedJobs()
        let id = try world.submit(experiment(Self.halving, trials: "max: 2, parallel: 2"))
        while !world.running.isEmpty { world.finish(0, value(world.running[0].trial)) }
        #expect(world.records[id]?.counts[.paused] == 2)
        try world.restart()
        world.take(
            .limit(id, TrialLimits(most: 3, parallel: 2, mostFailed: nil), trials: world.all(id)))
        while !world.running.isEmpty { world.finish(0, value(world.running[0].trial)) }
        #expect(world.all(id).count == 3)
        #expect(world.all(id).contains { $0.rungs.count == 2 }, "one of three goes on")
    }

    @Test func aPopulationCopiesTheStateOfItsBest() throws {
        var world = SimulatedJobs()
        let text = SimulatedJobs.document.replacing(
            "- {name: hidden, categorical: [[64], [128, 64]], sets: model.mlp.hidden}",
            with: "")
        let id = try world.submit(
            SimulatedJobs.specification(
                text,
                replacing: [
                    "random: {seed: 1}": "pbt: {seed: 2, population: 4, interval: 5}",
                    "max: 20, parallel: 4": "max: 8, parallel: 4",
                ]))
        for _ in 0..<4 { world.finish(0, value(world.running[0].trial)) }
        #expect(world.running.count == 4)
        let second = world.running.map(\.trial)
        for trial in second {
            #expect(trial.rung?.budget == 10)
            #expect(trial.generation == 1)
            #expect(trial.parent > 0)
        }
        #expect(second.contains { $0.parent == 4 && $0.decision.contains("copies") })
        for trial in second {
            #expect(world.core.job(of: trial.parent, in: id) == JobID(UInt64(trial.parent)))
        }
        try world.restart()
        #expect(world.core.job(of: 4, in: id) == JobID(4))
        while !world.running.isEmpty { world.finish(0, value(world.running[0].trial)) }
        #expect(world.records[id]?.state == .succeeded)
        #expect(world.all(id).count == 8)
    }

    @Test(arguments: [
        ("hyperband: {maximumBudget: 81}", "more than the template's training.epochs"),
        ("asha: {resource: epochs}", "resource: is for commands"),
        ("pbt: {generations: 30}", "more than the template's"),
        ("pbt: {population: 4}", "cannot be searched with it"),
    ])
    func whatCannotBePausedIsRefusedWithItsReason(algorithm: String, reason: String) throws {
        let text = SimulatedJobs.document.replacing("random: {seed: 1}", with: algorithm)
        let reading = SpecificationReader.read(text, file: "tune.yaml")
        let found = reading.diagnostics.map { $0.rendered() }
        #expect(found.contains { $0.contains(reason) }, "\(found)")
    }

    @Test func aCommandIsToldItsBudget() throws {
        let command = """
            apiVersion: mlctl.dev/v1
            kind: Experiment
            metadata: {name: tune}
            spec:
              objective: {metric: accuracy, direction: maximize}
              algorithm:
                asha: {minimumBudget: 1, maximumBudget: 4, reduction: 2, resource: epochs}
              trials: {max: 4, parallel: 1}
              parameters:
                - {name: lr, uniform: {min: 0.1, max: 1}}
              template:
                apiVersion: mlctl.dev/v1
                kind: Job
                spec:
                  command: [python, t.py, --lr, "${lr}", --epochs, "${epochs}"]
                  metrics: {stdout: {}}

            """
        let specification = try SimulatedJobs.specification(command)
        let template = try #require(specification.template)
        let rendering = template.render(
            [TrialAssignment("lr", .number(0.5))], of: specification.parameters, name: "t",
            namespace: "default", budget: specification.budget(2))
        guard case .job(.command(let job)) = rendering else {
            Issue.record("\(rendering)")
            return
        }
        #expect(job.command.arguments == ["python", "t.py", "--lr", "0.5", "--epochs", "2"])
        for (change, reason) in [
            (", resource: epochs", "name the budget"),
            (", --epochs, \"${epochs}\"", "every rung would be the same"),
        ] {
            let reading = SpecificationReader.read(
                command.replacing(change, with: ""), file: "tune.yaml")
            #expect(reading.diagnostics.contains { $0.message.contains(reason) })
        }
    }
}

extension String {
    /// The text with every occurrence of another changed.
    fileprivate func replacing(_ old: String, with new: String) -> String {
        var text = self
        text.replace(old, with: new)
        return text
    }
}
