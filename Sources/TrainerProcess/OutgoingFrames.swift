import Determinism
import WireCodec

/// What still has to be sent to one peer, in order; the memory named must stay until sent.
struct OutgoingFrames {
    private var queue: [(header: ExchangeFrame, payload: UnsafeRawBufferPointer)] = []
    private var next = 0

    var isEmpty: Bool { next == queue.count }

    /// Queues one frame, sealing the header with the payload's digest.
    mutating func append(_ header: ExchangeFrame, _ payload: UnsafeRawBufferPointer) {
        var sealed = header
        let digest = FastDigest.of(payload)
        sealed.digestHigh = digest.high
        sealed.digestLow = digest.low
        queue.append((sealed, payload))
    }

    /// Queues `count` floats as frames of at most ``ExchangeLimits/elementsPerFrame``.
    mutating func append(
        _ header: ExchangeFrame, floats: UnsafePointer<Float>, count: Int
    ) {
        var offset = 0
        while offset < count {
            let length = min(ExchangeLimits.elementsPerFrame, count - offset)
            var part = header
            part.elementOffset = UInt64(offset)
            part.elementCount = UInt32(length)
            append(
                part,
                UnsafeRawBufferPointer(
                    UnsafeBufferPointer(start: floats + offset, count: length)))
            offset += length
        }
    }

    /// Sends what the peer's queue takes; true when something went.
    mutating func pump(into channel: PeerChannel) throws -> Bool {
        var went = false
        while next < queue.count {
            let frame = queue[next]
            guard try channel.trySend(frame.header, frame.payload) else { break }
            next += 1
            went = true
        }
        if next == queue.count {
            queue.removeAll(keepingCapacity: true)
            next = 0
        }
        return went
    }
}
