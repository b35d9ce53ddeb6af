package import SchedulerService

/// Where the HTTP side listens, who may speak to it, and its bounds.
package struct GatewaySettings: Sendable {
    /// The address to listen on.
    package var host: String
    /// The port to listen on; 0 takes a free one.
    package var port: Int
    /// A Unix socket to listen on too, where the kernel says who speaks; `nil` for none.
    package var unixSocket: String?
    /// What it proves itself with over the network; `nil` serves plain HTTP.
    package var certificate: ServerCertificate?
    /// Who may speak beside the users of the ledger.
    package var tokens: [GatewayToken]
    /// The longest JSON or YAML body, in bytes.
    package var largestBodyBytes = 1 << 20
    /// The largest uploaded file, in bytes; the store's own bound holds too.
    package var largestArtifactBytes = 16 << 30
    /// Connections at once; a further one takes the place of the oldest without credentials.
    package var mostConnections = 1_024
    /// Connections at once of one client address; a further one takes the place of its oldest
    /// without credentials.
    package var mostConnectionsPerClient = 512
    /// Seconds a connection may be silent while it sends a request or between two.
    package var idleSeconds: Int64 = 60
    /// Seconds a JSON or YAML body may take to arrive as a whole.
    package var bodySeconds: Int64 = 30
    /// Seconds in which the rest of a long refused body is read before the connection is closed.
    package var lingerSeconds: Int64 = 5

    /// Connections that are being closed for others, at once; further clients wait meanwhile.
    static let mostClosing = 256
    /// The longest body of a refused request after which a connection goes on, in bytes.
    static let mostReadForNothing = 1 << 20
    /// The longest header section, in bytes.
    package static let largestHeaderBytes = 16 << 10
    /// The most jobs one answer lists.
    package static let mostListed = 100_000
    /// The most facts one answer lists; `more` says when there are others.
    package static let mostEvents = 10_000
    /// The piece of a file read or written at once, in bytes.
    package static let chunkBytes = 1 << 20

    /// The largest file of the scheduler's host that is read for a request, in bytes.
    func largestDigested(isDryRun: Bool) -> Int {
        isDryRun ? HostFileDigesting.largestOfDryRun : largestArtifactBytes
    }

    /// Settings with defaults for the bounds.
    package init(host: String = "127.0.0.1", port: Int = 7070, tokens: [GatewayToken]) {
        self.host = host
        self.port = port
        self.tokens = tokens
    }
}
