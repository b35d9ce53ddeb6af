import ClusterVocabulary
import Glibc
import Messaging

/// Where a trainer receives frames: a socket for processes of its host, in a private folder, and,
/// when other hosts must reach it, one on the host's address.
///
/// Anybody may connect to the latter; what comes through it must be sealed under the key of the
/// term, which the members of the job alone were told, over encrypted control links.
final class ExchangeDoor {
    let context: MessagingContext
    let inbox: FrameInbox
    let address: ExchangeAddress
    private let receivers: [ExchangeReceiver]

    init(places: TrainerPlaces, attempt: AttemptID, stateBytes: Int) throws {
        context = try MessagingContext(ioThreads: 1)
        let path = "\(places.exchangeFolder)/\(getpid())-\(attempt.job)-\(attempt.number).ipc"
        unlink(path)
        let local = try ExchangeReceiver(endpoint: "ipc://\(path)", context: context)
        var doors = [FrameInbox.Door(receiver: local, isSealed: false)]
        var address = ExchangeAddress(
            hostID: places.hostID, local: local.endpoint, remote: "", publicKey: "")
        if !places.exchangeAddress.isEmpty {
            let remote = try Self.listen(places, context)
            doors.append(FrameInbox.Door(receiver: remote.receiver, isSealed: true))
            address.remote = remote.endpoint
        }
        receivers = doors.map(\.receiver)
        self.address = address
        inbox = FrameInbox(doors: doors, stateBytes: stateBytes)
    }

    private struct Remote {
        let receiver: ExchangeReceiver
        let endpoint: String
    }

    /// Listens on the first free port from the one the worker was told; says how others reach it.
    private static func listen(
        _ places: TrainerPlaces, _ context: MessagingContext
    ) throws(MessagingError) -> Remote {
        let host = places.exchangeAddress
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        var limits = SocketLimits.bulk
        limits.usesIPv6 = host.contains(":")
        limits.maximumFrameBytes = ExchangeLimits.mostFrameBytes
        let shown = host.contains(":") ? "[\(host)]" : host
        let last = min(places.exchangePort + ExchangeLimits.mostPorts, 65_536)
        // libzmq binds to addresses only, not to names.
        let own = isAddress ? shown : "*"
        var port = places.exchangePort
        while true {
            do {
                let receiver = try ExchangeReceiver(
                    endpoint: "tcp://\(own):\(port)", context: context, limits: limits,
                    patience: .zero)
                return Remote(receiver: receiver, endpoint: "tcp://\(shown):\(port)")
            } catch {
                guard case .addressInUse = error, port + 1 < last else { throw error }
                port += 1
            }
        }
    }

    func close() {
        for receiver in receivers { receiver.close() }
        unlink(String(receivers[0].endpoint.dropFirst("ipc://".count)))
    }
}
