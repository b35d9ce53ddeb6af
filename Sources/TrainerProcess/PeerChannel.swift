import ClusterVocabulary
import Messaging
import Sealing
import WireCodec

/// The way to one peer: plain frames through a socket of this host, sealed ones to another host.
final class PeerChannel {
    let sender: ExchangeSender
    /// The sealer of this member's life in the term, and the number of this socket within it.
    private let seal: (sealer: FrameSealer, channel: UInt32)?
    private var buffers: [SendBuffer] = []
    /// A frame that is sealed and did not go yet: it is offered again as it is.
    private var sealed: [OutgoingFrame]?

    /// A channel within the host.
    init(local endpoint: String, _ context: MessagingContext) throws {
        sender = try ExchangeSender(endpoint: endpoint, context: context)
        seal = nil
    }

    /// A channel to another host.
    init(
        remote endpoint: String, _ context: MessagingContext, sealer: FrameSealer, channel: UInt32
    ) throws {
        var limits = SocketLimits.bulk
        limits.usesIPv6 = endpoint.contains("[")
        sender = try ExchangeSender(endpoint: endpoint, context: context, limits: limits)
        seal = (sealer, channel)
    }

    /// Offers a frame without waiting; false when the peer's queue is full: offer the same again.
    func trySend(_ header: ExchangeFrame, _ payload: UnsafeRawBufferPointer) throws -> Bool {
        guard let seal else {
            return try sender.trySend([.bytes(header.encoded), .copy(payload)]) == .sent
        }
        if sealed == nil {
            guard let buffer = freeBuffer(), let start = buffer.bytes.baseAddress else {
                return false
            }
            let clear = seal.sealer.seal(
                payload, address: header.encoded, channel: seal.channel, into: start)
            let count = payload.count + FrameSealer.overhead
            sealed = [.bytes(clear), .region(buffer.region(0..<count))]
        }
        guard let frames = sealed, try sender.trySend(frames) == .sent else { return false }
        sealed = nil
        return true
    }

    /// Whether the next frame could be sealed now.
    var hasFreeBuffer: Bool {
        seal == nil || sealed != nil || buffers.count < ExchangeLimits.sealBuffers
            || buffers.contains { $0.regionsInFlight == 0 }
    }

    /// A buffer that libzmq reads no longer.
    private func freeBuffer() -> SendBuffer? {
        if let free = buffers.first(where: { $0.regionsInFlight == 0 }) { return free }
        guard buffers.count < ExchangeLimits.sealBuffers else { return nil }
        let buffer = SendBuffer(byteCount: ExchangeLimits.mostFrameBytes)
        buffers.append(buffer)
        return buffer
    }

    func close() {
        sender.close()
    }
}
