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

    /// Whether what the message says is stored lies in the store.
    func accepts(_ message: WorkerMessage) -> Bool {
        guard case .checkpointed(let written) = message else { return true }
        guard let digest = SHA256Digest(hex: written.checkpoint.digest),
            let size = try? store.size(of: digest)
        else { return false }
        return Int64(size) == written.checkpoint.byteCount
    }

    /// Whether a state lies in the store whole; none always does.
    private func holds(_ state: CheckpointReference?) -> Bool {
        guard let state else { return true }
        guard let digest = SHA256Digest(hex: state.digest), let size = try? store.size(of: digest)
        else { return false }
        return Int64(size) == state.byteCount
    }

    /// Removes a checkpoint nobody needs any more; any other file stays, whatever was asked.
    func discardCheckpoint(_ text: String) {
        guard let digest = SHA256Digest(hex: text), let file = try? store.map(digest),
            file.unsafeBytes.prefix(CheckpointReference.magic.count)
                .elementsEqual(CheckpointReference.magic)
        else { return }
        _ = try? store.delete(digest)
    }

    private func checked(_ status: AttemptStatus) -> AttemptStatus {
        guard status.phase == .published else { return status }
        if let model = status.model, let digest = SHA256Digest(hex: model.weightsDigest),
            let size = try? store.size(of: digest), size > 0, holds(model.state)
        {
            return status
        }
        var taken = status
        taken.phase = .finished
        return taken
    }
}
