import ClusterVocabulary
import Foundation
import Testing

@testable import WorkerService

/// What a worker of root says about a state folder that its users cannot pass.
struct CommandUserTests {
    @Test func everyClosedFolderOnTheWayIsNamedAtOnce() throws {
        let folder = NSTemporaryDirectory() + "mlctl-way-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = "\(folder)/closed/mlctl/worker"
        try FileManager.default.createDirectory(
            atPath: "\(state)/commands", withIntermediateDirectories: true)
        for (path, mode) in [
            (folder, 0o755), ("\(folder)/closed", 0o700), ("\(folder)/closed/mlctl", 0o750),
            (state, 0o711), ("\(state)/commands", 0o711),
        ] {
            #expect(chmod(path, mode_t(mode)) == 0)
        }
        let user = CommandUser(node: NodeID("h1"), stateFolder: state, worker: 0)
        let own = user.closedFolders.filter { $0.contains("mlctl-way-") }
        let isNamed = own.map { $0.hasSuffix("/closed") || $0.hasSuffix("/closed/mlctl") }
        #expect(isNamed == [true, true])
        let said = try #require(user.closedPath)
        #expect(said.contains("--state /var/lib/mlctl-worker"))
        #expect(said.contains("/closed ") && said.hasSuffix("/closed/mlctl"))
    }
}
