import Determinism
import Messaging
import WireCodec

/// Frames from peers: the next one from the socket, and those that came before their round.
///
/// A peer may be one round, or one term, ahead; its frames are kept, in order and bounded, and
/// given again when the trainer gets there. Frames of older rounds and terms are dropped and
/// counted.
final class FrameInbox {
    /// What the reader did with a frame.
    enum Disposition {
        /// Used, or of no use.
        case done
        /// Of a later round or term: keep it.
        case later
    }

    private let receivers: [ExchangeReceiver]
    /// Which receiver was read last.
    private var turn = 0
    private let mostStashedBytes: Int
    private var stash: [(header: ExchangeFrame, payload: [UInt8])] = []
    private var stashedBytes = 0
    /// Frames that were no frames, failed their digest, or found the stash full.
    private(set) var refusedFrames: UInt64 = 0

    /// Reads from every receiver in turn; there is at least one.
    init(receivers: [ExchangeReceiver], stateBytes: Int) {
        self.receivers = receivers
        mostStashedBytes = 2 * stateBytes + ExchangeLimits.stashReserveBytes
    }

    /// Gives every kept frame once more; those still too early stay.
    func replay(_ body: (ExchangeFrame, UnsafeRawBufferPointer) throws -> Disposition) rethrows {
        guard !stash.isEmpty else { return }
        let kept = stash
        stash = []
        stashedBytes = 0
        for entry in kept {
            let disposition = try entry.payload.withUnsafeBytes { try body(entry.header, $0) }
            if case .later = disposition { keep(entry.header, entry.payload) }
        }
    }

    /// Waits up to `timeout` for a frame and gives it; false when none came.
    func next(
        timeout: Duration,
        _ body: (ExchangeFrame, UnsafeRawBufferPointer) throws -> Disposition
    ) throws -> Bool {
        if receivers.count == 1 {
            return try receivers[0].receive(timeout: timeout) { try take($0, body) } != nil
        }
        if try takeWaiting(body) { return true }
        guard timeout > .zero, try ExchangeReceiver.wait(for: receivers, timeout: timeout) else {
            return false
        }
        return try takeWaiting(body)
    }

    /// Gives the first frame that is there already, the receivers taking turns.
    private func takeWaiting(
        _ body: (ExchangeFrame, UnsafeRawBufferPointer) throws -> Disposition
    ) throws -> Bool {
        for _ in receivers {
            turn = (turn + 1) % receivers.count
            if try receivers[turn].receive(timeout: .zero, { try take($0, body) }) != nil {
                return true
            }
        }
        return false
    }

    private func take(
        _ message: IncomingMessage,
        _ body: (ExchangeFrame, UnsafeRawBufferPointer) throws -> Disposition
    ) throws {
        guard message.frames.count == 2,
            let header = try? ExchangeFrame(decoding: message.frames[0])
        else {
            refusedFrames += 1
            return
        }
        let payload = message.frames[1]
        let digest = FastDigest.of(payload)
        guard digest.high == header.digestHigh, digest.low == header.digestLow else {
            refusedFrames += 1
            return
        }
        if case .later = try body(header, payload) { keep(header, Array(payload)) }
    }

    /// Drops kept frames that `isStale` names.
    func discard(where isStale: (ExchangeFrame) -> Bool) {
        stash.removeAll { isStale($0.header) }
        stashedBytes = stash.reduce(0) { $0 + $1.payload.count }
    }

    private func keep(_ header: ExchangeFrame, _ payload: [UInt8]) {
        guard stash.count < ExchangeLimits.mostStashedFrames,
            stashedBytes + payload.count <= mostStashedBytes
        else {
            refusedFrames += 1
            return
        }
        stash.append((header, payload))
        stashedBytes += payload.count
    }
}
