package import AccessControl
import Artifacts
import ClusterVocabulary
import Foundation
package import Messaging

/// The secrets of a scheduler: its CURVE pair, and the join token of this host's workers.
///
/// Files under `keys/` of the state folder, readable by their owner alone: `server.key` is the
/// scheduler's secret, `server.pub` its public half, `join.token` lets workers of the same user and
/// host enrol by themselves. Keys of nodes and tokens of users stand in the ledger.
package struct ClusterKeys: Sendable {
    /// The scheduler's pair.
    package let server: CurveKeyPair
    /// The join token for this host.
    package let localToken: JoinToken

    /// Reads the keys, or makes them at the first start.
    package static func load(stateFolder: String) throws -> ClusterKeys {
        let folder = "\(stateFolder)/keys"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let server = try pair(at: "\(folder)/server.key")
        try write(server.publicKey + "\n", to: "\(folder)/server.pub")
        let path = "\(folder)/join.token"
        if let text = try? String(contentsOfFile: path, encoding: .utf8),
            let token = JoinToken(text), token.serverPublicKey == server.publicKey
        {
            return ClusterKeys(server: server, localToken: token)
        }
        let token = JoinToken(
            id: AccessToken.localID, secret: SecretText.make(), serverPublicKey: server.publicKey)
        try write(token.text + "\n", to: path)
        return ClusterKeys(server: server, localToken: token)
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

    /// Writes a small private file whole: temporary, synced, then renamed.
    package static func write(_ text: String, to path: String) throws {
        try PrivateFile.write(Array(text.utf8), to: path)
    }
}
