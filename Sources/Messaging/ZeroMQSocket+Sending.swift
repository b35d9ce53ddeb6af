private import CZeroMQ
private import Glibc

extension ZeroMQSocket {
    /// Offers a message of one or more frames without waiting; whole or not at all.
    ///
    /// `peer` is the addressee of a router and nil for every other kind. Throws `frameTooLarge` for
    /// a frame that no receiver with the same limits would admit.
    package func send(
        _ frames: [OutgoingFrame],
        to peer: PeerID? = nil,
    ) throws(MessagingError) -> SendOutcome {
        for frame in frames where frame.count > limits.maximumFrameBytes {
            throw .frameTooLarge(bytes: frame.count, limit: limits.maximumFrameBytes)
        }
        return try sendParts(count: frames.count, to: peer) { message, index in
            Self.initialize(message, with: frames[index])
        }
    }

    /// Offers a message of copied frames without waiting; else as the other `send`.
    package func send(
        _ frames: [[UInt8]],
        to peer: PeerID? = nil,
    ) throws(MessagingError) -> SendOutcome {
        for frame in frames where frame.count > limits.maximumFrameBytes {
            throw .frameTooLarge(bytes: frame.count, limit: limits.maximumFrameBytes)
        }
        return try sendParts(count: frames.count, to: peer) { message, index in
            frames[index].withUnsafeBytes { Self.initialize(message, copying: $0) }
        }
    }

    private func sendParts(
        count: Int,
        to peer: PeerID?,
        initialize: (UnsafeMutablePointer<zmq_msg_t>, Int) -> Int32,
    ) throws(MessagingError) -> SendOutcome {
        precondition(count > 0, "a message has at least one frame")
        precondition((kind == .router) == (peer != nil), "a router, and only a router, addresses")
        let socket = try handle()
        if let peer {
            let outcome = try sendPart(socket, isLast: false) { message in
                peer.bytes.withUnsafeBytes { Self.initialize(message, copying: $0) }
            }
            if outcome != .sent { return outcome }
        }
        for index in 0..<count {
            // When a later part fails, libzmq has rolled back the earlier ones.
            let outcome = try sendPart(socket, isLast: index == count - 1) { message in
                initialize(message, index)
            }
            if outcome != .sent { return outcome }
        }
        return .sent
    }

    private func sendPart(
        _ socket: UnsafeMutableRawPointer,
        isLast: Bool,
        initialize: (UnsafeMutablePointer<zmq_msg_t>) -> Int32,
    ) throws(MessagingError) -> SendOutcome {
        var message = zmq_msg_t()
        guard initialize(&message) == 0 else {
            throw MessagingError.last("allocate a frame for", "\(kind.rawValue) socket")
        }
        let flags = isLast ? ZMQ_DONTWAIT : ZMQ_DONTWAIT | ZMQ_SNDMORE
        while zmq_msg_send(&message, socket, flags) < 0 {
            let error = zmq_errno()
            if error == EINTR { continue }
            zmq_msg_close(&message)
            switch error {
            case EAGAIN: return .wouldBlock
            case EHOSTUNREACH: return .unreachable
            default: throw MessagingError.of(code: error, "send on", "\(kind.rawValue) socket")
            }
        }
        return .sent
    }

    private static func initialize(
        _ message: UnsafeMutablePointer<zmq_msg_t>,
        with frame: OutgoingFrame,
    ) -> Int32 {
        switch frame {
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { initialize(message, copying: $0) }
        case .copy(let region):
            return initialize(message, copying: region)
        case .region(let region):
            return initialize(message, referringTo: region)
        }
    }

    private static func initialize(
        _ message: UnsafeMutablePointer<zmq_msg_t>,
        copying bytes: UnsafeRawBufferPointer,
    ) -> Int32 {
        let code = zmq_msg_init_size(message, bytes.count)
        if code == 0, let source = bytes.baseAddress, !bytes.isEmpty {
            memcpy(zmq_msg_data(message), source, bytes.count)
        }
        return code
    }

    private static func initialize(
        _ message: UnsafeMutablePointer<zmq_msg_t>,
        referringTo region: OwnedRegion,
    ) -> Int32 {
        guard let base = region.bytes.baseAddress, !region.bytes.isEmpty else {
            return zmq_msg_init_size(message, 0)
        }
        let hold = Unmanaged.passRetained(RegionHold(region.owner))
        let code = zmq_msg_init_data(
            message,
            UnsafeMutableRawPointer(mutating: base),
            region.bytes.count,
            { _, hint in
                if let hint { Unmanaged<RegionHold>.fromOpaque(hint).release() }
            },
            hold.toOpaque(),
        )
        if code != 0 { hold.release() }
        return code
    }
}
