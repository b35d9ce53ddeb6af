import ClusterVocabulary
import Foundation
import Testing

@testable import Ledger

struct AccessLedgerTests {
    let folder: TemporaryFolder
    let store: LedgerStore

    init() throws {
        folder = try TemporaryFolder()
        store = try LedgerStore(path: folder.ledger)
    }

    private let user = UserRecord(
        name: "ana", role: .user, namespace: "red", hostUser: 1_000, createdAt: 5)
    private let token = AccessToken(
        id: "t1", digest: String(repeating: "a", count: 64), user: "ana", usesLeft: nil,
        expiresAt: 99, createdBy: "root", createdAt: 6)
    private let key = NodeKey(
        node: "h1", publicKey: String(repeating: "k", count: 40), token: "t0", enrolledAt: 7)
    private let claim = ArtifactClaim(
        namespace: "red", digest: String(repeating: "b", count: 64))

    private func line(_ operation: String) -> AuditRecord {
        AuditRecord(
            at: 1, user: "ana", role: "user", origin: "127.0.0.1", operation: operation,
            target: "red/x", outcome: "done")
    }

    private func batch(_ change: (inout AccessChanges) -> Void) -> LedgerBatch {
        var changes = AccessChanges()
        change(&changes)
        var batch = LedgerBatch()
        batch.access = [changes]
        return batch
    }

    @Test func whatWasCommittedIsRecovered() throws {
        let (user, token, key, claim) = (user, token, key, claim)
        try store.commit(
            batch {
                $0.users = [user]
                $0.tokens = [token]
                $0.nodeKeys = [key]
                $0.claims = [claim, claim]
            }, at: 1)
        try store.close()
        let access = try LedgerStore(path: folder.ledger).recover().access
        #expect(access.users == [user])
        #expect(access.tokens == [token])
        #expect(access.nodeKeys == [key])
        #expect(access.claims == [claim])
    }

    @Test func removalsAreDurable() throws {
        let (user, token, key) = (user, token, key)
        try store.commit(
            batch {
                $0.users = [user]
                $0.tokens = [token]
                $0.nodeKeys = [key]
            }, at: 1)
        try store.commit(
            batch {
                $0.removedUsers = ["ana"]
                $0.removedNodes = ["h1"]
            }, at: 2)
        let access = try store.recover().access
        #expect(access.isEmpty)
    }

    @Test func theRecordIsReadInOrderAndByUser() throws {
        var batch = LedgerBatch()
        batch.audits = [line("submitJobs"), line("cancelJob")]
        try store.commit(batch, at: 1)
        var other = line("putUser")
        other.user = "root"
        batch.audits = [other]
        try store.commit(batch, at: 2)
        #expect(try store.audits(limit: 10).map(\.sequence) == [1, 2, 3])
        #expect(
            try store.audits(user: "ana", after: 1, limit: 10).map(\.record.operation) == [
                "cancelJob"
            ])
        #expect(try store.audits(limit: 2).count == 2)
        #expect(try store.check().problems == [])
    }

    @Test(arguments: [
        "UPDATE audit SET user = 'eve' WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "UPDATE audit SET outcome = '' WHERE sequence = 3",
    ])
    func aChangedRecordIsFound(_ statement: String) throws {
        var batch = LedgerBatch()
        batch.audits = [line("a"), line("b"), line("c")]
        try store.commit(batch, at: 1)
        try store.close()
        try folder.tamper(statement)
        #expect(try !LedgerStore.check(path: folder.ledger).isSound)
    }

    @Test func aBackupIsWholeWhileTheLedgerIsInUse() throws {
        for number in 1...20 {
            try store.commit(Fixtures.submission(Fixtures.job(UInt64(number))), at: 1)
        }
        let copy = folder.path + "/copy.sqlite"
        try LedgerBackup.copy(from: folder.ledger, to: copy)
        try store.commit(Fixtures.submission(Fixtures.job(21)), at: 1)
        let report = try LedgerBackup.adopt(path: copy)
        #expect(report.isSound)
        #expect(report.jobs == 20)
        // Nothing is written over.
        let again = ledgerError { () throws(LedgerError) in
            try LedgerBackup.copy(from: folder.ledger, to: copy)
        }
        #expect(again?.isUnwritable == true)
    }
}
