import Artifacts
import ClusterVocabulary

/// Takes a worker at its word only where the store agrees: a model counts as published when its
/// weights lie in the store.
struct PublishedModels: Sendable {
    let store: ArtifactStore

    /// The message with every `published` whose model the store lacks taken back to `finished`:
    /// the scheduler asks for it again.
    func checked(_ message: WorkerMessage) -> WorkerMessage {
        switch message {
        case .status(let status): return .status(checked(status))
        case .heartbeat(var heartbeat):
            guard heartbeat.held.contains(where: { $0.phase == .published }) else { return message }
            heartbeat.held = heartbeat.held.map(checked)
            return .heartbeat(heartbeat)
        default: return message
        }
    }

    private func checked(_ status: AttemptStatus) -> AttemptStatus {
        guard status.phase == .published else { return status }
        if let model = status.model, let digest = SHA256Digest(hex: model.weightsDigest),
            let size = try? store.size(of: digest), size > 0
        {
            return status
        }
        var taken = status
        taken.phase = .finished
        return taken
    }
}
