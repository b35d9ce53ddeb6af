import AsyncHTTPClient
import Client
import Foundation
import Messaging
import NIOCore
import NIOHTTP1

/// Waits for a scheduler that was just started, or tells why it ended.
enum SchedulerStart {
    static func wait(
        server: String, process: Int32, name: String, _ daemons: LocalDaemons
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let answer = try? await HTTPClient.shared.execute(
                HTTPClientRequest(url: "\(server)/v1/health"), timeout: .seconds(1)),
                answer.status == .ok
            {
                return
            }
            guard daemons.running(name) == process else {
                let log = try? String(contentsOfFile: daemons.logPath(name), encoding: .utf8)
                let last = (log ?? "").split(separator: "\n").suffix(5).joined(separator: "\n")
                throw DaemonFailure("the \(name) ended at its start:\n\(last)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DaemonFailure(
            "the scheduler does not answer at \(server); see \(daemons.logPath(name))")
    }
}

/// How `up` names its workers.
enum WorkerNames {
    /// The only worker of a machine is called as the machine.
    static var single: String { HostIdentity.name }
}
