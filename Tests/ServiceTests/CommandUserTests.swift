import ClusterVocabulary
import Foundation
import Testing

@testable import WorkerService

/// What a worker of root says about a state folder that its users cannot pass.
struct CommandUserTests {
    @Test func everyClosedFolderOnTheWayIsNamedAtOnce() throws {
        let folder = NSTemporaryDirectory() + "mlctl-way-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = "\(folder)/home/mlctl/worker"
        try FileManager.default.createDirectory(
            atPath: "\(state)/commands", withIntermediateDirectories: true)
        for (path, mode) in [
            (folder, 0o755), ("\(folder)/home", 0o700), ("\(folder)/home/mlctl", 0o750),
            (state, 0o711), ("\(state)/commands", 0o711),
        ] {
            #expect(chmod(path, mode_t(mode)) == 0)
        }
        let user = CommandUser(node: NodeID("h1"), stateFolder: state, worker: 0)
        let own = user.closedFolders.filter { $0.contains("mlctl-way-") }
        #expect(own.map { $0.hasSuffix("/home") || $0.hasSuffix("/home/mlctl") } == [true, true])
        let said = try #require(user.closedPath)
        #expect(said.contains("--state /var/lib/mlctl-worker"))
        #expect(said.contains("/home ") && said.hasSuffix("/home/mlctl"))
    }
}
