import ClusterVocabulary
import Testing

@testable import Ledger

/// The ledger against a model of it kept in memory, over seeded histories.
struct LedgerRecoveryTests {
    /// What a ledger must give back after the batches so far.
    private struct Model {
        var jobs: [JobID: JobRecord] = [:]
        var nodes: [String: NodeRecord] = [:]
        var models: [ModelRecord] = []
        var nextJob: UInt64 = 1
        var runs: [String: UInt32] = [:]
        var keys: [String: JobID] = [:]
        var facts: [LedgerFact] = []
        var records = 0

        var expected: RecoveredLedger {
            var ledger = RecoveredLedger()
            ledger.jobs = jobs.values.sorted { $0.id < $1.id }
            ledger.nodes = nodes.sorted { $0.key < $1.key }.map(\.value)
            ledger.models = models.sorted { ($0.name, $0.version) < ($1.name, $1.version) }
            ledger.nextJob = JobID(nextJob)
            ledger.lastRuns = runs
            ledger.jobsByKey = keys
            ledger.recordCount = records
            ledger.lastEvent = Int64(facts.count)
            return ledger
        }

        mutating func randomBatch(_ generator: inout SeededGenerator) -> LedgerBatch {
            var batch = LedgerBatch()
            var changed: Set<JobID> = []
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<4: submit(&batch, &changed, &generator)
                case 4..<8: move(&batch, &changed, &generator)
                case 8: register(&batch, &generator)
                default: delete(&batch, changed, &generator)
                }
            }
            batch.jobs = changed.sorted().compactMap { jobs[$0] }
            facts += batch.facts
            if !batch.facts.isEmpty { records += 1 }
            return batch
        }

        private mutating func submit(
            _ batch: inout LedgerBatch, _ changed: inout Set<JobID>,
            _ generator: inout SeededGenerator
        ) {
            let name = ["digits", "tune", "größe"].randomElement(using: &generator) ?? ""
            let run = (runs["default/\(name)"] ?? 0) + 1
            let key = Bool.random(using: &generator) ? "key-\(nextJob)" : ""
            let job = Fixtures.job(nextJob, name: name, run: run, key: key)
            nextJob += 1
            runs["default/\(name)"] = run
            if !key.isEmpty { keys["default/\(key)"] = job.id }
            jobs[job.id] = job
            changed.insert(job.id)
            batch.facts.append(Fixtures.submitted(job))
            batch.specifications.append(.init(job: job.id, text: "# \(job.fullName)"))
        }

        private mutating func move(
            _ batch: inout LedgerBatch, _ changed: inout Set<JobID>,
            _ generator: inout SeededGenerator
        ) {
            guard let id = jobs.keys.sorted().randomElement(using: &generator),
                var job = jobs[id],
                let next = JobState.allCases.filter(job.state.canBecome).randomElement(
                    using: &generator)
            else { return }
            job.state = next
            job.failures += 1
            if next == .running { job.term = job.term.next }
            let kind: LedgerFact.Kind =
                switch next {
                case .pending: .requeued
                case .running: .termStarted
                case .succeeded: .succeeded
                case .failed: .failed
                case .cancelled: .cancelled
                }
            if next == .succeeded {
                let version = UInt32(models.count(where: { $0.name == job.name })) + 1
                let model = ModelRecord(
                    namespace: "default", name: job.name, version: version, job: id,
                    model: Fixtures.trained, createdAt: 1)
                models.append(model)
                batch.models.append(model)
            }
            jobs[id] = job
            changed.insert(id)
            batch.facts.append(
                Fixtures.fact(kind, job, term: next == .running ? job.term.number : nil))
        }

        private mutating func register(
            _ batch: inout LedgerBatch, _ generator: inout SeededGenerator
        ) {
            let name = "h\(Int.random(in: 1...5, using: &generator))"
            let state = NodeState.allCases.randomElement(using: &generator) ?? .ready
            let node = Fixtures.node(name, state: state)
            nodes[name] = node
            batch.nodes.append(node)
            batch.facts.append(LedgerFact(kind: .nodeRegistered, node: name, at: 1))
        }

        private mutating func delete(
            _ batch: inout LedgerBatch, _ changed: Set<JobID>, _ generator: inout SeededGenerator
        ) {
            let ended = jobs.values.filter { $0.state.isFinal && !changed.contains($0.id) }
            guard let job = ended.min(by: { $0.id < $1.id }) else { return }
            jobs[job.id] = nil
            batch.facts.append(Fixtures.fact(.deleted, job))
            batch.deletedJobs.append(job.id)
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func recoveryEqualsTheFoldOfEverythingAcknowledged(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: seed)
        var model = Model()
        var store = try LedgerStore(path: folder.ledger)
        for step in 1...40 as ClosedRange<Int64> {
            try store.commit(model.randomBatch(&generator), at: step)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0:
                try store.close()
                store = try LedgerStore(path: folder.ledger)
            case 1: try store.checkpoint()
            case 2:
                let crashed = try TemporaryFolder()
                try folder.copyLedger(to: crashed)
                let found = try LedgerStore(path: crashed.ledger)
                #expect(try found.recover() == model.expected)
                #expect(try found.check().problems == [])
            default: break
            }
            if step.isMultiple(of: 10) { #expect(try store.recover() == model.expected) }
        }
        #expect(try store.recover() == model.expected)
        #expect(try store.check().problems == [])
        #expect(try store.events(limit: .max).map(\.fact) == model.facts)
        for job in model.jobs.values {
            #expect(try store.specification(of: job.id) == "# \(job.fullName)")
            let own = model.facts.filter { $0.job == job.id }
            #expect(try store.events(job: job.id, limit: .max).map(\.fact) == own)
        }
    }
}
