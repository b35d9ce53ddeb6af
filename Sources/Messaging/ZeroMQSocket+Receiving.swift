private import CZeroMQ
private import Glibc

extension ZeroMQSocket {
    /// Most refused messages skipped by one call, so that a hostile peer cannot keep it.
    private static var maximumRefusedPerCall: Int { 64 }

    /// Gives the next message to `body` in place, without waiting and without a copy.
    ///
    /// Nil when there is none. Messages with a frame over `maximumFrameBytes` or too many parts are
    /// dropped and counted. `body` must not receive from this socket.
    package func withReceived<Outcome>(
        _ body: (IncomingMessage) throws -> Outcome,
    ) throws -> Outcome? {
        precondition(!storage.isInUse, "receive within a receive of the same socket")
        for _ in 0..<Self.maximumRefusedPerCall {
            defer { storage.release() }
            switch try receiveParts() {
            case .nothing:
                return nil
            case .refused:
                refusedMessages += 1
            case .complete:
                storage.publish(hasRoutingID: kind == .router)
                // Without an authenticator the peer itself may write this metadata.
                let userID = curve.isServer ? storage.userID() : nil
                let message = IncomingMessage(
                    frames: storage.frames,
                    userID: userID,
                    routingID: storage.routingID,
                    sourceDescriptor: isWatched ? storage.sourceDescriptor() : nil,
                )
                return try body(message)
            }
        }
        return nil
    }

    /// Copies the next message into `buffer` without waiting; false when there is none.
    package func receive(into buffer: inout ReceiveBuffer) throws -> Bool {
        try withReceived { buffer.store($0) } != nil
    }

    private enum Reception {
        case nothing
        case refused
        case complete
    }

    private func receiveParts() throws(MessagingError) -> Reception {
        let socket = try handle()
        var isRefused = false
        var isFirst = true
        while true {
            guard let slot = storage.nextSlot()?.assumingMemoryBound(to: zmq_msg_t.self) else {
                // The rest of an over-long message is read into the freed slots and dropped.
                storage.release()
                isRefused = true
                continue
            }
            let count = receivePart(slot, socket)
            if count < 0 {
                let error = zmq_errno()
                // libzmq delivers messages whole: only the first part can be missing.
                if error == EAGAIN, isFirst { return .nothing }
                throw MessagingError.of(code: error, "receive on", "\(kind.rawValue) socket")
            }
            isFirst = false
            // tcp and ipc refuse by themselves, inproc has no such check.
            if Int(count) > limits.maximumFrameBytes { isRefused = true }
            if zmq_msg_more(slot) == 0 { return isRefused ? .refused : .complete }
        }
    }

    private func receivePart(
        _ slot: UnsafeMutablePointer<zmq_msg_t>,
        _ socket: UnsafeMutableRawPointer,
    ) -> Int32 {
        while true {
            let count = zmq_msg_recv(slot, socket, ZMQ_DONTWAIT)
            if count >= 0 || zmq_errno() != EINTR { return count }
        }
    }
}
