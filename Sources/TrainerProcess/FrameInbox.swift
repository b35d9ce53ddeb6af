import ClusterVocabulary
import Determinism
import Messaging
import Sealing
import WireCodec

/// Frames from peers: the next one from the sockets, and those that came before their round.
///
/// Frames from other hosts are sealed under the key of the term and opened here, before anybody
/// looks at what they say. A peer may be one round ahead; its frames are kept, in order and
/// bounded, and given again when the trainer gets there. Frames of older rounds and terms are
/// dropped and counted.
final class FrameInbox {
    /// What the reader did with a frame.
    enum Disposition {
        /// Used, or of no use.
        case done
        /// Of a later round or term: keep it.
        case later
    }

    /// A socket and what comes through it.
    struct Door {
        let receiver: ExchangeReceiver
        /// Whether strangers can reach it, so that every frame must prove itself.
        let isSealed: Bool
    }

    private let doors: [Door]
    /// Which door was read last.
    private var turn = 0
    private let mostStashedBytes: Int
    private var stash: [(header: ExchangeFrame, payload: [UInt8])] = []
    private var stashedBytes = 0
    /// Where sealed frames are opened, one at a time.
    private let scratch: UnsafeMutableRawBufferPointer
    private var opener: FrameOpener?
    private var openedTerm = Term.none
    /// Frames that were not used.
    private(set) var refusals = FrameRefusals()

    /// Reads from every door in turn; there is at least one.
    init(doors: [Door], stateBytes: Int) {
        self.doors = doors
        mostStashedBytes = 2 * stateBytes + ExchangeLimits.stashReserveBytes
        scratch = .allocate(byteCount: ExchangeLimits.mostFrameBytes, alignment: 64)
    }

    deinit {
        scratch.deallocate()
    }

    /// Sealed frames are those of this term from now on. Said again for the same term it changes
    /// nothing: what was opened stays opened, and cannot be played again.
    func adopt(_ term: Term, key: SecretBytes) {
        guard term > openedTerm else { return }
        openedTerm = term
        opener = key.bytes.isEmpty ? nil : FrameOpener(termKey: key.bytes)
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
        if doors.count == 1 {
            return try doors[0].receiver.receive(timeout: timeout) {
                try take($0, isSealed: doors[0].isSealed, body)
            } != nil
        }
        if try takeWaiting(body) { return true }
        guard timeout > .zero,
            try ExchangeReceiver.wait(for: doors.map(\.receiver), timeout: timeout)
        else { return false }
        return try takeWaiting(body)
    }

    /// Waits until a frame is there or one of the senders has room; false when neither is so.
    func wait(orFor senders: [ExchangeSender], timeout: Duration) throws -> Bool {
        try ExchangeReceiver.wait(
            for: doors.map(\.receiver), orSpaceIn: senders, timeout: timeout)
    }

    /// Gives the first frame that is there already, the doors taking turns.
    private func takeWaiting(
        _ body: (ExchangeFrame, UnsafeRawBufferPointer) throws -> Disposition
    ) throws -> Bool {
        for _ in doors {
            turn = (turn + 1) % doors.count
            let door = doors[turn]
            let taken: Void? = try door.receiver.receive(timeout: .zero) {
                try take($0, isSealed: door.isSealed, body)
            }
            if taken != nil { return true }
        }
        return false
    }

    private func take(
        _ message: IncomingMessage, isSealed: Bool,
        _ body: (ExchangeFrame, UnsafeRawBufferPointer) throws -> Disposition
    ) throws {
        guard message.frames.count == 2, message.frames[0].count >= ExchangeFrame.byteCount,
            message.frames[1].count <= ExchangeLimits.mostFrameBytes,
            let header = try? ExchangeFrame(
                decoding: UnsafeRawBufferPointer(
                    rebasing: message.frames[0].prefix(ExchangeFrame.byteCount)))
        else {
            refusals.malformed += 1
            return
        }
        guard isSealed || message.frames[0].count == ExchangeFrame.byteCount else {
            refusals.malformed += 1
            return
        }
        var payload = message.frames[1]
        if isSealed {
            guard let opened = open(message, header) else { return }
            payload = opened
        }
        let digest = FastDigest.ofFrame(payload)
        guard digest.high == header.digestHigh, digest.low == header.digestLow else {
            refusals.corrupted[header.senderRank, default: 0] += 1
            return
        }
        if case .later = try body(header, payload) { keep(header, Array(payload)) }
    }

    /// The plain bytes of a sealed frame of this term, valid until the next one.
    private func open(
        _ message: IncomingMessage, _ header: ExchangeFrame
    ) -> UnsafeRawBufferPointer? {
        guard header.term == openedTerm.number else {
            refusals.stale += 1
            return nil
        }
        guard let opener, let start = scratch.baseAddress,
            message.frames[0].count == ExchangeFrame.byteCount + SealStamp.byteCount
        else {
            refusals.forged += 1
            return nil
        }
        do {
            try opener.open(message.frames[1], clear: message.frames[0], into: start)
        } catch {
            switch error {
            case .malformed: refusals.malformed += 1
            case .forged, .tooManySenders: refusals.forged += 1
            case .replayed: refusals.replayed += 1
            }
            return nil
        }
        return UnsafeRawBufferPointer(
            rebasing: scratch[..<(message.frames[1].count - FrameSealer.overhead)])
    }

    /// Counts a frame that the reader knows to be of an older term or another job.
    func countStale() {
        refusals.stale += 1
    }

    /// Drops kept frames that `isStale` names.
    func discard(where isStale: (ExchangeFrame) -> Bool) {
        stash.removeAll { isStale($0.header) }
        stashedBytes = stash.reduce(0) { $0 + $1.payload.count }
    }

    private func keep(_ header: ExchangeFrame, _ payload: [UInt8]) {
        // A sign of life means something only as it comes.
        guard header.kind != .hello else { return }
        guard stash.count < ExchangeLimits.mostStashedFrames,
            stashedBytes + payload.count <= mostStashedBytes
        else {
            refusals.overflowed += 1
            return
        }
        stash.append((header, payload))
        stashedBytes += payload.count
    }
}
