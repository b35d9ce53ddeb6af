package import ClusterVocabulary
import Foundation
import Synchronization
import WireCodec
import WorkerCore

/// What a host can prove of itself without joining anything.
package enum HostInspection {
    /// How long one proof may take.
    static let longest = Duration.seconds(30)

    /// The proof of a kernel, by a trainer that is started for it; `nil` when it fails.
    package static func fingerprint(
        of coreType: String, executable: String
    ) async -> KernelFingerprint? {
        let (reports, continuation) = AsyncStream.makeStream(
            of: KernelFingerprint?.self, bufferingPolicy: .bufferingOldest(1))
        let child = try? TrainerChild(
            id: TrainerID(1), coreType: coreType, executable: executable,
            receive: { event in
                switch event {
                case .report(_, .hello(let proof)): continuation.yield(proof)
                case .trainerExited: continuation.yield(nil)
                default: break
                }
            })
        guard let child else { return nil }
        let timer = Task {
            try? await Task.sleep(for: longest)
            continuation.yield(nil)
        }
        defer {
            timer.cancel()
            child.kill()
            child.closeInput()
        }
        for await proof in reports { return proof }
        return nil
    }
}
