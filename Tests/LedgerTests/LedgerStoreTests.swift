import ClusterVocabulary
import Foundation
import Testing

@testable import Ledger

struct LedgerStoreTests {
    let folder: TemporaryFolder
    let store: LedgerStore

    init() throws {
        folder = try TemporaryFolder()
        store = try LedgerStore(path: folder.ledger)
    }

    @Test func aNewLedgerIsEmptyAndSound() throws {
        #expect(try store.recover() == RecoveredLedger())
        #expect(try store.check().isSound)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.ledger)
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test func whatWasCommittedIsRecoveredAfterReopening() throws {
        var first = Fixtures.job(1, key: "k1")
        let second = Fixtures.job(2, name: "other", run: 1)
        var batch = Fixtures.submission(first, second)
        batch.nodes = [Fixtures.node("h2"), Fixtures.node("h1", state: .left)]
        try store.commit(batch, at: 1)
        try store.commit(Fixtures.change(&first, to: .running, .termStarted, term: 1), at: 2)
        var end = Fixtures.change(&first, to: .succeeded, .succeeded)
        end.models = [Fixtures.model(1, of: first.id)]
        try store.commit(end, at: 3)
        try store.close()

        let again = try LedgerStore(path: folder.ledger)
        let recovered = try again.recover()
        #expect(recovered.jobs == [first, second])
        #expect(recovered.nodes.map(\.description.node.name) == ["h1", "h2"])
        #expect(recovered.nodes.first?.state == .left)
        #expect(recovered.models == [Fixtures.model(1, of: first.id)])
        #expect(recovered.nextJob == JobID(3))
        #expect(recovered.lastRuns == ["default/digits": 1, "default/other": 1])
        #expect(recovered.jobsByKey == ["default/k1": first.id])
        #expect(recovered.recordCount == 3)
        #expect(recovered.lastEvent == 4)
        #expect(try again.specification(of: first.id) == "kind: TrainJob # 1\n")
        #expect(try again.specification(of: JobID(99)) == nil)
        #expect(try again.specification(of: JobID(.max)) == nil)
        #expect(try again.check().isSound)
    }

    @Test func aDeletedJobKeepsItsNumberRunKeyAndFacts() throws {
        var job = Fixtures.job(7, run: 1, key: "once")
        try store.commit(Fixtures.submission(job), at: 1)
        try store.commit(Fixtures.change(&job, to: .cancelled, .cancelled), at: 2)
        try store.commit(
            LedgerBatch(facts: [Fixtures.fact(.deleted, job)], deletedJobs: [job.id]), at: 3)

        let recovered = try store.recover()
        #expect(recovered.jobs.isEmpty)
        #expect(recovered.nextJob == JobID(8))
        #expect(recovered.lastRuns == ["default/digits": 1])
        #expect(recovered.jobsByKey == ["default/once": job.id])
        let kinds = try store.events(job: job.id, limit: 10).map(\.fact.kind)
        #expect(kinds == [.submitted, .cancelled, .deleted])
        let counts = try store.counts()
        #expect(counts.jobs == 0)
        #expect(counts.deletedJobs == 1)
        #expect(try store.check().isSound)
        #expect(
            ledgerError { () throws(LedgerError) in
                try store.commit(Fixtures.submission(Fixtures.job(8, run: 1)), at: 4)
            }?.isRejection == true, "the run number of a deleted job is not given again")
    }

    @Test func eventsComeInOrderAndPageByPage() throws {
        var job = Fixtures.job(1)
        let other = Fixtures.job(2)
        try store.commit(Fixtures.submission(job, other), at: 1)
        try store.commit(
            LedgerBatch(facts: [LedgerFact(kind: .nodeRegistered, node: "h1", at: 3)]), at: 2)
        try store.commit(Fixtures.change(&job, to: .running, .termStarted, term: 1), at: 3)

        let all = try store.events(limit: 100)
        #expect(all.map(\.sequence) == [1, 2, 3, 4])
        #expect(all.map(\.fact.kind) == [.submitted, .submitted, .nodeRegistered, .termStarted])
        #expect(all[0].fact == Fixtures.submitted(job))
        #expect(try store.events(after: 1, limit: 2) == Array(all[1...2]))
        #expect(try store.events(job: job.id, limit: 100) == [all[0], all[3]])
        #expect(try store.events(job: job.id, after: 1, limit: 100) == [all[3]])
        #expect(try store.events(limit: -1).isEmpty)
        #expect(try store.events(job: JobID(.max), limit: 5).isEmpty)
    }

    @Test func aBatchThatBreaksARuleLeavesNothingBehind() throws {
        let known = Fixtures.job(1, run: 1, key: "k")
        try store.commit(Fixtures.submission(known), at: 1)
        let before = try store.recover()
        var unreadable = Fixtures.job(2)
        unreadable.samplesPerSecond = .nan
        let bad: [(String, LedgerBatch)] = [
            ("same run", Fixtures.submission(Fixtures.job(2), Fixtures.job(3, run: 1))),
            ("same key", Fixtures.submission(Fixtures.job(2, key: "k"))),
            ("unknown job", LedgerBatch(facts: [Fixtures.submitted(Fixtures.job(9))])),
            ("model of nobody", LedgerBatch(models: [Fixtures.model(1, of: JobID(9))])),
            ("deletes nobody", LedgerBatch(jobs: [Fixtures.job(2)], deletedJobs: [JobID(9)])),
            ("number too large", LedgerBatch(jobs: [Fixtures.job(.max, run: 3)])),
            ("spec of nobody", LedgerBatch(specifications: [.init(job: JobID(9), text: "")])),
            ("spec twice", LedgerBatch(specifications: [.init(job: JobID(1), text: "")])),
            ("cannot be read again", Fixtures.submission(unreadable)),
        ]
        for (name, batch) in bad {
            let error = ledgerError { () throws(LedgerError) in try store.commit(batch, at: 2) }
            #expect(error?.isRejection == true, "\(name): \(String(describing: error))")
            #expect(error?.isFatal == false, "\(name)")
        }
        #expect(try store.recover() == before)
        try store.commit(Fixtures.submission(Fixtures.job(2)), at: 3)
        #expect(try store.check().isSound)
    }

    @Test func anEmptyBatchWritesNothing() throws {
        try store.commit(LedgerBatch(), at: 1)
        #expect(try store.counts().records == 0)
    }

    @Test func countsTellRowsAndBytes() throws {
        var batch = Fixtures.submission((1...50).map { Fixtures.job($0) })
        batch.nodes = [Fixtures.node("h1")]
        try store.commit(batch, at: 1)
        let counts = try store.counts()
        #expect(counts.jobs == 50)
        #expect(counts.specifications == 50)
        #expect(counts.events == 50)
        #expect(counts.records == 1)
        #expect(counts.nodes == 1)
        #expect(counts.models == 0)
        #expect(counts.ledgerBytes > 50 * 200)
        #expect(counts.metricsBytes > 0)
    }

    @Test func aClosedStoreRefusesEverything() throws {
        try store.close()
        let closed = LedgerError.closed(path: folder.ledger)
        let batch = Fixtures.submission(Fixtures.job(1))
        #expect(throws: closed) { try store.commit(batch, at: 1) }
        #expect(throws: closed) { try store.recover() }
        #expect(throws: closed) { try store.events(limit: 1) }
        #expect(throws: closed) { try store.check() }
        #expect(throws: closed) { try store.checkpoint() }
        #expect(throws: LedgerError.self) { try store.counts() }
        #expect(throws: LedgerError.self) { try store.curve(job: JobID(1)) }
        try store.close()
    }

    @Test func readsSeeCommittedStateWhileTheWriterGoesOn() async throws {
        let store = store
        let reading = Task.detached {
            var seen = 0
            while seen < 200, !Task.isCancelled {
                let recovered = try store.recover()
                // Each commit has two jobs: a half-visible one would be odd.
                #expect(recovered.jobs.count.isMultiple(of: 2))
                #expect(recovered.jobs.count >= seen)
                seen = recovered.jobs.count
            }
        }
        defer { reading.cancel() }
        for number in 1...100 as ClosedRange<UInt64> {
            try store.commit(
                Fixtures.submission(Fixtures.job(2 * number - 1), Fixtures.job(2 * number)), at: 1)
            if number.isMultiple(of: 10) { try store.checkpoint() }
        }
        try await reading.value
    }
}

extension LedgerError {
    var isRejection: Bool { if case .rejected = self { true } else { false } }
    var isDamage: Bool { if case .damaged = self { true } else { false } }
    var isUnwritable: Bool { if case .notWritable = self { true } else { false } }
}
