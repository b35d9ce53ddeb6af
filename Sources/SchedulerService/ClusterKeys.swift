import Foundation
package import Messaging

/// The keys of a cluster: the scheduler's own pair, and the allow-list of its nodes.
///
/// Files under `keys/` of the state folder, readable by their owner alone. `server.key` is the
/// scheduler's secret. `node.key` is what workers of this user present; it stands in `allowed`
/// (`PUBLICKEY USER` a line), which decides who may connect.
package struct ClusterKeys: Sendable {
    /// The scheduler's pair.
    package let server: CurveKeyPair
    /// Who may connect: user ids by public key.
    let allowed: [String: String]

    /// The most nodes on the allow-list.
    static let mostAllowed = 4_096

    /// Reads the keys, or makes them at the first start.
    package static func load(stateFolder: String) throws -> ClusterKeys {
        let folder = "\(stateFolder)/keys"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let server = try pair(at: "\(folder)/server.key")
        let node = try pair(at: "\(folder)/node.key")
        try write(server.publicKey, to: "\(folder)/server.pub")
        let list = "\(folder)/allowed"
        if !FileManager.default.fileExists(atPath: list) {
            try write("\(node.publicKey) local\n", to: list)
        }
        var allowed: [String: String] = [:]
        for line in try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, CurveKeyPair.isKey(String(words[0])),
                allowed.count < mostAllowed
            else { continue }
            allowed[String(words[0])] = String(words[1])
        }
        return ClusterKeys(server: server, allowed: allowed)
    }

    private static func pair(at path: String) throws -> CurveKeyPair {
        if let secret = try? String(contentsOfFile: path, encoding: .utf8) {
            return try CurveKeyPair(
                secretKey: secret.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let made = try CurveKeyPair.generate()
        try write(made.secretKey, to: path)
        return made
    }

    /// Writes a small private file whole: temporary, then rename.
    package static func write(_ text: String, to path: String) throws {
        let temporary = "\(path).tmp"
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path]) }
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }
}

/// What a worker needs to reach and trust its scheduler.
package struct NodeCredentials: Sendable {
    /// The scheduler's public key.
    package let serverPublicKey: String
    /// The worker's own pair.
    package let own: CurveKeyPair

    /// Reads the credentials that a scheduler of this user made in its state folder.
    package init(stateFolder: String) throws {
        let folder = "\(stateFolder)/keys"
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        serverPublicKey = try text("server.pub")
        own = try CurveKeyPair(secretKey: text("node.key"))
    }
}
