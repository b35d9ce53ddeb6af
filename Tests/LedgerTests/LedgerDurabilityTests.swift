import ClusterVocabulary
import Foundation
import GRDB
import Testing

@testable import Ledger

struct LedgerDurabilityTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theWriterSyncsEveryCommit() throws {
        let store = try LedgerStore(path: folder.ledger)
        let settings = try LedgerSettings.ofWriter(store.pool)
        #expect(settings.synchronous == 2, "GRDB's pool leaves NORMAL (1) behind")
        #expect(settings.journalMode == "wal")
        #expect(settings.foreignKeys == 1)
        #expect(settings.automaticCheckpoint == 0)
        #expect(try store.check().synchronous == "FULL")
    }

    @Test func settingsThatCouldLoseACommitAreRefused() throws {
        let store = try LedgerStore(path: folder.ledger)
        let changes = [
            "PRAGMA synchronous = NORMAL", "PRAGMA synchronous = OFF",
            "PRAGMA foreign_keys = OFF", "PRAGMA wal_autocheckpoint = 1000",
        ]
        for change in changes {
            let settings = try store.pool.writeWithoutTransaction { database in
                let before = try LedgerSettings(database)
                try before.requireDurable(path: folder.ledger)
                try database.execute(sql: change)
                defer {
                    try? database.execute(
                        sql: """
                            PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                            PRAGMA wal_autocheckpoint = 0;
                            """)
                }
                return try LedgerSettings(database)
            }
            #expect(throws: LedgerError.self, "\(change)") {
                try settings.requireDurable(path: folder.ledger)
            }
        }
    }

    @Test func aWriterLeftAtNormalShowsInTheCheck() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        let report = try store.check()
        #expect(report.synchronous == "NORMAL")
        #expect(!report.isSound)
    }

    @Test func aPowerCutLosesNothingAcknowledged() throws {
        let survivor = try TemporaryFolder()
        LossyFileSystem.shared.watch(folder.path, survivor: survivor.path)
        let store = try LedgerStore(path: folder.ledger)
        for number in 1...12 as ClosedRange<UInt64> {
            try store.commit(Fixtures.submission(Fixtures.job(number)), at: 1)
            if number == 6 { try store.checkpoint() }
            // What the disk holds now, without anything written since its last sync.
            let disk = try TemporaryFolder()
            try survivor.copyLedger(to: disk)
            let found = try LedgerStore(path: disk.ledger)
            #expect(try found.recover() == store.recover(), "after commit \(number)")
            try found.close()
        }
        #expect(LossyFileSystem.shared.syncCount(folder.ledger + "-wal") >= 12)
    }

    @Test func aFailedSyncEndsTheStore() throws {
        let survivor = try TemporaryFolder()
        LossyFileSystem.shared.watch(folder.path, survivor: survivor.path)
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        LossyFileSystem.shared.setFailing(folder.ledger + "-wal", true)
        let batch = Fixtures.submission(Fixtures.job(2))
        let failure = ledgerError { () throws(LedgerError) in try store.commit(batch, at: 2) }
        #expect(failure?.isFatal == true)
        #expect(failure?.isRetryable == false)
        // The disk works again, but what it lost meanwhile nobody knows: no second try.
        LossyFileSystem.shared.setFailing(folder.ledger + "-wal", false)
        #expect(
            ledgerError { () throws(LedgerError) in try store.commit(batch, at: 3) } == failure)
        try store.close()
        let again = try LedgerStore(path: folder.ledger)
        #expect(try again.recover().jobs.first == Fixtures.job(1))
        #expect(try again.check().isSound)
    }

    @Test func aCrashAtAnyCommitKeepsWhatWasAcknowledged() throws {
        let store = try LedgerStore(path: folder.ledger)
        for number in 1...30 as ClosedRange<UInt64> {
            try store.commit(Fixtures.submission(Fixtures.job(number)), at: 1)
            if number.isMultiple(of: 7) { try store.checkpoint() }
            let crashed = try TemporaryFolder()
            try folder.copyLedger(to: crashed)
            let found = try LedgerStore(path: crashed.ledger)
            #expect(try found.recover() == store.recover())
            #expect(try found.check().isSound)
        }
    }

    @Test func aTornLastWriteLosesOnlyWhatWasNotAcknowledged() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        let acknowledged = try store.recover()
        let log = folder.ledger + "-wal"
        let length = LedgerDoor.byteCount(of: log)
        try store.commit(Fixtures.submission(Fixtures.job(2)), at: 2)
        let longer = LedgerDoor.byteCount(of: log)
        for cut in stride(from: length, to: longer, by: 1_371) {
            let crashed = try TemporaryFolder()
            try folder.copyLedger(to: crashed)
            #expect(truncate(crashed.ledger + "-wal", off_t(cut)) == 0)
            let found = try LedgerStore(path: crashed.ledger)
            #expect(try found.recover() == acknowledged, "cut at \(cut)")
        }
    }

    @Test func aFullDiskIsRetryableAndTheSameCommitSucceedsLater() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        let before = try store.recover()
        try store.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let batch = Fixtures.submission((2...200).map { Fixtures.job($0) })
        for _ in 0..<3 {
            let failure = ledgerError { () throws(LedgerError) in try store.commit(batch, at: 2) }
            #expect(failure == .full(path: folder.ledger))
            #expect(failure?.isRetryable == true)
            #expect(try store.recover() == before)
        }
        try store.pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        try store.commit(batch, at: 3)
        #expect(try store.recover().jobs.count == 200)
        #expect(try store.check().isSound)
    }

    @Test func aLockedLedgerIsRetryable() throws {
        let store = try LedgerStore(path: folder.ledger)
        let other = try DatabaseQueue(path: folder.ledger)
        let batch = Fixtures.submission(Fixtures.job(1))
        try other.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            let failure = ledgerError { () throws(LedgerError) in try store.commit(batch, at: 1) }
            #expect(failure == .busy(path: folder.ledger))
            #expect(failure?.isRetryable == true)
            try database.execute(sql: "ROLLBACK")
        }
        try store.commit(batch, at: 2)
        #expect(try store.recover().jobs == [Fixtures.job(1)])
    }

    @Test func aCheckpointMovesTheLogIntoTheFile() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission((1...300).map { Fixtures.job($0) }), at: 1)
        let before = LedgerDoor.byteCount(of: folder.ledger)
        let result = try store.checkpoint()
        #expect(result.pages > 0)
        #expect(result.copiedPages == result.pages)
        #expect(LedgerDoor.byteCount(of: folder.ledger) > before)
        let log = LedgerDoor.byteCount(of: folder.ledger + "-wal")
        // After a checkpoint the log starts anew instead of growing.
        try store.commit(Fixtures.submission(Fixtures.job(301)), at: 2)
        #expect(LedgerDoor.byteCount(of: folder.ledger + "-wal") == log)
    }
}
