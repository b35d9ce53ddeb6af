import Glibc
import Messaging
import Synchronization
import Testing

/// The transports that every conformance test runs over.
enum Transport: String, CaseIterable, CustomTestStringConvertible {
    case tcp
    case ipc
    case inproc

    /// Those that connect again and encrypt.
    static let networked: [Transport] = [.tcp, .ipc]

    private static let serial = Atomic<Int>(0)

    /// An endpoint to bind that no other test uses.
    func freshEndpoint() -> String {
        let number = Self.serial.add(1, ordering: .relaxed).newValue
        switch self {
        case .tcp: return "tcp://127.0.0.1:*"
        case .ipc: return "ipc:///tmp/messaging-test-\(getpid())-\(number)"
        case .inproc: return "inproc://test-\(number)"
        }
    }

    var testDescription: String { rawValue }
}
