import ArgumentParser
import Client
import ControlAPI

/// `mlctl cluster token`: makes a join token, lists tokens, takes one back.
struct ClusterTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Print a token with which another host joins; list tokens or take one back.",
        discussion: """
            The token carries the scheduler's public key and a secret that is shown this once. \
            Bring it to the other host as a file: mlctl worker --join HOST:PORT --token-file FILE.
            """)

    @Option(help: "How long it counts, such as 30m, 12h, 7d.")
    var ttl = "1h"

    @Option(help: "How many workers may join with it.")
    var uses: UInt32 = 1

    @Option(help: "The only node that may join with it, even in place of its present key.")
    var node: String?

    @Flag(help: "List the tokens that are out, without their secrets.")
    var list = false

    @Option(help: ArgumentHelp("Take this token back.", valueName: "id"))
    var revoke: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if SpanText.seconds(ttl).map({ $0 < 1 }) ?? true {
            throw ValidationError("--ttl \(ttl): expected a span such as 30m, 12h, 7d")
        }
        if list, revoke != nil { throw ValidationError("--list and --revoke exclude each other") }
    }

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        if list {
            try session.console.write(
                try await client.get(APIPath.tokens + APIPath.query([("as", "table")])))
            return
        }
        if let revoke {
            let result = try await client.delete(APIPath.token(revoke), as: ActionResult.self)
            try session.console.line(result.name)
            return
        }
        let issued = try await client.post(
            APIPath.tokens,
            TokenRequest(ttlSeconds: SpanText.seconds(ttl), uses: uses, node: node),
            as: IssuedToken.self)
        try session.console.line(issued.token)
        session.console.note("token \(issued.id) counts until \(issued.expiresAt ?? "revoked")")
    }
}
