import ClusterVocabulary
import Foundation
import Testing

@testable import Ledger

/// What housekeeping asks a ledger: how large it is, and which files it names.
struct LedgerGrowthTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func everyTableIsCounted() throws {
        let store = try LedgerStore(path: folder.ledger)
        try store.commit(Fixtures.submission((1...10).map { Fixtures.job($0) }), at: 1)
        let growth = try store.growth()
        #expect(growth.tables.first { $0.name == "job" }?.rows == 10)
        #expect(growth.tables.first { $0.name == "record" }?.rows == 1)
        #expect(growth.tables.allSatisfy { $0.rows == 0 || $0.bytes > 0 })
        #expect(growth.fileBytes > 10_000)
        #expect(growth.curvePoints == 0)
    }

    @Test func digestsOfWhatIsThereAreNamed() throws {
        let store = try LedgerStore(path: folder.ledger)
        var job = Fixtures.job(1)
        try store.commit(Fixtures.submission(job), at: 1)
        let other = String(repeating: "ab", count: 32)
        let second = LedgerBatch(
            facts: [Fixtures.submitted(Fixtures.job(2))], jobs: [Fixtures.job(2)],
            specifications: [.init(job: JobID(2), text: "data: sha256:\(other)\n")])
        try store.commit(second, at: 2)
        #expect(try store.artifactReferences().isSuperset(of: [Fixtures.sha256, other]))
        for number in [1, 2] as [UInt64] {
            job = Fixtures.job(number)
            try store.commit(Fixtures.change(&job, to: .cancelled, .cancelled), at: 3)
            let gone = LedgerFact(kind: .deleted, job: job.id, at: 4, state: .cancelled)
            try store.commit(LedgerBatch(facts: [gone], deletedJobs: [job.id]), at: 4)
        }
        #expect(try store.artifactReferences().isEmpty, "deleted jobs need no files")
    }

    @Test func digestsBesideOtherDigitsAreFound() {
        let digest = String(repeating: "0123456789abcdef", count: 4)
        for text in [digest, "2@\(digest)2", "f\(digest)", "\(digest)0\n", "x:\(digest)\u{0}"] {
            var found: Set<String> = []
            DigestScan.collect(Array(text.utf8), into: &found)
            #expect(found.contains(digest), "\(text)")
        }
        var none: Set<String> = []
        DigestScan.collect(Array(digest.dropLast().utf8), into: &none)
        #expect(none.isEmpty)
    }

    @Test func anOperatorsDecisionComesBack() throws {
        let store = try LedgerStore(path: folder.ledger)
        var node = Fixtures.node("h1")
        node.assignment = NodeAssignment(
            duty: .draining, user: "ana", decidedAt: 5_000, graceSeconds: 600)
        let fact = LedgerFact(
            kind: .nodeAssigned, node: "h1", at: 5_000, reason: Reason(.drained, "by ana"))
        try store.commit(LedgerBatch(facts: [fact], nodes: [node, Fixtures.node("h2")]), at: 5)
        try store.close()
        let again = try LedgerStore(path: folder.ledger)
        #expect(try again.recover().nodes == [node, Fixtures.node("h2")])
        #expect(try again.check().isSound)
    }
}
