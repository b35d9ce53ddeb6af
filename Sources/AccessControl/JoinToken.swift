/// What a person hands to a new host: who the scheduler is, and the right to join it.
///
/// Text: `mlctl-join-1 ID SECRET SERVERKEY` in one line. The scheduler's public key in it makes
/// the first connection safe: a worker never speaks to anybody else.
package struct JoinToken: Sendable, Equatable {
    /// Names the token.
    package let id: String
    /// The secret.
    package let secret: String
    /// The scheduler's public CURVE key, 40 characters of Z85.
    package let serverPublicKey: String

    private static let mark = "mlctl-join-1"
    /// The longest text read, in bytes.
    package static let longestText = 1_024

    /// Makes a token.
    package init(id: String, secret: String, serverPublicKey: String) {
        self.id = id
        self.secret = secret
        self.serverPublicKey = serverPublicKey
    }

    /// Reads the text of a token; `nil` for anything else.
    package init?(_ text: String) {
        guard text.utf8.count <= JoinToken.longestText else { return nil }
        let words = text.split(whereSeparator: { $0 == " " || $0.isNewline })
        guard words.count == 4, words[0] == JoinToken.mark, (1...16).contains(words[1].utf8.count),
            (16...128).contains(words[2].utf8.count), words[3].utf8.count == 40
        else { return nil }
        self.init(
            id: String(words[1]), secret: String(words[2]), serverPublicKey: String(words[3]))
    }

    /// The text.
    package var text: String { "\(JoinToken.mark) \(id) \(secret) \(serverPublicKey)" }
}
