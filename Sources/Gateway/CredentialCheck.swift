import AccessControl
import Artifacts
import ClusterVocabulary
import Glibc
import Hummingbird
import NIOCore
import SchedulerService

/// Finds out who sent a request: by bearer token, or on the Unix socket by the kernel's word.
struct CredentialCheck: Sendable {
    /// Tokens given at the start.
    let tokens: TokenTable
    /// Users and their tokens.
    let access: AccessView

    /// The sender; `nil` for a stranger.
    func identity(of request: Request, _ channel: any Channel) async throws -> Identity? {
        let token = Self.bearer(request)
        if let token, var identity = identity(ofToken: token) {
            identity.origin = Self.origin(channel)
            return identity
        }
        // A wrong token is no way to become whom the kernel names.
        guard token == nil, Self.isUnixSocket(channel) else { return nil }
        return try await peer(channel)
    }

    private func identity(ofToken token: String) -> Identity? {
        guard token.utf8.count <= TokenTable.longestToken else { return nil }
        if let identity = tokens.identity(of: token) { return identity }
        let digest = SHA256Hasher.digest(of: Array(token.utf8)).hex
        return access.user(ofTokenDigest: digest).map { Identity($0) }
    }

    private static func bearer(_ request: Request) -> String? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return "" }
        return String(parts[1])
    }

    // MARK: Unix socket

    /// What `SO_PEERCRED` tells of the process at the other end, as the kernel lays it out.
    struct PeerCredentials: Sendable {
        var process: Int32
        var user: UInt32
        var group: UInt32
    }

    private static func isUnixSocket(_ channel: any Channel) -> Bool {
        guard case .unixDomainSocket = channel.localAddress else { return false }
        return true
    }

    private func peer(_ channel: any Channel) async throws -> Identity? {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let found: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET),
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        let credentials = try await found.get()
        return identity(ofHostUser: credentials.user)
    }

    /// Who a user number of this host is: the scheduler's own user and root administer, others are
    /// whom they are mapped to.
    func identity(ofHostUser number: UInt32) -> Identity? {
        let origin = "uid \(number)"
        if number == getuid() || number == 0 {
            return Identity(
                user: Self.name(ofHostUser: number), role: .admin, namespace: nil,
                hostUser: getuid(), ownsCluster: true, origin: origin)
        }
        guard let user = access.read({ $0.user(ofHostUser: number) }) else { return nil }
        var identity = Identity(user)
        identity.hostUser = number
        identity.origin = origin
        return identity
    }

    private static func name(ofHostUser number: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(number, &entry, &text, text.count, &found) == 0, found != nil,
            let name = entry.pw_name
        else { return "uid-\(number)" }
        return String(cString: name)
    }

    private static func origin(_ channel: any Channel) -> String {
        if let address = channel.remoteAddress?.ipAddress { return address }
        return isUnixSocket(channel) ? "socket" : "unknown"
    }
}
