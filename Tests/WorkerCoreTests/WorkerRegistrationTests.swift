import ClusterVocabulary
import Determinism
import Testing

@testable import WorkerCore

/// Proof first, then registration; refusals never speed it up.
struct WorkerRegistrationTests {
    @Test func startsOneTrainerForEachCoreType() {
        let bench = WorkerBench(coreTypes: ["Haswell", "SkylakeX"])
        #expect(bench.last.starts.map(\.coreType) == ["Haswell", "SkylakeX"])
        #expect(bench.last.sends.isEmpty)
    }

    @Test func registersOnlyWhenEveryKernelIsProved() throws {
        var bench = WorkerBench(coreTypes: ["Haswell", "SkylakeX"])
        bench.step(.wake, after: 5_000)
        #expect(bench.last.sends.isEmpty)
        bench.hello(1)
        #expect(bench.last.sends.isEmpty)
        bench.hello(2, KernelFingerprint(coreType: "SkylakeX", digest: "bb"))
        guard case .register(let description)? = bench.last.sends.first else {
            Issue.record("no registration")
            return
        }
        #expect(description.fingerprints.map(\.digest) == ["aa", "bb"])
        #expect(description.heldDatasets == ["digits"])
    }

    @Test func aKernelThatNeverComesUpIsGivenUp() {
        var bench = WorkerBench(coreTypes: ["Haswell", "SkylakeX"])
        bench.hello(1)
        var starts = 0
        for trainer in 2..<20 where bench.worker.trainers[TrainerID(UInt64(trainer))] != nil {
            bench.step(.trainerExited(TrainerID(UInt64(trainer)), "signal 4"))
            starts += bench.last.starts.count
        }
        #expect(starts == WorkerConfiguration().mostStartFailures - 1)
        guard case .register(let description)? = bench.last.sends.first else {
            Issue.record("no registration")
            return
        }
        #expect(description.fingerprints.map(\.coreType) == ["Haswell"])
    }

    /// Found by the simulator (seed 3433): two hosts whose trainers had been killed five times
    /// while starting never took work again.
    @Test func aKernelThatWasGivenUpIsTriedAgainLater() {
        var bench = WorkerBench()
        for trainer in 1...5 as ClosedRange<UInt64> {
            bench.step(.trainerExited(TrainerID(trainer), "signal 9"))
        }
        bench.welcome()
        bench.step(.wake, after: 29_000)
        #expect(bench.last.starts.isEmpty)
        bench.step(.wake, after: 1_000)
        #expect(bench.last.starts.map(\.coreType) == ["Haswell"])
        bench.hello(6)
        guard case .register(let description)? = bench.last.sends.first else {
            Issue.record("the kernel that came up is not told")
            return
        }
        #expect(description.fingerprints == [WorkerBench.proof])
    }

    @Test func repeatsTheRegistrationByTheClock() {
        var bench = WorkerBench()
        bench.hello(1)
        #expect(bench.last.sends.count == 1)
        bench.step(.wake, after: 100)
        #expect(bench.last.sends.isEmpty)
        bench.step(.wake, after: 400)
        #expect(bench.last.sends.count == 1)
        #expect(!bench.worker.isRegistered)
    }

    @Test func aRefusalIsNotAnsweredAtOnce() {
        var bench = WorkerBench()
        bench.hello(1)
        for _ in 0..<10 {
            bench.step(.message(.refused(Reason(.invalid, "another protocol"))), after: 1)
            #expect(bench.last.sends.isEmpty)
            #expect(bench.last.warnings.count == 1)
        }
        bench.step(.wake, after: 500)
        #expect(bench.last.sends.count == 1)
    }

    @Test func aSchedulerThatForgotIsToldAgain() {
        var bench = WorkerBench.registered()
        bench.step(.message(.refused(Reason(.notFound, "register first"))))
        guard case .register? = bench.last.sends.first else {
            Issue.record("no registration")
            return
        }
        bench.step(.message(.refused(Reason(.notFound, "register first"))))
        #expect(bench.last.sends.isEmpty)
        bench.welcome()
        #expect(bench.worker.isRegistered)
    }

    /// A busy scheduler answers the registration of the life before: it thinks of another machine.
    @Test func aWelcomeForAnEarlierLifeIsNotTaken() {
        var bench = WorkerBench.registered()
        let own = bench.worker.description.incarnation
        bench.step(.message(.refused(Reason(.notFound, "register first"))))
        bench.welcome(Incarnation(bootID: "before", life: own.life))
        #expect(!bench.worker.isRegistered)
        bench.welcome(own)
        #expect(bench.worker.isRegistered)
    }

    @Test func tellsTheRowsOfItsSetsAfterTheWelcome() {
        let bench = WorkerBench.registered(heldDatasets: ["b": 2, "a": 1])
        let staged = bench.last.sends.compactMap { message -> String? in
            if case .staged(let staged) = message { "\(staged.key) \(staged.rows)" } else { nil }
        }
        #expect(staged == ["a 1", "b 2"])
        guard case .heartbeat? = bench.last.sends.last else {
            Issue.record("no heartbeat")
            return
        }
    }

    @Test func heartbeatsCountUpAndKeepTheInterval() {
        var bench = WorkerBench.registered()
        bench.step(.wake, after: 499)
        #expect(bench.last.sends.isEmpty)
        bench.step(.wake, after: 1)
        guard case .heartbeat(let heartbeat)? = bench.last.sends.first else {
            Issue.record("no heartbeat")
            return
        }
        #expect(heartbeat.sequence == 2)
        #expect(bench.worker.nextWake(after: bench.now) == bench.now + .milliseconds(500))
    }

    @Test func aTrainerWithOtherBitsIsNotUsed() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.hello(2, KernelFingerprint(coreType: "Haswell", digest: "other"))
        #expect(bench.last.kills == [TrainerID(2)])
        #expect(bench.last.warnings.map(\.code) == [.noFingerprint])
    }

    @Test func afterShutdownNothingIsSaid() {
        var bench = WorkerBench.registered()
        bench.prepare(term: 1)
        bench.step(.shutdown)
        #expect(bench.last.sends == [.leaving])
        #expect(bench.last.kills == [TrainerID(1), TrainerID(2)])
        #expect(!bench.worker.isStopped)
        bench.step(.message(.refused(Reason(.notFound))))
        bench.prepare(job: 2, term: 1)
        #expect(bench.last.sends.isEmpty && bench.last.starts.isEmpty)
        bench.step(.wake, after: 5_000)
        #expect(bench.last.sends.isEmpty)
        bench.step(.trainerExited(TrainerID(1), "signal 15"))
        bench.step(.trainerExited(TrainerID(2), "signal 15"))
        #expect(bench.last.sends.isEmpty && bench.last.starts.isEmpty)
        #expect(bench.worker.isStopped)
    }

    @Test func shutdownBeforeTheProofNeverRegisters() {
        var bench = WorkerBench()
        bench.step(.shutdown)
        bench.step(.trainerExited(TrainerID(1), "signal 15"))
        bench.hello(1)
        #expect(bench.last.sends.isEmpty)
    }
}
