import AccessControl
import Artifacts
import ClusterVocabulary
import SchedulerService

/// Which stored files a sender may know of: those that somebody of the namespace uploaded, and
/// those that its jobs and models name. A digest alone is no right.
struct ArtifactAccess: Sendable {
    let backend: any SchedulerBackend

    /// Whether the sender may read the file, or have a job read it.
    func sees(_ digest: SHA256Digest, _ sender: Identity) -> Bool {
        guard let namespace = sender.namespace else { return true }
        let hex = digest.hex
        if backend.access.read({ $0.holds(ArtifactClaim(namespace: namespace, digest: hex)) }) {
            return true
        }
        let models = backend.view.models(namespace: namespace)
        if models.contains(where: { $0.model.digests.contains(hex) }) { return true }
        return backend.view.jobs(namespace: namespace).contains { $0.record.names(hex) }
    }

    /// A model by name, or by name and version.
    func model(namespace: String, name: String) -> ModelRecord? {
        backend.view.model(namespace: namespace, name: name)
    }

    /// Remembers that somebody of the sender's namespace has sent these bytes.
    func claim(_ digest: SHA256Digest, _ sender: Identity) async throws {
        guard let namespace = sender.namespace else { return }
        let claim = ArtifactClaim(namespace: namespace, digest: digest.hex)
        guard !backend.access.read({ $0.holds(claim) }) else { return }
        if let refusal = await backend.change(.claim(claim)) { throw GatewayFailure(refusal) }
    }
}

extension TrainedModel {
    fileprivate var digests: [String] { [weightsDigest, descriptionDigest] }
}

extension JobRecord {
    /// Whether the job's data or results are the file with the digest.
    fileprivate func names(_ digest: String) -> Bool {
        work.data.files.contains { $0.digest == digest } || work.initial?.digest == digest
            || (model?.digests.contains(digest) ?? false)
            || command?.workdir?.digest == digest
            || commandState.outputs.contains { $0.archive.digest == digest }
            || checkpoint?.digest == digest
    }
}
