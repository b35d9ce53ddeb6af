import ClusterVocabulary
import Foundation
import Testing

@testable import Ledger

/// Experiments and trials in the ledger.
struct LedgerExperimentTests {
    let folder: TemporaryFolder
    let store: LedgerStore

    init() throws {
        folder = try TemporaryFolder()
        store = try LedgerStore(path: folder.ledger)
    }

    static func experiment(_ number: UInt64, run: UInt32 = 1) -> ExperimentRecord {
        var record = ExperimentRecord(
            id: ExperimentID(number), namespace: "default", name: "tune", run: run, user: "ana",
            labels: [Label(key: "tier", value: "1")], idempotencyKey: "key-\(number)",
            limits: TrialLimits(most: 10, parallel: 2, mostFailed: 3), submittedAt: 5)
        record.nextTrial = 3
        record.counts[.running] = 1
        record.counts[.succeeded] = 1
        record.best = 1
        record.bestValue = 0.9
        return record
    }

    static func trial(_ number: UInt32, of experiment: UInt64, _ state: Trial.State) -> Trial {
        var trial = Trial(
            experiment: ExperimentID(experiment), number: number, job: JobID(0),
            assignments: [
                TrialAssignment("lr", .number(1e-4)), TrialAssignment("layers", .integer(-3)),
                TrialAssignment("kind", .choice("[64, 32]")),
            ], origin: .sampled, decision: "drawn from the prior", createdAt: 6)
        trial.state = state
        trial.values = [0.9, .infinity]
        trial.metrics = [Metric("validation.accuracy", 0.9)]
        trial.reports = [TrialReport(step: 1, metrics: [Metric("validation.accuracy", 0.5)])]
        trial.lastStep = 1
        trial.rung = Trial.Rung(bracket: 0, rung: 1, budget: 9)
        trial.generation = 2
        trial.parent = 1
        return trial
    }

    private func commit(_ records: [ExperimentRecord], _ trials: [Trial]) throws {
        var batch = LedgerBatch()
        batch.experiments.records = records
        batch.experiments.specifications = records.map {
            .init(experiment: $0.id, text: "spec of \($0.id)")
        }
        batch.experiments.trials = trials
        try store.commit(batch, at: 1)
    }

    @Test func experimentsAndTrialsComeBackAfterReopening() throws {
        let first = Self.experiment(1)
        let trials = [Self.trial(1, of: 1, .succeeded), Self.trial(2, of: 1, .running)]
        try commit([first], trials)
        var changed = Self.experiment(1)
        changed.counts[.running] = 0
        changed.counts[.stopped] = 1
        var batch = LedgerBatch()
        batch.experiments.records = [changed]
        batch.experiments.trials = [Self.trial(2, of: 1, .stopped)]
        try store.commit(batch, at: 2)
        #expect(try store.check().problems == [])
        try store.close()

        let again = try LedgerStore(path: folder.ledger)
        let recovered = try again.recoverExperiments()
        #expect(recovered.items.map(\.record) == [changed])
        #expect(recovered.items.first?.trials == [trials[0], Self.trial(2, of: 1, .stopped)])
        #expect(recovered.items.first?.specification == "spec of 1")
        #expect(recovered.next == ExperimentID(2))
        #expect(recovered.lastRuns == ["default/tune": 1])
        #expect(recovered.byKey == ["default/key-1": ExperimentID(1)])
        #expect(try again.specification(of: ExperimentID(1)) == "spec of 1")
    }

    @Test func aDeletedExperimentLeavesItsRunBehind() throws {
        try commit([Self.experiment(1)], [Self.trial(1, of: 1, .succeeded)])
        var batch = LedgerBatch()
        batch.experiments.deleted = [ExperimentID(1)]
        try store.commit(batch, at: 2)
        let recovered = try store.recoverExperiments()
        #expect(recovered.items.isEmpty)
        #expect(recovered.next == ExperimentID(2))
        #expect(recovered.lastRuns == ["default/tune": 1])
    }

    @Test func theDataOfAnExperimentIsNotGarbageUntilItIsDeleted() throws {
        var batch = LedgerBatch()
        batch.experiments.records = [Self.experiment(1)]
        batch.experiments.specifications = [
            .init(experiment: ExperimentID(1), text: "sha256: \"\(Fixtures.sha256)\"")
        ]
        try store.commit(batch, at: 1)
        #expect(try store.artifactReferences().contains(Fixtures.sha256))
        var deletion = LedgerBatch()
        deletion.experiments.deleted = [ExperimentID(1)]
        try store.commit(deletion, at: 2)
        #expect(try !store.artifactReferences().contains(Fixtures.sha256))
    }

    @Test func aTrialLostFromTheTableIsFound() throws {
        try commit(
            [Self.experiment(1)],
            [Self.trial(1, of: 1, .succeeded), Self.trial(2, of: 1, .running)])
        try store.close()
        try folder.tamper("DELETE FROM trial WHERE number = 1")
        let problems = try LedgerStore.check(path: folder.ledger).problems
        #expect(problems.contains { $0.contains("trials of tune-1") }, "\(problems)")
    }

    @Test func aValueThatIsNoNumberIsKept() throws {
        var trial = Self.trial(1, of: 1, .running)
        trial.values = [.nan]
        var record = Self.experiment(1)
        record.best = 0
        record.bestValue = .nan
        try commit([record], [trial])
        let recovered = try #require(try store.recoverExperiments().items.first)
        #expect(recovered.record.bestValue.isNaN)
        #expect(recovered.trials.first?.values.first?.isNaN == true)
    }
}
