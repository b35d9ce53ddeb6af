import ClusterVocabulary
import Foundation
import Synchronization
import Testing

@testable import Ledger

/// Faults below SQLite: torn pages, short writes, full disks, failing devices. What was
/// acknowledged stays, and every fault has its name and its way on (ARCHITECTURE, Durability).
struct LedgerFaultTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var log: String { folder.ledger + "-wal" }

    /// Remains of the ledger after a power cut, with what was acknowledged before it.
    private final class Remains: Sendable {
        struct Found {
            let folder: TemporaryFolder
            let acknowledged: UInt64
        }

        let found = Mutex<[Found]>([])
        let acknowledged = Atomic<UInt64>(0)
        private let random: Mutex<SeededGenerator>
        private let writes = Atomic<Int>(0)
        private let interval: Int

        init(seed: UInt64, every interval: Int) {
            random = Mutex(SeededGenerator(seed: seed))
            self.interval = interval
        }

        /// Takes what would be left now, at every so manieth write.
        func take(of ledger: String) {
            let number = writes.add(1, ordering: .relaxed).newValue
            guard number.isMultiple(of: interval), let other = try? TemporaryFolder() else {
                return
            }
            random.withLock { random in
                for suffix in ["", "-wal"] {
                    LossyFileSystem.shared.leaveRemains(
                        of: ledger + suffix, at: other.ledger + suffix, &random)
                }
            }
            let known = acknowledged.load(ordering: .relaxed)
            found.withLock { $0.append(Found(folder: other, acknowledged: known)) }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aPowerCutAtAnyWriteLeavesWhatWasAcknowledged(seed: UInt64) throws {
        let remains = Remains(seed: seed, every: 7)
        let ledger = folder.ledger
        // The file itself is made and synced under another name.
        try LedgerStore(path: ledger).close()
        LossyFileSystem.shared.record(folder.path) { remains.take(of: ledger) }
        let store = try LedgerStore(path: ledger)
        for number in 1...24 as ClosedRange<UInt64> {
            try store.commit(Fixtures.submission(Fixtures.job(number)), at: 1)
            remains.acknowledged.store(number, ordering: .relaxed)
            if number.isMultiple(of: 5) { try store.checkpoint() }
        }
        let found = remains.found.withLock { $0 }
        #expect(found.count > 12)
        for (index, cut) in found.enumerated() {
            let left = try LedgerStore(path: cut.folder.ledger)
            let jobs = try left.recover().jobs.map(\.id.number)
            // The commit under way may have become durable before anybody heard of it.
            let most = cut.acknowledged + 1
            #expect(
                jobs == Array(1...max(1, cut.acknowledged)).filter { $0 <= cut.acknowledged }
                    || jobs == Array(1...most),
                "seed \(seed), cut \(index): acknowledged \(cut.acknowledged), found \(jobs)")
            #expect(try left.check().isSound, "seed \(seed), cut \(index)")
            try left.close()
        }
    }

    @Test(arguments: [LossyFileSystem.WriteFault.full, .short])
    func aFullDiskIsNamedAndTheSameCommitSucceedsLater(
        fault: LossyFileSystem.WriteFault
    ) throws {
        LossyFileSystem.shared.record(folder.path)
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        let batch = Fixtures.submission(Fixtures.job(2))
        LossyFileSystem.shared.setWriteFault(log, fault)
        for _ in 0..<3 {
            let failure = ledgerError { () throws(LedgerError) in try store.commit(batch, at: 2) }
            #expect(failure == .full(path: folder.ledger))
            #expect(failure?.isRetryable == true)
            #expect(try store.recover().jobs == [Fixtures.job(1)])
        }
        LossyFileSystem.shared.setWriteFault(log, nil)
        try store.commit(batch, at: 3)
        #expect(try store.recover().jobs == [Fixtures.job(1), Fixtures.job(2)])
        #expect(try store.check().isSound)
        var random = SeededGenerator(seed: 1)
        let disk = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            LossyFileSystem.shared.leaveRemains(
                of: folder.ledger + suffix, at: disk.ledger + suffix, &random)
        }
        #expect(try LedgerStore(path: disk.ledger).recover() == store.recover())
    }

    @Test func aFailingDeviceEndsTheStore() throws {
        LossyFileSystem.shared.record(folder.path)
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission(Fixtures.job(1)), at: 1)
        LossyFileSystem.shared.setWriteFault(log, .device)
        let batch = Fixtures.submission(Fixtures.job(2))
        let failure = ledgerError { () throws(LedgerError) in try store.commit(batch, at: 2) }
        guard case .ioFailure? = failure else {
            Issue.record("named \(String(describing: failure))")
            return
        }
        LossyFileSystem.shared.setWriteFault(log, nil)
        #expect(
            ledgerError { () throws(LedgerError) in try store.commit(batch, at: 3) } == failure)
        try store.close()
        #expect(try LedgerStore(path: folder.ledger).recover().jobs == [Fixtures.job(1)])
    }

    @Test func aCheckpointThatCannotBeSyncedLosesNothing() throws {
        LossyFileSystem.shared.record(folder.path)
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission((1...40).map { Fixtures.job($0) }), at: 1)
        LossyFileSystem.shared.setFailing(folder.ledger, true)
        #expect(throws: LedgerError.self) { try store.checkpoint() }
        try store.commit(Fixtures.submission(Fixtures.job(41)), at: 2)
        for seed in 1...5 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let disk = try TemporaryFolder()
            for suffix in ["", "-wal"] {
                LossyFileSystem.shared.leaveRemains(
                    of: folder.ledger + suffix, at: disk.ledger + suffix, &random)
            }
            #expect(try LedgerStore(path: disk.ledger).recover().jobs.count == 41, "seed \(seed)")
        }
        LossyFileSystem.shared.setFailing(folder.ledger, false)
        try store.checkpoint()
        #expect(try store.recover().jobs.count == 41)
    }
}
