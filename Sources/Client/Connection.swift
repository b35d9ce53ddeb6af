import Foundation

/// Which scheduler a command speaks to, and as whom.
package struct Connection: Sendable, Equatable {
    /// Where it serves.
    package let server: ServerAddress
    /// The bearer token; `nil` without one.
    package let token: String?
    /// The file the token is, or would be, read from.
    package let tokenPath: String?
    /// The file of the certificate that the server has to show, or of those who may have signed
    /// it, in PEM form; `nil` asks this machine's own list of authorities.
    package let certificatePath: String?
    /// How the server was chosen, for messages: a context, a variable, or the default.
    package let origin: String

    /// The longest token sent, in bytes.
    package static let longestToken = 4_096

    /// Makes a connection.
    package init(
        server: ServerAddress, token: String?, tokenPath: String? = nil,
        certificatePath: String? = nil, origin: String = "default"
    ) {
        self.server = server
        self.token = token
        self.tokenPath = tokenPath
        self.certificatePath = certificatePath
        self.origin = origin
    }

    /// Chooses by `--context`, then `MLCTL_SERVER` with `MLCTL_TOKEN_FILE` and
    /// `MLCTL_CERTIFICATE_FILE`, then `MLCTL_CONTEXT`, then the file's current context, then the
    /// scheduler of this machine.
    package static func resolve(
        context flag: String?, environment: [String: String]
    ) throws(ClientFailure) -> Connection {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let path = ContextFile.path(in: environment)
        if let flag {
            return try connection(flag, named: "--context", path, environment, nil)
        }
        let tokenFile = variable("MLCTL_TOKEN_FILE")
        if let text = variable("MLCTL_SERVER") {
            guard let server = ServerAddress(text) else {
                throw ClientFailure(
                    .wrongUsage, "MLCTL_SERVER: \(text.prefix(80)) is no http://host:port")
            }
            // The token of this machine's scheduler goes to no other machine.
            let isTCP = server.isLoopback && server.socketPath == nil
            let own = isTCP ? ownTokenPath(environment) : nil
            return try Connection(
                server: server, tokenFile: tokenFile, fallback: own,
                certificateFile: variable("MLCTL_CERTIFICATE_FILE"), origin: "MLCTL_SERVER",
                environment)
        }
        if let name = variable("MLCTL_CONTEXT") {
            return try connection(name, named: "MLCTL_CONTEXT", path, environment, tokenFile)
        }
        if let name = try ContextFile.load(path).current, !name.isEmpty {
            return try connection(name, named: "current-context", path, environment, tokenFile)
        }
        let own = ownTokenPath(environment)
        // A user without a scheduler of their own means that of the host.
        if tokenFile == nil, !FileManager.default.fileExists(atPath: own),
            FileManager.default.fileExists(atPath: StateFolder.hostSocketPath),
            let server = ServerAddress("unix:\(StateFolder.hostSocketPath)")
        {
            return Connection(server: server, token: nil, origin: "the host's scheduler")
        }
        // A scheduler that serves other machines does so at another address, and encrypted.
        let state = StateFolder.path(in: environment)
        let socket = StateFolder.socketPath(in: state)
        if tokenFile == nil,
            FileManager.default.fileExists(atPath: StateFolder.certificatePath(in: state)),
            FileManager.default.fileExists(atPath: socket),
            let server = ServerAddress("unix:\(socket)")
        {
            return Connection(server: server, token: nil, origin: "this user's scheduler")
        }
        return try Connection(
            server: .local, tokenFile: tokenFile, fallback: own, origin: "default", environment)
    }

    private static func connection(
        _ name: String, named origin: String, _ path: String, _ environment: [String: String],
        _ tokenFile: String?
    ) throws(ClientFailure) -> Connection {
        let file = try ContextFile.load(path)
        guard let context = file[name], let server = ServerAddress(context.server) else {
            let known = file.contexts.map(\.name).joined(separator: ", ")
            throw ClientFailure(
                .wrongUsage,
                "\(origin): \(path) has no context \(name.prefix(80)); "
                    + (known.isEmpty ? "it has none at all" : "there are \(known)"))
        }
        let isTCP = server.isLoopback && server.socketPath == nil
        let own = isTCP ? ownTokenPath(environment) : nil
        return try Connection(
            server: server, tokenFile: tokenFile ?? context.tokenFile, fallback: own,
            certificateFile: context.certificateFile, origin: "context \(name)", environment)
    }

    private static func ownTokenPath(_ environment: [String: String]) -> String {
        StateFolder.adminTokenPath(in: StateFolder.path(in: environment))
    }

    /// Reads the token; a file that was named must be there, the fallback may be absent. The
    /// certificate of this machine's scheduler is found by itself.
    private init(
        server: ServerAddress, tokenFile: String?, fallback: String?,
        certificateFile: String? = nil, origin: String, _ environment: [String: String]
    ) throws(ClientFailure) {
        func expanded(_ path: String) -> String {
            path.hasPrefix("~/") ? StateFolder.home(in: environment) + path.dropFirst() : path
        }
        var certificate = certificateFile.map(expanded)
        let own = StateFolder.certificatePath(in: StateFolder.path(in: environment))
        if certificate == nil, server.isSecure, server.isLoopback,
            FileManager.default.fileExists(atPath: own)
        {
            certificate = own
        }
        guard let tokenFile else {
            let isThere = fallback.map { FileManager.default.fileExists(atPath: $0) } ?? false
            let token = isThere ? try fallback.map(Connection.token) : nil
            self.init(
                server: server, token: token, tokenPath: fallback, certificatePath: certificate,
                origin: origin)
            return
        }
        let path = expanded(tokenFile)
        self.init(
            server: server, token: try Connection.token(path), tokenPath: path,
            certificatePath: certificate, origin: origin)
    }

    private static func token(_ path: String) throws(ClientFailure) -> String {
        let text: String
        do {
            text = try LocalFile.text(path, atMost: longestToken)
        } catch {
            throw ClientFailure(.refused, "token file \(error.message)")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ClientFailure(.refused, "token file \(path) holds no token: one line of text")
        }
        return token
    }
}
