import Artifacts
import ClusterVocabulary
import Glibc

/// Finds whom a token stands for, in a time that says nothing about how much of it was right.
struct TokenTable: Sendable {
    private struct Entry: Sendable {
        let digest: [UInt8]
        let identity: Identity
    }

    /// Longer tokens are refused unread.
    static let longestToken = 4_096

    private let entries: [Entry]

    init(_ tokens: [GatewayToken]) {
        entries = tokens.filter { !$0.token.isEmpty }.map { token in
            Entry(
                digest: SHA256Hasher.digest(of: Array(token.token.utf8)).bytes,
                identity: Identity(
                    user: token.user, role: token.role,
                    namespace: token.role == .admin ? nil : token.namespace,
                    hostUser: token.role == .admin ? getuid() : nil,
                    ownsCluster: token.role == .admin))
        }
    }

    /// Whom the token stands for. Digests are compared whole and all of them every time.
    func identity(of token: String) -> Identity? {
        guard token.utf8.count <= TokenTable.longestToken else { return nil }
        let digest = SHA256Hasher.digest(of: Array(token.utf8)).bytes
        var found: Identity?
        for entry in entries {
            var difference: UInt8 = 0
            for (left, right) in zip(entry.digest, digest) { difference |= left ^ right }
            if difference == 0 { found = entry.identity }
        }
        return found
    }
}
