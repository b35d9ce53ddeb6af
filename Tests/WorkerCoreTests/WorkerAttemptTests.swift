import ClusterVocabulary
import Testing

@testable import WorkerCore

/// Attempts: each command is idempotent by (attempt, term), and every loss is said again.
struct WorkerAttemptTests {
    @Test func prepareTakesTheWarmTrainerAndWarmsAnother() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        #expect(bench.commands == ["1 prepare 1"])
        #expect(bench.last.starts.map(\.trainer) == [TrainerID(2)])
        let held = bench.heartbeat()
        #expect(held.map(\.phase) == [.starting])
        #expect(held.map(\.term) == [Term(1)])
    }

    @Test func aRepeatedPrepareIsAnsweredNotRepeated() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.prepare(term: 1)
        #expect(bench.commands.isEmpty && bench.statuses.isEmpty)
        bench.report(1, .prepared, term: 1)
        #expect(bench.statuses.map(\.phase) == [.prepared])
        bench.prepare(term: 1)
        #expect(bench.commands.isEmpty)
        #expect(bench.statuses.map(\.phase) == [.prepared])
    }

    @Test func aTrainerThatDoesNotAnswerIsKilled() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.step(.wake, after: 59_000)
        #expect(bench.last.kills.isEmpty)
        bench.step(.wake, after: 2_000)
        #expect(bench.last.kills == [TrainerID(1)])
        bench.step(.wake, after: 2_000)
        #expect(bench.last.kills.isEmpty)
        bench.step(.trainerExited(TrainerID(1), "signal 9"))
        #expect(bench.statuses.map(\.phase) == [.failed])
    }

    /// A job that is over takes no checkpoint, so what a failing trainer left is stored first.
    @Test func aFailureIsToldWhenItsCheckpointIsStored() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.report(1, .prepared, term: 1)
        bench.go(term: 1)
        let written = CheckpointWritten(
            attempt: WorkerBench.attempt(),
            checkpoint: CheckpointReference(round: 1, digest: "c", byteCount: 9))
        bench.step(.report(TrainerID(1), .checkpoint(written)))
        #expect(bench.last.checkpoints.map(\.isStored) == [true])
        bench.report(1, .failed, term: 1)
        #expect(bench.statuses.isEmpty && bench.last.kills.isEmpty)
        #expect(bench.heartbeat().map(\.phase) == [.training])
        bench.step(.checkpointStored(written, nil))
        #expect(bench.last.sends.first == .checkpointed(written))
        #expect(bench.statuses.map(\.reason.message) == ["assertion"])
        #expect(bench.last.kills == [TrainerID(1)])
    }

    @Test func aFailureIsToldWithItsWordsWhenTheTrainerIsGoneMeanwhile() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.report(1, .prepared, term: 1)
        let written = CheckpointWritten(
            attempt: WorkerBench.attempt(),
            checkpoint: CheckpointReference(round: 1, digest: "c", byteCount: 9))
        bench.step(.report(TrainerID(1), .checkpoint(written)))
        bench.report(1, .failed, term: 1)
        bench.step(.trainerExited(TrainerID(1), "signal 9"))
        #expect(bench.statuses.map(\.reason.message) == ["assertion"])
        bench.step(.checkpointStored(written, Reason(.hostFault, "no room")))
        #expect(bench.statuses.isEmpty)
    }

    @Test func aTrainerThatAnsweredMayTrainAsLongAsItLikes() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.report(1, .prepared, term: 1)
        bench.go(term: 1)
        bench.step(.wake, after: 3_600_000)
        #expect(bench.last.kills.isEmpty)
        bench.prepare(term: 2)
        bench.step(.wake, after: 61_000)
        #expect(bench.last.kills == [TrainerID(1)])
    }

    @Test func aNewerTermIsForwardedAnOlderIgnored() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 2)
        bench.report(1, .prepared, term: 2)
        bench.prepare(term: 3)
        #expect(bench.commands == ["1 prepare 3"])
        bench.prepare(term: 2)
        #expect(bench.commands.isEmpty && bench.statuses.isEmpty)
        bench.report(1, .prepared, term: 2)
        #expect(bench.statuses.isEmpty)
        bench.report(1, .prepared, term: 3)
        #expect(bench.statuses.map(\.term) == [Term(3)])
    }

    @Test func aNewerTermForATrainerThatIsNotUpYetIsWhatItGets() {
        var bench = WorkerBench.registered()
        bench.prepare(job: 1, term: 1)
        bench.prepare(job: 2, term: 1)
        bench.prepare(job: 2, term: 2)
        #expect(bench.commands.isEmpty)
        bench.hello(2)
        #expect(bench.commands == ["2 prepare 2"])
    }

    @Test func goIsTakenOnceAndOnlyForItsTerm() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.go(term: 1)
        #expect(bench.commands.isEmpty)
        bench.report(1, .prepared, term: 1)
        bench.go(term: 1)
        #expect(bench.commands == ["1 go 1"])
        bench.report(1, .training, term: 1)
        bench.go(term: 1)
        #expect(bench.commands.isEmpty)
        bench.prepare(term: 2)
        bench.go(term: 1)
        bench.go(attempt: 2, term: 2)
        #expect(bench.commands.isEmpty)
    }

    @Test func releaseFreesTheTrainerForTheNext() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.hello(2)
        bench.step(.message(.release(WorkerBench.attempt())))
        #expect(bench.commands == ["1 release 1"])
        #expect(bench.heartbeat().isEmpty)
        bench.report(1, .finished, term: 1)
        #expect(bench.statuses.isEmpty)
        bench.hello(1)
        #expect(bench.worker.trainers[TrainerID(1)]?.state == .idle)
        bench.step(.message(.release(WorkerBench.attempt())))
        #expect(bench.commands.isEmpty)
    }

    @Test func aTrainerThatDoesNotLetGoIsKilled() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.step(.message(.release(WorkerBench.attempt())))
        bench.step(.wake, after: 2_000)
        #expect(bench.last.kills.isEmpty)
        bench.step(.wake, after: 1)
        #expect(bench.last.kills == [TrainerID(1)])
        bench.hello(1)
        #expect(bench.worker.trainers[TrainerID(1)]?.state == .dying)
        bench.step(.trainerExited(TrainerID(1), "signal 9"))
        #expect(bench.statuses.isEmpty)
        #expect(bench.worker.trainers[TrainerID(1)] == nil)
    }

    @Test func aReleaseOfAnOlderAttemptIsIgnored() {
        var bench = WorkerBench.registered()
        bench.prepare(attempt: 2, term: 4)
        bench.step(.message(.release(WorkerBench.attempt(1, 1))))
        #expect(bench.commands.isEmpty)
        #expect(bench.heartbeat().map(\.attempt.number) == [2])
    }

    @Test func aNewAttemptReplacesTheOldOne() {
        var bench = WorkerBench.registered()
        bench.prepare(attempt: 1, term: 1)
        bench.hello(2)
        bench.prepare(attempt: 2, term: 2)
        #expect(bench.commands == ["1 release 1", "2 prepare 2"])
        bench.report(1, .finished, attempt: 1, term: 1)
        #expect(bench.statuses.isEmpty)
        bench.prepare(attempt: 1, term: 1)
        #expect(bench.commands.isEmpty)
    }

    @Test func aTrainerThatDiesFailsItsAttemptUntilANewTerm() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.hello(2)
        bench.step(.trainerExited(TrainerID(1), "signal 11"))
        #expect(bench.statuses.map(\.failure) == [.program])
        #expect(bench.statuses.first?.reason.message.contains("signal 11") == true)
        #expect(bench.heartbeat().map(\.phase) == [.failed])
        bench.prepare(term: 1)
        #expect(bench.statuses.map(\.phase) == [.failed])
        #expect(bench.commands.isEmpty)
        bench.prepare(term: 2)
        #expect(bench.commands == ["2 prepare 2"])
        #expect(bench.heartbeat().map(\.phase) == [.starting])
    }

    @Test func aFailureThatCrossesANewTermIsNotLost() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.prepare(term: 2)
        bench.report(1, .failed, term: 1)
        #expect(bench.statuses.map(\.phase) == [.failed])
        #expect(bench.statuses.map(\.term) == [Term(2)])
        #expect(bench.last.kills == [TrainerID(1)])
        bench.step(.trainerExited(TrainerID(1), "signal 9"))
        #expect(bench.statuses.isEmpty)
    }

    @Test func publishIsCarriedOutOnceAndAnsweredEveryTime() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.step(.message(.publish(WorkerBench.attempt())))
        #expect(bench.last.stores.isEmpty)
        bench.report(1, .finished, term: 1)
        bench.step(.message(.publish(WorkerBench.attempt())))
        #expect(bench.last.stores.map(\.model.weightsDigest) == ["w"])
        bench.step(.message(.publish(WorkerBench.attempt())))
        #expect(bench.last.stores.isEmpty)
        bench.step(.modelStoreFailed(WorkerBench.attempt(), Reason(.hostFault, "no link")))
        #expect(bench.last.warnings.count == 1)
        bench.step(.message(.publish(WorkerBench.attempt())))
        #expect(bench.last.stores.count == 1)
        bench.step(.modelStored(WorkerBench.attempt()))
        #expect(bench.statuses.map(\.phase) == [.published])
        #expect(bench.statuses.first?.model?.weightsDigest == "w")
        bench.step(.message(.publish(WorkerBench.attempt())))
        #expect(bench.last.stores.isEmpty)
        #expect(bench.statuses.map(\.phase) == [.published])
    }

    @Test func aStoreThatEndsDuringANewTermDoesNotBlockTheNext() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.report(1, .finished, term: 1)
        bench.step(.message(.publish(WorkerBench.attempt())))
        bench.prepare(term: 2)
        bench.report(1, .prepared, term: 2)
        bench.step(.modelStored(WorkerBench.attempt()))
        #expect(bench.statuses.isEmpty)
        bench.report(1, .finished, term: 2)
        bench.step(.message(.publish(WorkerBench.attempt())))
        #expect(bench.last.stores.count == 1)
    }

    @Test func progressMovesTheHeartbeat() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.report(1, .training, term: 1)
        let progress = TrainingProgress(
            attempt: WorkerBench.attempt(), term: Term(1), completeRounds: 9, totalRounds: 20,
            stateDigest: "nine", samples: 1, samplesPerSecond: 1, trainLoss: 1, epoch: 0,
            metrics: [])
        bench.step(.report(TrainerID(1), .progress(progress)))
        #expect(bench.last.sends == [.progress(progress)])
        #expect(bench.heartbeat().map(\.completeRounds) == [9])
    }
}
