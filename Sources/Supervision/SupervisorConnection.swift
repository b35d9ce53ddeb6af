import ClusterVocabulary
import Glibc
import WireCodec

/// One worker daemon connected to the supervisor: frames of a 4-byte little-endian length, then the
/// bytes, without ever waiting.
final class SupervisorConnection {
    let descriptor: Int32
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var sentBytes = 0
    /// Set once the other end is gone or breaks the rules.
    private(set) var isBroken = false
    /// What it waits to read, by task.
    var reads: [TaskID: Int64] = [:]

    init(descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { close(descriptor) }

    var hasUnsent: Bool { outgoing.count > sentBytes }

    /// Reads what has come; gives the whole commands.
    func receive() -> [SupervisorCommand] {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count > 0 {
                incoming += piece[..<count]
                if count < piece.count { break }
            } else if count == 0 {
                isBroken = true
                break
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                isBroken = true
                break
            }
        }
        return commands()
    }

    private func commands() -> [SupervisorCommand] {
        var found: [SupervisorCommand] = []
        var start = 0
        while incoming.count - start >= 4 {
            let length = (0..<4).reduce(0) { $0 | Int(incoming[start + $1]) << (8 * $1) }
            guard length <= WireLimits.largestMessage else {
                isBroken = true
                break
            }
            guard incoming.count - start - 4 >= length else { break }
            let command = incoming[(start + 4)..<(start + 4 + length)].withUnsafeBytes { bytes in
                try? WireCodec.decodeSupervisorCommand(bytes)
            }
            if let command { found.append(command) } else { isBroken = true }
            start += 4 + length
        }
        incoming.removeFirst(start)
        return found
    }

    /// Queues a report and sends what the socket takes.
    func send(_ report: SupervisorReport) {
        let body = WireCodec.encode(report)
        guard outgoing.count - sentBytes + body.count < SupervisorPlaces.mostUnsent else {
            isBroken = true
            return
        }
        let length = UInt32(body.count)
        for shift in 0..<4 { outgoing.append(UInt8(truncatingIfNeeded: length >> (8 * shift))) }
        outgoing += body
        flush()
    }

    /// Sends what the socket takes now.
    func flush() {
        while hasUnsent {
            let count = outgoing.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress.map { $0 + sentBytes },
                    buffer.count - sentBytes, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sentBytes += count
            } else if errno == EAGAIN {
                break
            } else if errno != EINTR {
                isBroken = true
                return
            }
        }
        if sentBytes == outgoing.count {
            outgoing.removeAll(keepingCapacity: outgoing.count < 1 << 20)
            sentBytes = 0
        }
    }
}
