import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// A scheduler killed between any two commits goes on with the same search: no trial is lost, none
/// comes twice.
struct RestartTests {
    private static let algorithms = ["random: {seed: 7}", "auto: {seed: 7}", "tpe: {seed: 7}"]

    /// Runs an experiment to its end; with `kills` the scheduler restarts after random events.
    private func run(seed: UInt64, kills: Bool, algorithm: String) throws -> [Trial] {
        var world = SimulatedJobs()
        let id = try world.submit(
            SimulatedJobs.specification(
                replacing: [
                    "random: {seed: 1}": algorithm,
                    "  trials:": "  earlyStopping: {median: {minTrials: 3}}\n  trials:",
                ]))
        var chance = Chance(seed: seed)
        var steps: [JobID: Int64] = [:]
        var events = 0
        while !world.running.isEmpty {
            events += 1
            try #require(events < 10_000)
            let index = Int(chance.next() % UInt64(world.running.count))
            let job = world.running[index].job
            let number = world.running[index].trial.number
            switch chance.next() % 4 {
            case 0: world.finish(index, number % 7 == 0 ? nil : value(number))
            default:
                let step = (steps[job] ?? 0) + 1
                steps[job] = step
                world.report(index, step: step, Double(number % 5) + Double(step) / 100)
            }
            if kills, chance.next() % 3 == 0 { try world.restart() }
        }
        #expect(world.placements.values.allSatisfy { $0 == 1 }, "a trial was given two jobs")
        let trials = world.all(id)
        #expect(trials.map(\.number) == Array(1...20), "a trial is missing")
        #expect(trials.allSatisfy { $0.state != .running })
        #expect(world.records[id]?.counts.ended == 20)
        #expect(Set(trials.map(\.assignments)).count == 20, "two trials have the same values")
        return trials
    }

    private func value(_ number: UInt32) -> [Metric] {
        number % 6 == 0
            ? [Metric("validation.accuracy", .nan)]
            : [Metric("validation.accuracy", Double(number % 5) / 5)]
    }

    @Test(arguments: 0..<100)
    func aKilledSchedulerRepeatsNoTrialAndLosesNone(seed: UInt64) throws {
        _ = try run(seed: seed, kills: true, algorithm: RestartTests.algorithms[0])
    }

    @Test(arguments: 0..<10)
    func theSameTrialsComeWithAndWithoutRestarts(seed: UInt64) throws {
        var world = SimulatedJobs()
        var other = SimulatedJobs()
        let first = try world.submit(SimulatedJobs.specification())
        let second = try other.submit(SimulatedJobs.specification())
        var chance = Chance(seed: seed)
        while !world.running.isEmpty {
            let index = Int(chance.next() % UInt64(world.running.count))
            let metrics = value(world.running[index].trial.number)
            world.finish(index, metrics)
            other.finish(index, metrics)
            try other.restart()
        }
        #expect(world.all(first).map(\.assignments) == other.all(second).map(\.assignments))
        #expect(world.records[first]?.best == other.records[second]?.best)
    }

    @Test func aTrialWhoseJobWasNeverAcceptedGetsOneAfterTheRestart() throws {
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        let number: UInt32 = 3
        var lost = try #require(world.trials[id]?[number])
        world.running.removeAll { $0.trial.number == number }
        lost.job = JobID(0)
        world.trials[id]?[number] = lost
        world.placements[number] = 0
        try world.restart()
        #expect(world.placements[number] == 1)
        #expect(world.running.count == 4)
    }
}

/// Reproducible choices of a test (SplitMix64).
struct Chance {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
