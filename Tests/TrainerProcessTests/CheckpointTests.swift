import ClusterVocabulary
import Foundation
import LinearAlgebra
import Testing

@testable import TrainerProcess

/// Stopping anywhere and going on from a checkpoint gives the bits of not stopping.
struct CheckpointTests {
    private func write(_ member: BenchMember, _ bench: ExchangeBench) throws -> String {
        let path = "\(bench.folder)/\(member.name).checkpoint"
        let contents = CheckpointFile.Contents(
            job: bench.attempt.job.number, round: member.session.completeRounds,
            trailer: member.session.trailer)
        _ = try CheckpointFile.write(contents, member.session.state.elements, to: path)
        return path
    }

    private func resume(_ member: BenchMember, _ path: String, job: UInt64 = 1) throws {
        let contents = try CheckpointFile.read(path, job: job, into: member.session.state)
        member.session.adopt(round: contents.round, trailer: contents.trailer)
    }

    /// Momentum, outer velocity, running losses and the digest chain are all part of it.
    @Test(arguments: AveragingModeTests.modes)
    func goingOnGivesTheBitsOfNotStopping(mode: AveragingModeTests.Mode) throws {
        let bench = try ExchangeBench(mode.change)
        let whole = try bench.member("whole")
        try bench.run([whole])
        let total = whole.session.totalRounds
        for stop in Set([1, total / 2, total - 1]) where stop > 0 && stop < total {
            let first = try bench.member("first\(stop)")
            try bench.run([first], until: stop)
            let path = try write(first, bench)
            let next = try bench.member("next\(stop)")
            try resume(next, path)
            let other = try bench.member("other\(stop)")
            try bench.run([next, other])
            #expect(next.session.stateDigest == whole.session.stateDigest)
            #expect(next.session.trailer == whole.session.trailer)
            #expect(other.session.stateDigest == whole.session.stateDigest)
        }
    }

    @Test func damagedAndForeignFilesAreRefusedAndChangeNothing() throws {
        let bench = try ExchangeBench()
        let member = try bench.member("a")
        try bench.run([member], until: 2)
        let path = try write(member, bench)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let fresh = try bench.member("b")
        // The round stands in the header, under the SHA-256 of the whole file alone.
        for place in [0, 9, 25, CheckpointFile.headerBytes + 2, bytes.count - 1] {
            var changed = bytes
            changed[place] ^= 0x10
            try changed.write(to: URL(fileURLWithPath: "\(path).bad"))
            #expect(throws: CheckpointFile.Problem.self) {
                try resume(fresh, "\(path).bad")
            }
        }
        let header = CheckpointFile.headerBytes
        for count in [0, 1, header - 1, header, bytes.count - 1] {
            try bytes.prefix(count).write(to: URL(fileURLWithPath: "\(path).bad"))
            #expect(throws: (any Error).self) { try resume(fresh, "\(path).bad") }
        }
        #expect(throws: CheckpointFile.Problem.self) { try resume(fresh, path, job: 2) }
        #expect(throws: (any Error).self) { try resume(fresh, "\(path).missing") }
        #expect(fresh.session.completeRounds == -1)
        #expect(fresh.session.state.elements.allSatisfy { $0 == 0 })
    }

    /// What a divergence leaves when nothing was written yet: the state before the last round that
    /// was fine, unless that is the seed's.
    @Test func theLastGoodStateIsKeptWhenNothingElseIs() throws {
        let bench = try ExchangeBench { $0.averaging.checkpointSeconds = 60 }
        let member = try bench.member("a")
        let places = TrainerPlaces(
            setPath: "", exchangeFolder: bench.folder, modelFolder: "\(bench.folder)/model",
            exchangeAddress: "", exchangePort: 0, node: NodeID("a"), hostID: "bench")
        var prepare = PrepareTraining(
            attempt: bench.attempt, term: Term(1), work: bench.work, coreType: "Haswell", lanes: 1,
            jobName: "bench-1")
        let writer = CheckpointWriter(prepare, places: places)
        try bench.run([member], until: 1)
        #expect(writer.keepLast() == nil)
        writer.remember(member.session)
        let good = member.session.stateDigest
        try bench.run([member], until: 2)
        let written = try #require(try writer.keepLast()?.get())
        #expect(written.checkpoint.round == 1)
        let next = try bench.member("next")
        try resume(next, places.checkpointPath(afterRounds: 1))
        #expect(next.session.stateDigest == good)
        #expect(writer.keepLast() == nil, "written twice")
        prepare.checkpoint = written.checkpoint
        let later = CheckpointWriter(prepare, places: places)
        later.remember(member.session)
        #expect(later.keepLast() == nil, "the one before is good enough")
    }

    /// Written beside training every two rounds, reported, and each one whole.
    @Test func checkpointsAreWrittenWhileTrainingGoesOn() throws {
        let bench = try ExchangeBench { work in
            work.averaging.checkpointRounds = 2
            work.epochs = 12
        }
        let member = try bench.member("a")
        let places = TrainerPlaces(
            setPath: "", exchangeFolder: bench.folder, modelFolder: "\(bench.folder)/model",
            exchangeAddress: "", exchangePort: 0, node: NodeID("a"), hostID: "bench")
        let prepare = PrepareTraining(
            attempt: bench.attempt, term: Term(1), work: bench.work, coreType: "Haswell", lanes: 1,
            jobName: "bench-1")
        let writer = CheckpointWriter(prepare, places: places)
        var written: [CheckpointWritten] = []
        for round in 1...5 {
            try bench.run([member], until: Int64(round))
            writer.considerWriting(member.session)
            let deadline = ContinuousClock.now + .seconds(10)
            while round % 2 == 0, ContinuousClock.now < deadline {
                guard let outcome = writer.finished() else { continue }
                written.append(try outcome.get())
                break
            }
        }
        #expect(written.map(\.checkpoint.round) == [2, 4])
        let whole = try bench.member("whole")
        try bench.run([whole])
        for report in written {
            let next = try bench.member("next\(report.checkpoint.round)")
            try resume(
                next, places.checkpointPath(afterRounds: report.checkpoint.round))
            #expect(next.session.completeRounds == report.checkpoint.round)
            try bench.run([next])
            #expect(next.session.stateDigest == whole.session.stateDigest)
        }
    }
}
