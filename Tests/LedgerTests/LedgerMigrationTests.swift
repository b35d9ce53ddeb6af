import ClusterVocabulary
import Foundation
import GRDB
import Testing

@testable import Ledger

/// Ledgers of older releases are read, copied before they change, and refused by older programs.
struct LedgerMigrationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes the ledger that the first release left behind: three jobs, one of them trained.
    private func restoreFirstRelease() throws {
        let stored = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Stored/ledger-version-1.sql")
        var configuration = Configuration()
        // Tables stand in the order of their names, not of their references.
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: folder.ledger, configuration: configuration)
        let text = try String(contentsOf: stored, encoding: .utf8)
        try queue.write { try $0.execute(sql: text) }
        try queue.close()
    }

    @Test func theLedgerOfTheFirstReleaseIsRead() throws {
        try restoreFirstRelease()
        let store = try LedgerStore(path: folder.ledger)
        let recovered = try store.recover()
        #expect(recovered.jobs.map(\.fullName) == ["digits-1", "rate-1", "rate-2"])
        #expect(recovered.jobs[0].state == .succeeded)
        #expect(recovered.models.map(\.name) == ["digits"])
        #expect(recovered.nodes.map(\.description.node.name) == ["h1"])
        #expect(recovered.access.isEmpty)
        let report = try store.check()
        #expect(report.problems == [])
        #expect(report.schemaVersion == LedgerSchema.version)
        try store.commit(Fixtures.submission(Fixtures.job(recovered.nextJob.number)), at: 1)
        try store.close()
    }

    @Test func aCopyIsMadeBeforeTheChange() throws {
        try restoreFirstRelease()
        try LedgerStore(path: folder.ledger).close()
        let copy = LedgerMigration.copyPath(of: folder.ledger, version: 1)
        let queue = try DatabaseQueue(path: copy)
        let (version, jobs) = try queue.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA user_version"),
                try Int.fetchOne(database, sql: "SELECT count(*) FROM job")
            )
        }
        try queue.close()
        #expect(version == 1)
        #expect(jobs == 3)
        // A second start changes nothing more.
        let before = try Data(contentsOf: URL(fileURLWithPath: copy))
        try LedgerStore(path: folder.ledger).close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == before)
    }

    @Test func anOlderProgramNamesTheCopy() throws {
        try restoreFirstRelease()
        try LedgerStore(path: folder.ledger).close()
        let copy = LedgerMigration.copyPath(of: folder.ledger, version: 1)
        // What a program of the first release knows, and finds.
        #expect(LedgerMigration.copy(of: folder.ledger, readableBy: 1) == copy)
        let refusal = LedgerError.newerVersion(
            path: folder.ledger, found: 2, newestKnown: 1, copy: copy)
        #expect(refusal.description.contains(copy))
        // This program, before a ledger of a later one.
        try folder.tamper("PRAGMA user_version = 99")
        let error = ledgerError { () throws(LedgerError) in
            _ = try LedgerStore(path: folder.ledger)
        }
        #expect(error?.description.contains(copy) == true)
    }

    @Test func aFreshLedgerIsTheSameAsAMigratedOne() throws {
        func schema(_ path: String) throws -> [String] {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read {
                try String.fetchAll(
                    $0, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            }
        }
        try restoreFirstRelease()
        try LedgerStore(path: folder.ledger).close()
        let fresh = try TemporaryFolder()
        try LedgerStore(path: fresh.ledger).close()
        #expect(try schema(folder.ledger) == schema(fresh.ledger))
    }

    @Test func stepsFollowEachOther() {
        let versions = LedgerMigration.all.map(\.version)
        #expect(versions == Array(2..<(2 + versions.count)))
    }
}
