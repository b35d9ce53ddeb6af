import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// Experiments that go on after their end: with a higher maximum, with a wider space, or not.
struct ResumptionTests {
    private func accuracy(_ value: Double) -> [Metric] { [Metric("validation.accuracy", value)] }

    private func ended(
        _ world: inout SimulatedJobs, _ changes: [String: String] = [:]
    ) throws -> ExperimentID {
        let id = try world.submit(SimulatedJobs.specification(replacing: changes))
        var value = 0.0
        while !world.running.isEmpty {
            value += 0.01
            world.finish(0, accuracy(value))
        }
        #expect(world.records[id]?.state == .succeeded)
        return id
    }

    @Test func anExperimentThatMayNeverGoOnSaysSo() throws {
        var world = SimulatedJobs()
        let id = try ended(&world, ["  trials: {max": "  resume: never\n  trials: {max"])
        let more = TrialLimits(most: 30, parallel: 4, mostFailed: nil)
        let answer = world.take(.limit(id, more, trials: world.all(id))).answer
        guard case .refused(let reason)? = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
        #expect(reason.message.contains("warmStart: [tune-1]"))
        #expect(world.records[id]?.state == .succeeded)
        #expect(world.running.isEmpty)
    }

    @Test func aRaisedMaximumGoesOnFromWhatIsKnown() throws {
        var world = SimulatedJobs()
        let id = try ended(&world, ["random: {seed: 1}": "tpe: {seed: 1}"])
        let before = world.all(id)
        let more = TrialLimits(most: 30, parallel: 4, mostFailed: nil)
        world.take(.limit(id, more, trials: before))
        #expect(world.running.map { $0.trial.number } == [21, 22, 23, 24])
        #expect(Array(world.all(id).prefix(20)) == before)
        #expect(world.records[id]?.best == 20)
        #expect(world.records[id]?.resumptions == 1)
    }

    @Test func aWiderSpaceBeginsFromTheTrialsOfTheNarrowOne() throws {
        let tpe = ["random: {seed: 1}": "tpe: {seed: 1}"]
        var world = SimulatedJobs()
        let id = try ended(&world, tpe)
        let wider = tpe.merging(["min: 1.0e-4, max: 1": "min: 1.0e-6, max: 10"]) { $1 }
        func first(knowing known: [Trial]) throws -> Trial {
            var other = SimulatedJobs()
            try other.submit(SimulatedJobs.specification(replacing: wider), known: known)
            return try #require(other.running.first?.trial)
        }
        let blind = try first(knowing: [])
        let informed = try first(knowing: world.all(id))
        #expect(informed.decision != blind.decision, "\(informed.decision)")
        #expect(informed.assignments != blind.assignments)
    }
}
