import ClusterVocabulary
import Foundation
import Testing

@testable import Ledger

struct LedgerCheckTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A closed, sound ledger: job 1 succeeded, 2 running, 3 deleted.
    private func fill() throws {
        let store = try LedgerStore(path: folder.ledger)
        var jobs = (1...3).map { Fixtures.job($0) }
        try store.commit(Fixtures.submission(jobs), at: 1)
        for index in 0..<2 {
            let proposal = Fixtures.fact(.termProposed, jobs[index], term: 1)
            jobs[index].term = Term(1)
            try store.commit(LedgerBatch(facts: [proposal], jobs: [jobs[index]]), at: 2)
            try store.commit(
                Fixtures.change(&jobs[index], to: .running, .termStarted, term: 1), at: 3)
        }
        var end = Fixtures.change(&jobs[0], to: .succeeded, .succeeded)
        end.models = [Fixtures.model(1, of: jobs[0].id)]
        end.nodes = [Fixtures.node("h1")]
        try store.commit(end, at: 4)
        try store.commit(Fixtures.change(&jobs[2], to: .cancelled, .cancelled), at: 5)
        try store.commit(
            LedgerBatch(facts: [Fixtures.fact(.deleted, jobs[2])], deletedJobs: [jobs[2].id]),
            at: 6)
        try store.close()
    }

    private func problems(after statements: String) throws -> [String] {
        try fill()
        #expect(try LedgerStore.check(path: folder.ledger).isSound)
        try folder.tamper(statements)
        return try LedgerStore.check(path: folder.ledger).problems
    }

    @Test func aSoundLedgerReportsItsContent() throws {
        try fill()
        let report = try LedgerStore.check(path: folder.ledger)
        #expect(report.problems == [])
        #expect(report.schemaVersion == LedgerSchema.version)
        #expect(report.journalMode == "wal")
        #expect(report.synchronous == "FULL")
        #expect(report.records == 8)
        #expect(report.events == 10)
        #expect(report.jobs == 3)
        #expect(report.deletedJobs == 1)
    }

    @Test func aRunningSchedulersLedgerCanBeChecked() throws {
        let store = try LedgerStore(path: folder.ledger)
        for number in 1...20 as ClosedRange<UInt64> {
            try store.commit(Fixtures.submission(Fixtures.job(number)), at: 1)
            let report = try LedgerStore.check(path: folder.ledger)
            #expect(report.isSound)
            #expect(report.jobs == Int(number))
            if number == 10 { try store.checkpoint() }
        }
        #expect(try store.recover().jobs.count == 20)
        #expect(try store.check() == LedgerStore.check(path: folder.ledger))
    }

    @Test func aCheckChangesNothing() throws {
        try fill()
        let url = URL(fileURLWithPath: folder.ledger)
        let before = try Data(contentsOf: url)
        _ = try LedgerStore.check(path: folder.ledger)
        #expect(try Data(contentsOf: url) == before)
        let again = try LedgerStore(path: folder.ledger)
        #expect(try again.recover().jobs.count == 2)
    }

    @Test func placesWithoutALedgerAreErrors() throws {
        #expect(throws: LedgerError.missing(path: folder.ledger)) {
            try LedgerStore.check(path: folder.ledger)
        }
        #expect(throws: LedgerError.isDirectory(path: folder.path)) {
            try LedgerStore.check(path: folder.path)
        }
        try Data("mlctl".utf8).write(to: URL(fileURLWithPath: folder.ledger))
        let error = ledgerError { () throws(LedgerError) in
            _ = try LedgerStore.check(path: folder.ledger)
        }
        #expect(error?.isDamage == true)
    }

    @Test(arguments: [
        ("UPDATE job SET state = 2 WHERE id = 1", "its row and its record differ"),
        ("UPDATE job SET name = 'x' WHERE id = 2", "its row and its record differ"),
        ("UPDATE job SET deleted = 1 WHERE id = 2", "its history says otherwise"),
        ("UPDATE job SET deleted = 0 WHERE id = 3", "its history says otherwise"),
        ("DELETE FROM job WHERE id = 2", "the history knows 3 jobs, the table has 2"),
        ("DELETE FROM job WHERE id = 2", "job 3 is digits-3, not the next run"),
        ("DELETE FROM job WHERE id = 2", "a row of event names a row of job that is not there"),
        ("UPDATE job SET body = x'00' WHERE id = 1", "the bytes of job 1 have changed"),
        ("DELETE FROM specification WHERE job = 1", "job 1 has no specification"),
        ("DELETE FROM record WHERE sequence = 4", "record 4 is missing; record 5 follows"),
        ("UPDATE record SET facts = x'0801' WHERE sequence = 4", "the bytes of record 4"),
        ("DELETE FROM event WHERE sequence = 6", "event 6 is not fact 0 of record 4"),
        ("UPDATE event SET job = 1 WHERE sequence = 6", "event 6 is not fact 0 of record 4"),
        (
            """
            INSERT INTO event (sequence, record, position, job, kind, at)
            SELECT 11, record, position, job, kind, at FROM event WHERE sequence = 10
            """, "events follow after the last fact"
        ),
        ("UPDATE model SET version = 2", "model digits@2 is not the next version"),
        ("UPDATE node SET checksum = 0", "the bytes of node h1 have changed"),
        ("UPDATE setting SET value = 'NORMAL'", "synchronous is NORMAL, not FULL"),
        ("PRAGMA journal_mode = DELETE", "the journal mode is delete, not wal"),
    ])
    func whatAnotherHandChangedIsFound(change: String, finding: String) throws {
        let problems = try problems(after: change)
        #expect(problems.contains { $0.contains(finding) }, "\(problems)")
    }

    @Test func anIllegalHistoryIsFound() throws {
        let store = try LedgerStore(path: folder.ledger)
        var job = Fixtures.job(1)
        try store.commit(Fixtures.submission(job), at: 1)
        try store.commit(Fixtures.change(&job, to: .running, .termStarted, term: 3), at: 2)
        try store.commit(Fixtures.change(&job, to: .running, .termStarted, term: 2), at: 3)
        try store.commit(Fixtures.change(&job, to: .failed, .failed), at: 4)
        try store.commit(Fixtures.change(&job, to: .running, .termStarted, term: 4), at: 5)
        try store.commit(Fixtures.submission(Fixtures.job(3, run: 3)), at: 6)
        let problems = try store.check().problems
        #expect(
            problems == [
                "job 1 went back from term 3 to 2",
                "job 1 went from Failed to Running, which is not legal",
                "job 3 is digits-3, not the next run",
            ])
    }

    @Test func aJobThatWasNeverSubmittedIsFound() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(LedgerBatch(jobs: [Fixtures.job(1)]), at: 1)
        var second = Fixtures.job(2)
        try store.commit(Fixtures.change(&second, to: .running, .termStarted, term: 1), at: 2)
        #expect(
            try store.check().problems == [
                "job 2 begins with TermStarted, not with Submitted",
                "job 1 has a row but was never submitted", "job 1 has no specification",
                "job 2 has no specification",
            ])
    }

    @Test func recordsThatChangedPlacesAreFound() throws {
        let store = try LedgerStore(path: folder.ledger)
        let job = Fixtures.job(1)
        try store.commit(Fixtures.submission(job), at: 1)
        for word in ["suspended", "resumed"] {
            var fact = Fixtures.fact(.suspensionChanged, job)
            fact.reason = Reason(.requested, word)
            try store.commit(LedgerBatch(facts: [fact]), at: 2)
        }
        try store.close()
        #expect(try LedgerStore.check(path: folder.ledger).isSound)
        // Each is whole by itself and fits its event; only the chain tells their order.
        try folder.tamper(
            """
            UPDATE record SET sequence = 9 WHERE sequence = 3;
            UPDATE record SET sequence = 3 WHERE sequence = 2;
            UPDATE record SET sequence = 2 WHERE sequence = 9;
            """)
        #expect(
            try LedgerStore.check(path: folder.ledger).problems.first
                == "the history is broken: the bytes of record 2 have changed")
    }

    @Test func aRecordBehindItsFactsIsFound() throws {
        let store = try LedgerStore(path: folder.ledger)
        var job = Fixtures.job(1)
        try store.commit(Fixtures.submission(job), at: 1)
        job.state = .running
        let started = Fixtures.fact(.termStarted, job, term: 2)
        try store.commit(LedgerBatch(facts: [started]), at: 2)
        #expect(
            try store.check().problems == [
                "job 1 is Pending, its history says Running",
                "job 1 is in term 0, its history says 2",
            ])
    }

    @Test func theListOfProblemsIsBounded() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(LedgerBatch(jobs: (1...300).map { Fixtures.job($0) }), at: 1)
        let problems = try store.check().problems
        #expect(problems.count == LedgerCheckReport.mostProblems)
        #expect(problems.last == "there are more problems")
    }
}
