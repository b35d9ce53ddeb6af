import ClusterVocabulary
import ExperimentCore
import Testing

@testable import JobSpecification

/// Trials that are ended early, by what they and others report.
struct EarlyStoppingDrivenTests {
    private func experiment(_ rule: String) throws -> ExperimentSpecification {
        try SimulatedJobs.specification(
            replacing: ["  trials:": "  earlyStopping: \(rule)\n  trials:"])
    }

    @Test func aTrialBelowItsPeersFreesItsPlaceAtOnce() throws {
        var world = SimulatedJobs()
        let id = try world.submit(experiment("{asha: {min: 2, reduction: 2}}"))
        world.report(0, step: 2, 0.9)
        world.report(1, step: 2, 0.1)
        let trial = world.all(id)[1]
        #expect(trial.state == .stopped)
        #expect(trial.reason.code == .stoppedEarly)
        #expect(trial.reason.message.contains("rung of step 2"))
        #expect(world.stopped.count >= 1)
        #expect(world.running.count == 4, "its place went to another trial")
        #expect(world.all(id).contains { $0.number == 5 })
        #expect(world.records[id]?.best == 0, "what was stopped has no model to be best with")
    }

    @Test func reportsOfStepsAlreadyKnownAreNotCountedAgain() throws {
        var world = SimulatedJobs()
        let id = try world.submit(experiment("{asha: {min: 2, reduction: 2}}"))
        world.report(0, step: 2, 0.9)
        world.report(0, step: 1, 0.1)
        world.report(0, step: 2, 0.1)
        #expect(world.all(id)[0].reports.map(\.step) == [2])
        #expect(world.all(id)[0].state == .running)
    }

    @Test func reportsAreThinnedAtTheirBound() throws {
        var trial = Trial(
            experiment: ExperimentID(1), number: 1, job: JobID(1), assignments: [],
            origin: .sampled, decision: "", createdAt: 0)
        var world = SimulatedJobs()
        let id = try world.submit(SimulatedJobs.specification())
        for step in 1...1_000 { world.report(0, step: Int64(step), Double(step)) }
        trial = world.all(id)[0]
        #expect(trial.reports.count <= Trial.mostReports)
        #expect(trial.reports.first?.step == 1)
        #expect(trial.reports.last?.step == 1_000)
    }

    @Test func theLastRungIsTheTemplatesLastEpoch() throws {
        let specification = try experiment("{asha: {min: 2}}")
        #expect(specification.earlyStopping?.number("max") == 10)
    }
}
