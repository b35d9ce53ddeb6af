import ClusterVocabulary
import Testing

@testable import WorkerCore

/// The pool of trainers and the data sets: bounded, and nothing waits for ever.
struct WorkerPoolTests {
    private var small: WorkerConfiguration {
        var configuration = WorkerConfiguration()
        configuration.mostTrainers = 2
        return configuration
    }

    @Test func trainersAreBoundedAndTheWaitingOneIsServedWhenOneEnds() {
        var bench = WorkerBench.registered(configuration: small)
        bench.prepare(job: 1, term: 1)
        bench.prepare(job: 2, term: 1)
        #expect(bench.last.warnings.isEmpty)
        bench.prepare(job: 3, term: 1)
        #expect(bench.last.starts.isEmpty)
        #expect(bench.last.warnings.map(\.code) == [.limitReached])
        bench.step(.wake, after: 500)
        #expect(bench.last.warnings.isEmpty)
        bench.step(.trainerExited(TrainerID(1), "signal 9"))
        #expect(bench.last.starts.map(\.trainer) == [TrainerID(3)])
        bench.hello(3)
        #expect(bench.commands == ["3 prepare 1"])
        #expect(bench.worker.attempts[JobID(3)]?.trainer == TrainerID(3))
    }

    @Test func aReleasedTrainerServesTheWaitingAttempt() {
        var bench = WorkerBench.registered(configuration: small)
        bench.prepare(job: 1, term: 1)
        bench.prepare(job: 2, term: 1)
        bench.prepare(job: 3, term: 1)
        bench.step(.message(.release(WorkerBench.attempt(1))))
        bench.hello(1)
        #expect(bench.commands == ["1 prepare 1"])
        #expect(bench.worker.attempts[JobID(3)]?.trainer == TrainerID(1))
    }

    @Test func attemptsAreBounded() {
        var bench = WorkerBench.registered(configuration: small)
        for job in 1...UInt64(Heartbeat.mostHeld) {
            bench.prepare(job: job, term: 1, data: "absent")
        }
        #expect(bench.last.warnings.isEmpty)
        bench.prepare(job: 5_000, term: 1, data: "absent")
        #expect(bench.last.warnings.map(\.code) == [.limitReached])
        #expect(bench.worker.attempts.count == Heartbeat.mostHeld)
    }

    @Test func surplusWarmTrainersEnd() {
        var bench = WorkerBench.registered()
        for job in 1...4 as ClosedRange<UInt64> {
            bench.prepare(job: job, term: 1)
            bench.hello(job + 1)
        }
        var kills = 0
        for job in 1...4 as ClosedRange<UInt64> {
            bench.step(.message(.release(WorkerBench.attempt(job))))
            bench.hello(job)
            kills += bench.last.kills.count
        }
        #expect(kills == 3)
        let idle = bench.worker.trainers.values.count { $0.state == .idle }
        #expect(idle == 2)
    }

    @Test func aSetIsFetchedOnceAndItsAttemptStartsThen() {
        var bench = WorkerBench.registered(heldDatasets: [:])
        let reference = WorkerBench.order(1, 1, 1, "digits").work.data
        bench.step(.message(.stage(reference)))
        #expect(bench.last.fetches.map(\.key) == ["digits"])
        bench.prepare(term: 1)
        #expect(bench.last.fetches.isEmpty && bench.commands.isEmpty)
        bench.step(.datasetHeld(key: "digits", rows: 7))
        #expect(
            bench.last.sends == [
                .staged(DatasetStaged(key: "digits", rows: 7, isHeld: true, reason: .none))
            ])
        #expect(bench.commands == ["1 prepare 1"])
        bench.step(.message(.stage(reference)))
        #expect(bench.last.fetches.isEmpty)
        #expect(bench.last.sends.count == 1)
    }

    @Test func aFailedFetchFailsTheAttemptAndIsTriedAgain() {
        var bench = WorkerBench.registered(heldDatasets: [:])
        bench.prepare(term: 1)
        bench.step(.datasetFailed(key: "digits", Reason(.hostFault, "no link")))
        #expect(bench.statuses.map(\.failure) == [.infrastructure])
        #expect(bench.last.fetches.isEmpty)
        bench.prepare(term: 2)
        #expect(bench.last.fetches.map(\.key) == ["digits"])
        bench.step(.datasetFailed(key: "digits", Reason(.badData, "no label")))
        #expect(bench.statuses.map(\.failure) == [.job])
    }
}
