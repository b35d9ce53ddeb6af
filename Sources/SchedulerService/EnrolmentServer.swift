import AccessControl
import Artifacts
import ClusterVocabulary
import Determinism
import Messaging
import Synchronization
import WireCodec

/// Where workers ask to be nodes: a socket of this host, and one for others when told so.
///
/// The connection's CURVE key is the key that is admitted: who asks has proved to hold it.
final class EnrolmentServer: Sendable {
    /// Requests at once over all connections, then so many a second.
    static let burst = 64
    static let requestsPerSecond = 16.0

    private let doors: [RouterEndpoint]
    private let control: String
    private let start = ContinuousClock.now
    private let limiter = Mutex(
        RateLimiter(burst: burst, perSecond: requestsPerSecond, mostClients: 1))

    init(
        settings: SchedulerSettings, control: String, keys: CurveKeyPair,
        context: MessagingContext
    ) throws {
        var limits = SocketLimits()
        limits.maximumFrameBytes = WireCodec.largestEnrolment
        limits.sendHighWaterMark = 16
        limits.receiveHighWaterMark = 16
        var doors = [
            try RouterEndpoint(
                endpoint: LocalEnrolment.endpoint(stateFolder: settings.stateFolder),
                context: context, limits: limits,
                curve: .server(keys, domain: Doorkeeper.localEnrolment), name: "enrol-local")
        ]
        if let endpoint = settings.enrolmentEndpoint {
            doors.append(
                try RouterEndpoint(
                    endpoint: endpoint, context: context, limits: limits,
                    curve: .server(keys, domain: Doorkeeper.enrolment), name: "enrol"))
        }
        self.doors = doors
        self.control = AdvertisedAddress.hostAndPort(control, as: settings.advertise)
    }

    func start(inbox: SchedulerInbox) throws {
        for door in doors {
            try door.start { [weak self, weak door] message in
                guard let self, let door, let key = message.userID,
                    let body = message.frames.last,
                    let request = try? WireCodec.decodeEnrolmentRequest(body), isAdmitted()
                else { return }
                let (peer, control) = (message.peer, control)
                let isTaken = inbox.put(
                    .access(
                        event(request, key), by: actor(request),
                        answer: { [weak door] refusal in
                            let reply =
                                refusal.map {
                                    EnrolmentReply.refused(requestID: request.requestID, $0)
                                }
                                ?? .accepted(requestID: request.requestID, control: control)
                            door?.send(to: peer, frames: [WireCodec.encode(reply)])
                        }))
                if !isTaken {
                    let reason = Reason(.limitReached, "the scheduler is overloaded; try again")
                    door.send(
                        to: peer,
                        frames: [
                            WireCodec.encode(
                                EnrolmentReply.refused(requestID: request.requestID, reason))
                        ])
                }
            }
        }
    }

    func stop() {
        for door in doors { door.stop() }
    }

    /// The endpoint for other hosts, with its real port.
    var remoteEndpoint: String? { doors.count > 1 ? doors[1].endpoint : nil }

    private func isAdmitted() -> Bool {
        let now = LogicalInstant.zero + (ContinuousClock.now - start)
        return limiter.withLock { $0.admits("", at: now) }
    }

    private func event(_ request: EnrolmentRequest, _ key: String) -> AccessEvent {
        switch request.wish {
        case .join(let tokenID, let secret):
            .join(
                node: request.node, publicKey: key, tokenID: tokenID,
                secretDigest: SHA256Hasher.digest(of: Array(secret.utf8)).hex)
        case .rotate(let next):
            .rotate(node: request.node, publicKey: key, nextPublicKey: next)
        }
    }

    private func actor(_ request: EnrolmentRequest) -> RequestActor {
        let operation =
            switch request.wish {
            case .join: "joinNode"
            case .rotate: "rotateNodeKey"
            }
        return RequestActor(
            user: request.node.name, role: .node, namespace: nil, origin: "enrolment",
            operation: operation, target: request.node.name, keepsRefusals: false)
    }
}
