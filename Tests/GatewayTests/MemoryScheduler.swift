import AccessControl
import Artifacts
import ClusterVocabulary
import Determinism
import ExperimentCore
import Foundation
import Ledger
import Synchronization

@testable import SchedulerCore
@testable import SchedulerService

/// A scheduler without threads, sockets and disk ledger: the real core, stepped at once.
final class MemoryScheduler: SchedulerBackend {
    private struct State {
        var core: Scheduler
        var requests: UInt64 = 0
        var ticks: Int64 = 0
        var facts: [LedgerEvent] = []
        var specifications: [JobID: String] = [:]
        var computed: [JobID: [ComputedRounds]] = [:]
        var logs: [JobID: String] = [:]
        var listeners: [AsyncStream<StreamItem>.Continuation] = []
        var refusal: Reason?
        var audits: [AuditRecord] = []
    }

    let view = CommittedView()
    let artifacts: ArtifactStore
    let folder: String
    private let state: Mutex<State>

    init() throws {
        folder = NSTemporaryDirectory() + "gateway-\(UUID().uuidString)"
        artifacts = try ArtifactStore(at: folder)
        let core = Scheduler(
            configuration: SchedulerConfiguration(),
            incarnation: Incarnation(bootID: "boot", life: 1), artifactEndpoint: "inproc://none",
            at: .zero)
        state = Mutex(State(core: core))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    // MARK: What tests do

    /// Lets every further submission be refused.
    func refuseSubmissions(_ reason: Reason?) { state.withLock { $0.refusal = reason } }

    /// Registers a node with two cores and 2 GiB.
    func addNode(_ name: String) {
        let description = NodeDescription(
            node: NodeID(name), incarnation: Incarnation(bootID: "boot-\(name)", life: 1),
            capacity: ResourceAmount(milliCPU: 2_000, memoryBytes: 2 << 30), cores: 2,
            features: ["avx2"],
            fingerprints: [KernelFingerprint(coreType: "Haswell", digest: "aa")], version: "1",
            protocolVersion: NodeDescription.currentProtocol, heldDatasets: [])
        _ = step { _ in .message(NodeID(name), .register(description)) }
    }

    /// Keeps digests of a job's rounds.
    func keep(_ computed: [ComputedRounds], of job: JobID) {
        state.withLock { $0.computed[job] = computed }
    }

    /// Replaces a job's record as a commit would.
    func change(_ id: JobID, _ change: (inout JobRecord) -> Void) {
        guard var record = view.job(id) else { return }
        change(&record)
        publish(jobs: [record])
    }

    /// Shows records as a commit would.
    func publish(jobs: [JobRecord], models: [ModelRecord] = []) {
        view.update(jobs: jobs, deleted: [], models: models, nodes: nil, progress: [])
        send(jobs.map { .job($0) })
    }

    /// Makes a fact durable and shows it.
    func publish(_ fact: LedgerFact) {
        let event = state.withLock { state in
            let event = LedgerEvent(sequence: Int64(state.facts.count) + 1, fact: fact)
            state.facts.append(event)
            return event
        }
        send([.fact(event)])
    }

    /// Makes a fact durable that no listener hears of.
    func recordSilently(_ fact: LedgerFact) {
        state.withLock { state in
            state.facts.append(
                LedgerEvent(sequence: Int64(state.facts.count) + 1, fact: fact))
        }
    }

    /// Shows a progress report.
    func publish(_ progress: TrainingProgress) {
        view.update(jobs: [], deleted: [], models: [], nodes: nil, progress: [progress])
        send([.progress(progress)])
    }

    /// Appends a line to a job's log.
    func appendLog(_ job: JobID, _ line: String) {
        state.withLock { $0.logs[job, default: ""] += line + "\n" }
        send([.log(job, line)])
    }

    /// How many clients listen now.
    var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// Ends all streams, as a stopping scheduler does.
    func endStreams() {
        for listener in state.withLock({ $0.listeners }) { listener.finish() }
    }

    private func send(_ items: [StreamItem]) {
        for listener in state.withLock({ $0.listeners }) {
            for item in items { listener.yield(item) }
        }
    }

    private func step(
        _ make: (RequestToken) -> SchedulerEvent
    ) -> SchedulerEffects.Answer? {
        let (effects, jobs, nodes, facts) = state.withLock { state in
            state.requests += 1
            state.ticks += 1_000_000
            let moment = Moment(
                instant: LogicalInstant(nanoseconds: state.ticks),
                wallMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let effects = state.core.step(make(RequestToken(state.requests)), at: moment)
            let facts = effects.facts.enumerated().map { index, fact in
                LedgerEvent(
                    sequence: Int64(state.facts.count + index) + 1, fact: fact,
                    namespace: state.core.record(of: fact.job)?.namespace
                        ?? effects.finalRecords.first { $0.id == fact.job }?.namespace)
            }
            state.facts += facts
            for text in effects.specifications { state.specifications[text.job] = text.text }
            let jobs = Set(effects.changedJobs).sorted()
                .compactMap { state.core.record(of: $0) }
            return (effects, jobs, state.core.nodeSummaries(), facts)
        }
        view.update(
            jobs: jobs, deleted: effects.deletedJobs, models: effects.models, nodes: nodes,
            progress: [])
        send(facts.map { .fact($0) } + jobs.map { .job($0) })
        return effects.replies.first?.answer
    }

    // MARK: Access

    let access = AccessView()
    let serverPublicKey = String(repeating: "k", count: 40)

    func change(_ event: AccessEvent) async -> Reason? {
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        let effects = access.registry.step(event, at: now)
        access.apply([effects.changes])
        if let actor = RequestActor.current {
            record(actor.record(effects.refusal.map { "refused: \($0)" } ?? "done", at: now))
        }
        return effects.refusal
    }

    func remove(_ node: NodeID) async -> Reason? { await change(.removeNode(node)) }

    func record(_ record: AuditRecord) { state.withLock { $0.audits.append(record) } }

    func audits(user: String?, after sequence: Int64, limit: Int) throws -> [AuditEntry] {
        state.withLock { state in
            state.audits.enumerated().map { AuditEntry(sequence: Int64($0) + 1, record: $1) }
                .filter { $0.sequence > sequence && (user == nil || $0.record.user == user) }
                .prefix(limit).map { $0 }
        }
    }

    // MARK: SchedulerBackend

    func submit(_ submission: Submission) async -> SchedulerEffects.Answer {
        if let refusal = state.withLock({ $0.refusal }) { return .refused(refusal) }
        return step { .submit(submission, $0) } ?? .refused(Reason(.conflict))
    }

    func cancel(_ job: JobID) async -> SchedulerEffects.Answer {
        step { .cancel(job, $0) } ?? .refused(Reason(.conflict))
    }

    func delete(_ job: JobID) async -> SchedulerEffects.Answer {
        step { .delete(job, $0) } ?? .refused(Reason(.conflict))
    }

    func suspend(_ job: JobID, _ isSuspended: Bool) async -> SchedulerEffects.Answer {
        step { .suspend(job, isSuspended, $0) } ?? .refused(Reason(.conflict))
    }

    func assign(
        _ node: NodeID, _ assignment: NodeAssignment
    ) async -> SchedulerEffects.Answer {
        step { .assign(node, assignment, $0) } ?? .refused(Reason(.conflict))
    }

    func housekeep(removes: Bool) async throws -> HousekeepingReport {
        HousekeepingReport(
            isDone: removes, removable: [.init(what: "logs", count: 2, bytes: 10, rule: 60)],
            stored: [.init(what: "job rows", count: 3, bytes: 300)])
    }

    func request(_ action: ExperimentAction) async -> ExperimentEffects.Answer {
        .refused(Reason(.conflict, "no experiments here"))
    }

    func specification(of experiment: ExperimentID) throws -> String? { nil }

    func explain(_ job: JobID) async -> Explanation? {
        state.withLock { $0.core.explain(job) }
    }

    func specification(of job: JobID) throws -> String? {
        state.withLock { $0.specifications[job] }
    }

    func computedRounds(of job: JobID) throws -> [ComputedRounds] {
        state.withLock { $0.computed[job] ?? [] }
    }

    func events(job: JobID?, after sequence: Int64, limit: Int) throws -> [LedgerEvent] {
        state.withLock { state in
            let found = state.facts.filter {
                $0.sequence > sequence && (job == nil || $0.fact.job == job)
            }
            return Array(found.prefix(limit))
        }
    }

    func log(of job: JobID) throws -> String { state.withLock { $0.logs[job] ?? "" } }

    func output(
        of job: JobID, from: Int64, most: Int
    ) throws -> (position: Int64, bytes: [UInt8], end: Int64) {
        (0, [], 0)
    }

    func subscribe() -> AsyncStream<StreamItem> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StreamItem.self, bufferingPolicy: .bufferingNewest(64))
        state.withLock { $0.listeners.append(continuation) }
        return stream
    }

    var information: SchedulerInformation {
        SchedulerInformation(
            version: "0.1.0", incarnation: Incarnation(bootID: "boot", life: 255),
            startedAt: 1_700_000_000_000, freeBytes: 1 << 40, isDiskBelowFloor: false)
    }
}
