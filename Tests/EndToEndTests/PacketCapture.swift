import Foundation
import Glibc
import Synchronization

/// Everything that passes through a network namespace, in memory, from a thread that entered it.
final class PacketCapture: Sendable {
    /// The most bytes kept.
    private static let mostBytes = 256 << 20

    private struct State {
        var bytes: [UInt8] = []
        var failure: String?
    }

    private let state = Mutex(State())
    private let mustStop = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)
    private let ready = DispatchSemaphore(value: 0)

    struct CaptureError: Error { let reason: String }

    /// Starts to read; throws when the namespace cannot be entered.
    init(namespace: String) throws {
        let thread = Thread { [self] in
            read(namespace)
            ready.signal()
            ended.signal()
        }
        thread.start()
        ready.wait()
        if let failure = state.withLock({ $0.failure }) { throw CaptureError(reason: failure) }
    }

    /// Ends the reading; gives all bytes seen.
    func stop() -> [UInt8] {
        mustStop.store(true, ordering: .releasing)
        ended.wait()
        return state.withLock { $0.bytes }
    }

    private func fail(_ what: String) {
        let reason = "\(what): \(String(cString: strerror(errno)))"
        state.withLock { $0.failure = reason }
    }

    private typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32

    /// `setns(2)` with CLONE_NEWNET, for this thread alone; Swift's module does not show it.
    private static func enterNetwork(_ file: Int32) -> Bool {
        guard let symbol = dlsym(nil, "setns") else { return false }
        return unsafeBitCast(symbol, to: SetNamespace.self)(file, 0x4000_0000) == 0
    }

    private func read(_ namespace: String) {
        let file = open(namespace, O_RDONLY | O_CLOEXEC)
        guard file >= 0, Self.enterNetwork(file) else { return fail(namespace) }
        close(file)
        // Every protocol, in network order.
        let all = Int32(UInt16(0x0003).bigEndian)
        let descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), all)
        guard descriptor >= 0 else { return fail("a packet socket") }
        defer { close(descriptor) }
        var large: Int32 = 64 << 20
        // SO_RCVBUFFORCE: nothing may be missed.
        setsockopt(descriptor, SOL_SOCKET, 33, &large, socklen_t(MemoryLayout<Int32>.size))
        ready.signal()
        var packet = [UInt8](repeating: 0, count: 1 << 17)
        var kept = 0
        while !mustStop.load(ordering: .acquiring), kept < Self.mostBytes {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 50) > 0 else { continue }
            let count = recv(descriptor, &packet, packet.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { continue }
            kept += count
            state.withLock { $0.bytes += packet[0..<count] }
        }
    }
}
