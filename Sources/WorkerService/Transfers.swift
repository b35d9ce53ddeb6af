import Artifacts
import ClusterVocabulary
import Dispatch
import Foundation
import Messaging
import Synchronization

/// Fetches and uploads, off the loop: one queue for data sets, one for models, so that a large
/// download never delays a finished model.
final class Transfers: Sendable {
    private let settings: WorkerSettings
    private let context: MessagingContext
    private let endpoint = Mutex<String?>(nil)
    private let downloads = DispatchQueue(label: "mlctl.downloads")
    private let uploads = DispatchQueue(label: "mlctl.uploads")

    init(settings: WorkerSettings, context: MessagingContext) {
        self.settings = settings
        self.context = context
    }

    /// Where the scheduler's artifacts are, as its welcome said.
    func setEndpoint(_ text: String) {
        endpoint.withLock { $0 = text }
    }

    func stop() {
        endpoint.withLock { $0 = nil }
    }

    private func withClient<Value>(_ body: (ArtifactClient) throws -> Value) throws -> Value {
        guard let endpoint = endpoint.withLock({ $0 }) else {
            throw ArtifactClientError.unreachable
        }
        let client = try ArtifactClient(
            endpoint: endpoint, settings: settings, context: context)
        defer { client.close() }
        return try body(client)
    }

    /// Brings a data set into the cache; `done` is called on another thread.
    func fetch(
        _ reference: DatasetReference, into cache: DatasetCache,
        done: @escaping @Sendable (DatasetCache.Outcome, [String]) -> Void
    ) {
        downloads.async { [self] in
            let result = cache.bring(reference) { file, store in
                guard let digest = SHA256Digest(hex: file.digest) else {
                    throw DatasetCacheError.badDigest(file.digest)
                }
                try withClient {
                    try $0.fetch(digest, byteCount: Int(file.byteCount), into: store)
                }
            }
            done(result.outcome, result.evicted)
        }
    }

    /// Stores a model's files with the scheduler; `done` gets why it failed, if it did.
    func publish(
        _ model: TrainedModel, from folder: String, done: @escaping @Sendable (Reason?) -> Void
    ) {
        uploads.async { [self] in
            do {
                let files = try ModelFolder.read(folder)
                try withClient { client in
                    for file in files {
                        let digest = SHA256Hasher.digest(of: file.bytes)
                        guard
                            [
                                model.weightsDigest, model.descriptionDigest,
                                model.state?.digest,
                            ].contains(digest.hex)
                        else { continue }
                        try file.bytes.withUnsafeBytes { try client.store($0, digest: digest) }
                    }
                }
                done(nil)
            } catch {
                done(Reason(.hostFault, "storing the model failed: \(error)"))
            }
        }
    }

    /// Stores a checkpoint's file with the scheduler and removes it; `done` gets why it failed.
    func store(
        _ checkpoint: CheckpointReference, from path: String,
        done: @escaping @Sendable (Reason?) -> Void
    ) {
        uploads.async { [self] in
            defer { try? FileManager.default.removeItem(atPath: path) }
            do {
                guard let digest = SHA256Digest(hex: checkpoint.digest) else {
                    throw DatasetCacheError.badDigest(checkpoint.digest)
                }
                let file = try MappedFile(path: path)
                try withClient { try $0.store(file.unsafeBytes, digest: digest) }
                done(nil)
            } catch {
                done(Reason(.hostFault, "storing a checkpoint failed: \(error)"))
            }
        }
    }

    /// Brings a checkpoint to a file; `done` gets its path, or an empty one and the problem.
    func fetch(
        _ checkpoint: CheckpointReference, to path: String,
        done: @escaping @Sendable (String, String?) -> Void
    ) {
        downloads.async { [self] in
            do {
                guard let digest = SHA256Digest(hex: checkpoint.digest) else {
                    throw DatasetCacheError.badDigest(checkpoint.digest)
                }
                let folder = "\(path).store"
                defer { try? FileManager.default.removeItem(atPath: folder) }
                let store = try ArtifactStore(at: folder)
                try withClient {
                    try $0.fetch(digest, byteCount: Int(checkpoint.byteCount), into: store)
                }
                try? FileManager.default.removeItem(atPath: path)
                try FileManager.default.moveItem(atPath: store.path(of: digest), toPath: path)
                done(path, nil)
            } catch {
                done("", "\(error)")
            }
        }
    }

    /// Brings an object from the scheduler's store; waits for it.
    func bring(_ digest: SHA256Digest, byteCount: Int, into store: ArtifactStore) throws {
        try withClient { try $0.fetch(digest, byteCount: byteCount, into: store) }
    }

    /// Stores a file with the scheduler; `done` gets why it failed, if it did.
    func publish(
        _ file: MappedFile, as digest: SHA256Digest, done: @escaping @Sendable (Reason?) -> Void
    ) {
        uploads.async { [self] in
            var problem: Reason?
            for attempt in 0..<Transfers.publishAttempts {
                do {
                    try withClient { client in
                        try file.withBytes { (bytes) throws in
                            try client.store(bytes, digest: digest)
                        }
                    }
                    problem = nil
                    break
                } catch {
                    problem = Reason(.hostFault, "storing outputs failed: \(error)")
                    Thread.sleep(forTimeInterval: Double(attempt))
                }
            }
            done(problem)
        }
    }

    /// How often outputs are sent before they are given up: the scheduler may be down for a while.
    private static let publishAttempts = 60

    /// Removes a released attempt's model folder, after uploads under way.
    func forget(_ folder: String) {
        uploads.async { try? FileManager.default.removeItem(atPath: folder) }
    }
}
