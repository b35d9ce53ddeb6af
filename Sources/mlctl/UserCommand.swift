import ArgumentParser
import Client
import ControlAPI

/// `mlctl user`: who may use the cluster, for admins.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Add users with roles and namespaces, and hand out their tokens.",
        subcommands: [
            UserAddCommand.self, UserListCommand.self, UserDeleteCommand.self,
            UserTokenCommand.self, UserSelfCommand.self,
        ])
}

/// `mlctl user add`.
struct UserAddCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a user, or change one's role, namespace and uid.",
        discussion: """
            admin: everything, everywhere. user: looks and submits in the own namespace, changes \
            own jobs. viewer: looks in the own namespace. With --uid the processes of that user of \
            the scheduler's host are this user on its Unix socket, without any token, and the \
            user's commands run as that uid where the daemons may change it.
            """)

    @Argument(help: "The user's name.")
    var name: String

    @Option(help: "admin, user or viewer.")
    var role = "user"

    @Option(
        name: [.customShort("n"), .long],
        help: "The only namespace they see (default: their name).")
    var namespace: String?

    @Option(help: "The user number on the scheduler's host.")
    var uid: UInt32?

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let user = try await session.client().put(
            APIPath.user(name), UserRequest(role: role, namespace: namespace, hostUser: uid),
            as: UserBody.self)
        let place = user.role == "admin" ? "all namespaces" : "namespace \(user.namespace)"
        try session.console.line("\(user.name): \(user.role), \(place)")
        if user.tokens == 0, user.hostUser == nil {
            session.console.note("next: mlctl user token \(user.name) > \(user.name).token")
        }
    }
}

/// `mlctl user list`.
struct UserListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the users.")

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let query = APIPath.query([("as", form == .text ? "table" : nil)])
        try session.console.write(try await session.client().get(APIPath.users + query))
    }
}

/// `mlctl user delete`.
struct UserDeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove users and their tokens; their jobs stay.")

    @Argument(help: "The names.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(names, session) { client, name in
            try await client.delete(APIPath.user(name), as: ActionResult.self).name
        }
    }
}

/// `mlctl user token`.
struct UserTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Print a new token for a user, or take one back.",
        discussion: """
            The token is shown this once; the scheduler keeps its digest. The user stores it in a \
            file of their own and says mlctl config set NAME --server … --token-file FILE.
            """)

    @Argument(help: "The user.")
    var name: String

    @Option(help: "How long it counts, such as 12h, 30d (default: until it is taken back).")
    var ttl: String?

    @Option(help: ArgumentHelp("Take this token back instead.", valueName: "id"))
    var revoke: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let ttl, SpanText.seconds(ttl).map({ $0 < 1 }) ?? true {
            throw ValidationError("--ttl \(ttl): expected a span such as 12h, 30d")
        }
    }

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        if let revoke {
            let result = try await client.delete(APIPath.token(revoke), as: ActionResult.self)
            try session.console.line(result.name)
            return
        }
        let issued = try await client.post(
            APIPath.tokens(ofUser: name),
            TokenRequest(ttlSeconds: ttl.flatMap(SpanText.seconds)), as: IssuedToken.self)
        try session.console.line(issued.token)
        session.console.note(
            "token \(issued.id) of \(name) counts until \(issued.expiresAt ?? "it is taken back")")
    }
}

/// `mlctl user whoami`.
struct UserSelfCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Say who the scheduler takes you for.")

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let sender = try await session.client().get(APIPath.sender, as: SenderBody.self)
        let place = sender.namespace.map { "namespace \($0)" } ?? "all namespaces"
        try session.console.line("\(sender.user): \(sender.role), \(place), from \(sender.origin)")
    }
}
