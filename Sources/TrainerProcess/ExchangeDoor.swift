import ClusterVocabulary
import Glibc
import Messaging

/// Where a trainer receives frames: a socket for processes of its host, in a private folder, and,
/// when other hosts must reach it, an encrypted one on the host's address.
///
/// The key of the encrypted one is made for this door and told to the members of the job alone,
/// over encrypted control links. Without it no handshake succeeds, so whoever gets in was told.
final class ExchangeDoor {
    let context: MessagingContext
    let inbox: FrameInbox
    let address: ExchangeAddress
    private let receivers: [ExchangeReceiver]
    private let authenticator: ZAPHandler?

    init(places: TrainerPlaces, attempt: AttemptID, stateBytes: Int) throws {
        context = try MessagingContext(ioThreads: 1)
        let path = "\(places.exchangeFolder)/\(getpid())-\(attempt.job)-\(attempt.number).ipc"
        unlink(path)
        let local = try ExchangeReceiver(endpoint: "ipc://\(path)", context: context)
        var receivers = [local]
        var address = ExchangeAddress(
            hostID: places.hostID, local: local.endpoint, remote: "", publicKey: "")
        var authenticator: ZAPHandler?
        if !places.exchangeAddress.isEmpty {
            authenticator = try ZAPHandler(context: context) { _, _, _ in "member" }
            let key = try CurveKeyPair.generate()
            let remote = try Self.listen(places, key, context)
            receivers.append(remote.receiver)
            address.remote = remote.endpoint
            address.publicKey = key.publicKey
        }
        self.authenticator = authenticator
        self.receivers = receivers
        self.address = address
        inbox = FrameInbox(receivers: receivers, stateBytes: stateBytes)
    }

    private struct Remote {
        let receiver: ExchangeReceiver
        let endpoint: String
    }

    /// Listens on the first free port from the one the worker was told; says how others reach it.
    private static func listen(
        _ places: TrainerPlaces, _ key: CurveKeyPair, _ context: MessagingContext
    ) throws(MessagingError) -> Remote {
        let host = places.exchangeAddress
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        var limits = SocketLimits.bulk
        limits.usesIPv6 = host.contains(":")
        let shown = host.contains(":") ? "[\(host)]" : host
        let last = min(places.exchangePort + ExchangeLimits.mostPorts, 65_536)
        // libzmq binds to addresses only, not to names.
        let own = isAddress ? shown : "*"
        var port = places.exchangePort
        while true {
            do {
                let receiver = try ExchangeReceiver(
                    endpoint: "tcp://\(own):\(port)", context: context, limits: limits,
                    curve: .server(key, domain: "exchange"), patience: .zero)
                return Remote(receiver: receiver, endpoint: "tcp://\(shown):\(port)")
            } catch {
                guard case .addressInUse = error, port + 1 < last else { throw error }
                port += 1
            }
        }
    }

    func close() {
        for receiver in receivers { receiver.close() }
        authenticator?.stop()
        unlink(String(receivers[0].endpoint.dropFirst("ipc://".count)))
    }
}
