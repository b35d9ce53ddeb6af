import Artifacts
import Foundation
package import Messaging

/// What a worker needs to reach and trust its scheduler, kept in its state folder.
///
/// `keys/node.key` is the worker's secret, `keys/scheduler.pub` the scheduler's public key,
/// `keys/scheduler.address` its control address; readable by their owner alone.
package struct NodeCredentials: Sendable {
    /// The scheduler's public key.
    package let serverPublicKey: String
    /// The worker's own pair.
    package let own: CurveKeyPair
    /// `HOST:PORT` of the scheduler's control endpoint; empty when only this host knows it.
    package let control: String

    /// Makes credentials.
    package init(serverPublicKey: String, own: CurveKeyPair, control: String) {
        self.serverPublicKey = serverPublicKey
        self.own = own
        self.control = control
    }

    /// Reads what an earlier enrolment left; `nil` before the first.
    package static func load(workerFolder: String) throws -> NodeCredentials? {
        guard let key = text("scheduler.pub", workerFolder), !key.isEmpty else { return nil }
        return NodeCredentials(
            serverPublicKey: key, own: try pair(workerFolder),
            control: text("scheduler.address", workerFolder) ?? "")
    }

    /// Keeps what an enrolment gave.
    func save(workerFolder: String) throws {
        try write(own.secretKey, "node.key", workerFolder)
        try write(control, "scheduler.address", workerFolder)
        // Last: its presence says that the enrolment is complete.
        try write(serverPublicKey, "scheduler.pub", workerFolder)
    }

    /// The worker's pair, made at the first question and kept before anybody hears of it.
    static func pair(_ workerFolder: String) throws -> CurveKeyPair {
        if let secret = text("node.key", workerFolder), !secret.isEmpty {
            return try CurveKeyPair(secretKey: secret)
        }
        let made = try CurveKeyPair.generate()
        try FileManager.default.createDirectory(
            atPath: "\(workerFolder)/keys", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try PrivateFile.write(
            Array((made.secretKey + "\n").utf8), to: path("node.key", workerFolder))
        return made
    }

    /// Keeps where a worker of another host enrolled, for a later change of its key.
    static func keep(enrolment endpoint: String, workerFolder: String) throws {
        guard endpoint.hasPrefix("tcp://") else { return }
        try PrivateFile.write(
            Array("\(endpoint.dropFirst("tcp://".count))\n".utf8),
            to: path("scheduler.enrolment", workerFolder))
    }

    /// Where the scheduler enrols, `tcp://HOST:PORT`: the host is that of its control endpoint,
    /// which `mlctl cluster follow` may have changed. `nil` when only this host knows it.
    package func enrolmentEndpoint(workerFolder: String) -> String? {
        guard let colon = control.lastIndex(of: ":"), colon > control.startIndex,
            let port = Int(control[control.index(after: colon)...])
        else { return nil }
        let kept = Self.text("scheduler.enrolment", workerFolder).flatMap { text in
            text.lastIndex(of: ":").flatMap { Int(text[text.index(after: $0)...]) }
        }
        // Without a record the usual distance of the two, as mlctl cluster init lays them.
        return "tcp://\(control[..<colon]):\(kept ?? port - 3)"
    }

    private static func path(_ name: String, _ folder: String) -> String {
        "\(folder)/keys/\(name)"
    }

    private static func text(_ name: String, _ folder: String) -> String? {
        (try? String(contentsOfFile: path(name, folder), encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func write(_ text: String, _ name: String, _ folder: String) throws {
        try PrivateFile.write(Array((text + "\n").utf8), to: Self.path(name, folder))
    }
}
