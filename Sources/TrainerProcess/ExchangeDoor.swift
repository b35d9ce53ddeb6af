import ClusterVocabulary
import Glibc
import Messaging

/// Where a trainer receives frames: a socket for processes of its host, in a private folder, and,
/// when other hosts must reach it, a CURVE-sealed one on the host's address.
final class ExchangeDoor {
    let context: MessagingContext
    let inbox: FrameInbox
    let address: ExchangeAddress
    private let receiver: ExchangeReceiver

    init(places: TrainerPlaces, attempt: AttemptID, stateBytes: Int) throws {
        context = try MessagingContext(ioThreads: 1)
        let path = "\(places.exchangeFolder)/\(getpid())-\(attempt.job)-\(attempt.number).ipc"
        unlink(path)
        receiver = try ExchangeReceiver(endpoint: "ipc://\(path)", context: context)
        inbox = FrameInbox(receiver: receiver, stateBytes: stateBytes)
        address = ExchangeAddress(
            bootID: places.bootID, local: receiver.endpoint, remote: "", publicKey: "")
    }

    func close() {
        receiver.close()
        unlink(String(receiver.endpoint.dropFirst("ipc://".count)))
    }
}
