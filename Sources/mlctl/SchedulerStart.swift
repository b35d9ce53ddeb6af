import AsyncHTTPClient
import Client
import ControlAPI
import Foundation
import Messaging
import NIOCore
import NIOHTTP1

/// Waits for daemons that were just started, or tells why one ended.
enum SchedulerStart {
    private static let patience = Duration.seconds(20)

    /// Waits until the scheduler of this state folder answers: it alone takes the folder's token.
    static func wait(
        server: String, state: String, process: Int32, name: String, _ daemons: LocalDaemons
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            let isRunning = daemons.running(name) == process
            if isRunning, await readyNodes(server, state) != nil { return }
            guard isRunning else { throw ended(name, daemons) }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DaemonFailure(
            "the scheduler does not answer at \(server); see \(daemons.logPath(name))")
    }

    /// Waits until the workers have registered.
    static func waitForWorkers(
        _ names: [String], server: String, state: String, _ daemons: LocalDaemons
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            if let ready = await readyNodes(server, state), Set(names).isSubset(of: ready) {
                return
            }
            for name in names where daemons.running("worker-\(name)") == nil {
                throw ended("worker-\(name)", daemons)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DaemonFailure(
            "not all workers registered; see \(daemons.logPath("worker-\(names[0])"))")
    }

    private static func ended(_ name: String, _ daemons: LocalDaemons) -> DaemonFailure {
        let log = try? String(contentsOfFile: daemons.logPath(name), encoding: .utf8)
        let last = (log ?? "").split(separator: "\n").suffix(5).joined(separator: "\n")
        return DaemonFailure("the \(name) ended at its start:\n\(last)")
    }

    /// The names of ready nodes; nothing while our scheduler does not answer.
    private static func readyNodes(_ server: String, _ state: String) async -> Set<String>? {
        guard
            let token = try? String(
                contentsOfFile: "\(state)/keys/admin.token", encoding: .utf8)
        else { return nil }
        var request = HTTPClientRequest(url: "\(server)/v1/nodes")
        request.headers.add(
            name: "Authorization",
            value: "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))")
        request.headers.add(name: "Accept", value: "application/json")
        guard
            let answer = try? await HTTPClient.shared.execute(request, timeout: .seconds(1)),
            answer.status == .ok, let body = try? await answer.body.collect(upTo: 8 << 20),
            let list = try? JSONDecoder().decode(
                ItemList<NodeBody>.self, from: Data(body.readableBytesView))
        else { return nil }
        return Set(list.items.filter { $0.state == "Ready" }.map(\.name))
    }
}

/// How `up` names its workers.
enum WorkerNames {
    /// The only worker of a machine is called as the machine.
    static var single: String { HostIdentity.name }
}
