import ClusterVocabulary
import Foundation
import GRDB
import Testing

@testable import Ledger

struct LedgerOpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func opening(_ path: String? = nil) -> LedgerError? {
        let path = path ?? folder.ledger
        return ledgerError { () throws(LedgerError) in
            let store = try LedgerStore(path: path)
            try store.close()
        }
    }

    /// A closed ledger with some content.
    private func fill(jobs: Int = 100) throws {
        let store = try LedgerStore(path: folder.ledger)
        for number in 1...UInt64(jobs) {
            try store.commit(Fixtures.submission(Fixtures.job(number)), at: 1)
        }
        try store.close()
    }

    @Test func aSecondOpeningIsRefusedAndNamesTheHolder() throws {
        let holder = try LedgerStore(path: folder.ledger)
        let error = opening()
        #expect(error == .held(path: folder.ledger, process: getpid()))
        #expect(
            error?.description.contains("held by another process (pid \(getpid()))") == true)
        try holder.close()
        #expect(opening() == nil)
    }

    @Test func theLockOfAnotherProcessIsSeen() throws {
        try fill(jobs: 1)
        let ready = folder.path + "/ready"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = [
            "--no-fork", folder.ledger + ".lock", "sh", "-c", "touch '\(ready)'; exec sleep 60",
        ]
        try process.run()
        defer { process.terminate() }
        for _ in 0..<500 where !FileManager.default.fileExists(atPath: ready) {
            usleep(10_000)
        }
        guard case .held = opening() else {
            Issue.record("the ledger was opened under another process's lock")
            return
        }
    }

    @Test func aFailedOpeningGivesTheLockBack() throws {
        try Data("not a database at all, but long enough for a header".utf8).write(
            to: URL(fileURLWithPath: folder.ledger))
        #expect(opening()?.isDamage == true)
        try FileManager.default.removeItem(atPath: folder.ledger)
        #expect(opening() == nil)
    }

    @Test func aFolderIsRefused() {
        #expect(opening(folder.path) == .isDirectory(path: folder.path))
    }

    @Test func aPlaceThatCannotBeWrittenIsRefused() throws {
        #expect(opening(folder.path + "/none/ledger.sqlite")?.isUnwritable == true)
        #expect(opening("/proc/ledger.sqlite")?.isUnwritable == true)
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        #expect(opening(folder.path + "/file/ledger.sqlite")?.isUnwritable == true)
    }

    @Test func aNetworkFileSystemIsRefusedBeforeAnythingIsWritten() throws {
        let error = ledgerError { () throws(LedgerError) in
            _ = try LedgerStore(path: folder.ledger, fileSystem: { _ in "nfs4" })
        }
        #expect(error == .networkFileSystem(path: folder.ledger, kind: "nfs4"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let kind = try #require(FileSystemKind.type(ofFolder: "/proc"))
        #expect(kind == "proc")
        #expect(!FileSystemKind.isNetwork(kind))
        let mounts =
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:52 / /n rw shared:1 - nfs h:/x rw"
        #expect(FileSystemKind.type(ofDevice: 52, mounts: mounts) == "nfs")
        #expect(FileSystemKind.type(ofDevice: 0x801, mounts: mounts) == "ext4")
        #expect(FileSystemKind.type(ofDevice: 0x802, mounts: mounts + "\n\n1 2 8:2 -") == nil)
    }

    @Test func aNewerVersionIsRefusedAndLeftAlone() throws {
        try fill(jobs: 1)
        try folder.tamper("PRAGMA user_version = 99")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.ledger))
        #expect(
            opening()
                == .newerVersion(
                    path: folder.ledger, found: 99, newestKnown: LedgerSchema.version))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)) == before)
        let refusal = LedgerError.newerVersion(
            path: folder.ledger, found: 99, newestKnown: LedgerSchema.version)
        #expect(throws: refusal) {
            try LedgerStore.check(path: folder.ledger)
        }
    }

    @Test func aDatabaseOfSomethingElseIsRefused() throws {
        let queue = try DatabaseQueue(path: folder.ledger)
        try queue.write { try $0.execute(sql: "CREATE TABLE recipe (name TEXT)") }
        try queue.close()
        #expect(opening() == .foreign(path: folder.ledger))
    }

    @Test(arguments: [4_096, 40_960])
    func aFileWithOverwrittenPagesIsRefused(offset: UInt64) throws {
        try fill()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder.ledger))
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(repeating: 0xAA, count: 20_000))
        try handle.close()
        #expect(opening()?.isDamage == true)
        // Without its schema a file cannot be checked; with it the check lists what is wrong.
        var report: LedgerCheckReport?
        let error = ledgerError { () throws(LedgerError) in
            report = try LedgerStore.check(path: folder.ledger)
        }
        #expect(error?.isDamage == true || report?.isSound == false)
    }

    @Test func aSingleChangedByteOfARecordIsFound() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        try store.close()
        let url = URL(fileURLWithPath: folder.ledger)
        var bytes = try Data(contentsOf: url)
        // The label's value stands in the encoded record alone; SQLite has no checksum over it.
        let place = try #require(bytes.range(of: Data("blue".utf8)))
        bytes[place.lowerBound] ^= 0x01
        try bytes.write(to: url)
        let again = try LedgerStore(path: folder.ledger)
        #expect(
            throws: LedgerError.damaged(
                path: folder.ledger, detail: "the bytes of job 1 have changed")
        ) { try again.recover() }
        #expect(try !again.check().isSound)
    }

    @Test func aHalfWrittenFileIsRefused() throws {
        try fill()
        let size = try #require(
            FileManager.default.attributesOfItem(atPath: folder.ledger)[.size] as? Int)
        for length in [size / 2, size - 4_096, 4_096, 60] {
            let copy = try TemporaryFolder()
            try folder.copyLedger(to: copy)
            #expect(truncate(copy.ledger, off_t(length)) == 0)
            #expect(opening(copy.ledger)?.isDamage == true, "cut to \(length) of \(size)")
        }
    }

    @Test func anEmptyFileIsNotTakenForANewLedger() throws {
        try Data().write(to: URL(fileURLWithPath: folder.ledger))
        #expect(opening() == .damaged(path: folder.ledger, detail: "the file has only 0 bytes"))
    }

    @Test func aLogWithoutItsFileIsNotTakenForANewLedger() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        let crashed = try TemporaryFolder()
        try folder.copyLedger(to: crashed)
        try FileManager.default.removeItem(atPath: crashed.ledger)
        #expect(opening(crashed.ledger)?.isDamage == true)
        #expect(FileManager.default.fileExists(atPath: crashed.ledger + "-wal"))
    }

    @Test func aHalfMadeNewLedgerIsMadeAgain() throws {
        try Data("half".utf8).write(to: URL(fileURLWithPath: folder.ledger + ".new"))
        #expect(opening() == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.ledger + ".new"))
    }

    @Test func curvesOfAnEarlierLedgerAreNotTakenOver() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.appendPoints([
            CurvePoint(job: JobID(1), attempt: 1, round: 1, epoch: 0, name: "loss", value: 1, at: 1)
        ])
        try store.close()
        try FileManager.default.removeItem(atPath: folder.ledger)
        let fresh = try LedgerStore(path: folder.ledger)
        #expect(try fresh.curve(job: JobID(1)).isEmpty)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/metrics.sqlite.old"))
    }
}
