import Artifacts
import ClusterVocabulary
import Foundation
import Testing

@testable import SchedulerService

/// A model is published when the store holds it, not when a worker says so.
struct PublishedModelsTests {
    @Test func onlyTheStoreMakesAModelPublished() throws {
        let folder = NSTemporaryDirectory() + "mlctl-test-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try ArtifactStore(at: folder)
        let models = PublishedModels(store: store)
        let kept = try store.put([1, 2, 3]).hex
        func status(_ digest: String, _ phase: AttemptPhase) -> AttemptStatus {
            AttemptStatus(
                attempt: AttemptID(job: JobID(1), number: 1), term: Term(1), phase: phase,
                model: TrainedModel(
                    weightsDigest: digest, descriptionDigest: digest, byteCount: 3, metrics: [],
                    roundChain: "", rounds: 1))
        }
        let absent = String(repeating: "d", count: 64)
        for (digest, phase) in [
            (kept, AttemptPhase.published), (absent, .finished), ("no digest", .finished),
        ] {
            let said = WorkerMessage.status(status(digest, .published))
            #expect(models.checked(said) == .status(status(digest, phase)))
        }
        let beat = Heartbeat(
            incarnation: Incarnation(bootID: "b", life: 1), sequence: 1,
            held: [status(absent, .published), status(absent, .prepared), status(kept, .published)])
        guard case .heartbeat(let checked) = models.checked(.heartbeat(beat)) else {
            Issue.record("a heartbeat stays a heartbeat")
            return
        }
        #expect(checked.held.map(\.phase) == [.finished, .prepared, .published])
    }
}
