import Glibc
import Messaging
import Synchronization

/// Collects what an endpoint's handler is given.
final class Inbox: Sendable {
    struct Item: Sendable, Equatable {
        let peer: PeerID
        let frames: [[UInt8]]
        let userID: String?
    }

    private let stored = Mutex<[Item]>([])

    var items: [Item] { stored.withLock { $0 } }
    var count: Int { stored.withLock { $0.count } }

    func add(_ message: IncomingMessage) {
        let item = Item(
            peer: message.peer,
            frames: message.copiedFrames(),
            userID: message.userID,
        )
        stored.withLock { $0.append(item) }
    }

    /// Whether `count` messages came within the time limit.
    func has(_ count: Int) -> Bool {
        eventually { self.count >= count }
    }
}

/// Whether a condition becomes true within the time limit; asked every half millisecond.
func eventually(within limit: Duration = .seconds(5), _ condition: () throws -> Bool) rethrows
    -> Bool
{
    let deadline = ContinuousClock.now + limit
    while true {
        if try condition() { return true }
        if ContinuousClock.now > deadline { return false }
        usleep(500)
    }
}

func number(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(value).littleEndian) { Array($0) }
}
