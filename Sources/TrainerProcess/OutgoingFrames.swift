import Determinism
import WireCodec

/// What still has to be sent to one peer, in order; the memory named must stay until sent.
struct OutgoingFrames {
    private struct Entry {
        var header: ExchangeFrame
        let payload: UnsafeRawBufferPointer
        var isDigested = false
    }

    private var queue: [Entry] = []
    private var next = 0
    /// Bytes sent so far, headers included.
    private(set) var bytesSent: Int64 = 0

    var isEmpty: Bool { next == queue.count }

    /// Queues one frame; its digest is taken when its turn comes, while the one before travels.
    mutating func append(_ header: ExchangeFrame, _ payload: UnsafeRawBufferPointer) {
        queue.append(Entry(header: header, payload: payload))
    }

    /// Queues `count` floats as frames of at most ``ExchangeLimits/elementsPerFrame``.
    mutating func append(
        _ header: ExchangeFrame, floats: UnsafePointer<Float>, count: Int
    ) {
        for part in FrameParts(count: count) {
            append(
                part.addressed(header),
                UnsafeRawBufferPointer(
                    UnsafeBufferPointer(start: floats + part.offset, count: part.count)))
        }
    }

    /// Sends what the peer's queue takes, at most `most` frames; true when something went.
    mutating func pump(into channel: PeerChannel, most: Int) throws -> Bool {
        var went = 0
        while next < queue.count, went < most {
            if !queue[next].isDigested {
                let digest = FastDigest.ofFrame(queue[next].payload)
                queue[next].header.digestHigh = digest.high
                queue[next].header.digestLow = digest.low
                queue[next].isDigested = true
            }
            let frame = queue[next]
            guard try channel.trySend(frame.header, frame.payload) else { break }
            next += 1
            bytesSent += Int64(ExchangeFrame.byteCount + frame.payload.count)
            went += 1
        }
        if next == queue.count {
            queue.removeAll(keepingCapacity: true)
            next = 0
        }
        return went > 0
    }
}

/// How a run of elements is cut into frames: every part but the last has
/// ``ExchangeLimits/elementsPerFrame`` elements.
struct FrameParts: Sequence, IteratorProtocol {
    /// One frame's elements.
    struct Part {
        let offset: Int
        let count: Int

        /// The header with this part's place in it.
        func addressed(_ header: ExchangeFrame) -> ExchangeFrame {
            var header = header
            header.elementOffset = UInt64(offset)
            header.elementCount = UInt32(count)
            return header
        }
    }

    private let total: Int
    private var offset = 0

    init(count: Int) {
        total = count
    }

    mutating func next() -> Part? {
        guard offset < total else { return nil }
        let part = Part(
            offset: offset, count: Swift.min(ExchangeLimits.elementsPerFrame, total - offset))
        offset += part.count
        return part
    }
}
