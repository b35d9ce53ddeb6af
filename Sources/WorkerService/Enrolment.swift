package import AccessControl
import Artifacts
package import ClusterVocabulary
import Foundation
import Messaging
import WireCodec

/// A worker's side of enrolment: it asks with the key it wants to be known by.
package struct Enrolment: Sendable {
    /// The node's name.
    package let node: NodeID
    /// The worker's state folder.
    package let workerFolder: String

    /// How long one answer is waited for, and how often it is asked before `notice` is told.
    static let answerTimeout = Duration.seconds(5)

    /// An enrolment of a node whose worker keeps its state in a folder.
    package init(node: NodeID, workerFolder: String) {
        self.node = node
        self.workerFolder = workerFolder
    }

    /// Joins by a token at `endpoint` (`tcp://HOST:PORT` or `ipc://…`); asks until there is an
    /// answer, at most `patience`, for ever with `nil`. `notice` is told of each silence.
    package func join(
        _ token: JoinToken, at endpoint: String, patience: Duration? = nil,
        notice: (String) -> Void = { _ in }
    ) throws -> NodeCredentials {
        let own = try NodeCredentials.pair(workerFolder)
        let control = try ask(
            .join(tokenID: token.id, secret: token.secret), at: endpoint,
            curve: .client(serverPublicKey: token.serverPublicKey, own: own), patience, notice)
        let credentials = NodeCredentials(
            serverPublicKey: token.serverPublicKey, own: own,
            control: completed(control, endpoint))
        try credentials.save(workerFolder: workerFolder)
        try NodeCredentials.keep(enrolment: endpoint, workerFolder: workerFolder)
        return credentials
    }

    /// Joins the scheduler of this host and user by the token in its state folder; `nil` when it
    /// does not listen and an earlier enrolment is there to go on with.
    package func joinLocally(
        stateFolder: String, patience: Duration? = nil, notice: (String) -> Void = { _ in }
    ) throws -> NodeCredentials {
        let isOpen = LocalEnrolment.isOpen(stateFolder: stateFolder)
        if !isOpen, let known = try NodeCredentials.load(workerFolder: workerFolder) {
            return known
        }
        let path = "\(stateFolder)/keys/join.token"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let token = JoinToken(text)
        else { throw EnrolmentError.noToken(path) }
        return try join(
            token, at: LocalEnrolment.endpoint(stateFolder: stateFolder), patience: patience,
            notice: notice)
    }

    /// Changes the worker's key: announces a new one with the old one's authority. The old one
    /// counts until the worker registers with the new one, so a crash at any point locks nobody
    /// out; without an answer everything stays as it was.
    package func rotate(
        _ known: NodeCredentials, at endpoint: String, patience: Duration? = nil,
        notice: (String) -> Void = { _ in }
    ) throws -> NodeCredentials {
        let next = try CurveKeyPair.generate()
        let path = "\(workerFolder)/keys/node.key.next"
        try PrivateFile.write(Array((next.secretKey + "\n").utf8), to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try ask(
            .rotate(nextPublicKey: next.publicKey), at: endpoint,
            curve: .client(serverPublicKey: known.serverPublicKey, own: known.own), patience,
            notice)
        let credentials = NodeCredentials(
            serverPublicKey: known.serverPublicKey, own: next, control: known.control)
        try credentials.save(workerFolder: workerFolder)
        return credentials
    }

    /// What silence may mean: one whose token does not count is never answered.
    private static func silence(of wish: EnrolmentRequest.Wish) -> String {
        guard case .join = wish else { return "no answer" }
        return
            "no answer; the token may be revoked, used up or expired (mlctl cluster token --list "
            + "on the scheduler's host), or the address wrong"
    }

    /// An answer without a host means the one that was reached.
    private func completed(_ control: String, _ endpoint: String) -> String {
        guard control.hasPrefix(":"), endpoint.hasPrefix("tcp://") else { return control }
        let rest = endpoint.dropFirst("tcp://".count)
        return String(rest[..<(rest.lastIndex(of: ":") ?? rest.endIndex)]) + control
    }

    private func ask(
        _ wish: EnrolmentRequest.Wish, at endpoint: String, curve: CurveOptions,
        _ patience: Duration?, _ notice: (String) -> Void
    ) throws -> String {
        let context = try MessagingContext(ioThreads: 1)
        defer { context.shutdown() }
        let request = EnrolmentRequest(
            requestID: UInt64.random(in: 1...UInt64(Int64.max)), node: node,
            protocolVersion: NodeDescription.currentProtocol, wish: wish)
        let body = WireCodec.encode(request)
        let deadline = patience.map { ContinuousClock.now + $0 }
        while true {
            // A socket each time: libzmq does not try again by itself after a refused handshake.
            let socket = try ZeroMQSocket(kind: .dealer, context: context, curve: curve)
            defer { socket.close() }
            try socket.connect(endpoint)
            _ = try socket.send([.bytes(body)])
            let wait = deadline.map { min(Self.answerTimeout, $0 - ContinuousClock.now) }
            if let reply = try answer(
                to: request.requestID, on: socket, within: wait ?? Self.answerTimeout)
            {
                switch reply {
                case .accepted(_, let control): return control
                case .refused(_, let reason) where reason.code == .limitReached:
                    notice("\(reason)")
                    Thread.sleep(forTimeInterval: 1)
                case .refused(_, let reason): throw EnrolmentError.refused(reason)
                }
            } else {
                notice(Self.silence(of: wish))
            }
            if let deadline, ContinuousClock.now >= deadline {
                throw EnrolmentError.unreachable(endpoint)
            }
        }
    }

    private func answer(
        to request: UInt64, on socket: ZeroMQSocket, within timeout: Duration
    ) throws -> EnrolmentReply? {
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            guard try socket.waitUntilReadable(timeout: deadline - ContinuousClock.now) else {
                return nil
            }
            let reply: EnrolmentReply?? = try socket.withReceived { message in
                guard let body = message.frames.last,
                    let reply = try? WireCodec.decodeEnrolmentReply(body),
                    reply.requestID == request
                else { return nil }
                return reply
            }
            if case .some(.some(let reply)) = reply { return reply }
        }
        return nil
    }
}

/// Why an enrolment failed.
package enum EnrolmentError: Error, CustomStringConvertible {
    /// The scheduler said no.
    case refused(Reason)
    /// Nobody answers there, or the key in the token is not that of who does.
    case unreachable(String)
    /// There is no token for workers of this host.
    case noToken(String)

    /// What, where, and what to do next.
    package var description: String {
        switch self {
        case .refused(let reason): "the scheduler refuses to enrol this worker: \(reason)"
        case .unreachable(let endpoint):
            "nobody answers at \(endpoint) who holds the key that the join token names; is the "
                + "address right, the port open, the token still valid and that of this cluster? "
                + "(mlctl doctor tells)"
        case .noToken(let path):
            "no join token at \(path); start the scheduler first, name its state folder with "
                + "--credentials, or join another host's with --join HOST:PORT --token-file FILE"
        }
    }
}
