private import CZeroMQ
private import Glibc

extension ZeroMQSocket {
    func applyOptions() throws(MessagingError) {
        try applyQueueBounds()
        try applyTimers()
        if kind == .router {
            try set(ZMQ_ROUTER_MANDATORY, "ZMQ_ROUTER_MANDATORY", limits.reportsUnknownPeers)
            try set(ZMQ_ROUTER_HANDOVER, "ZMQ_ROUTER_HANDOVER", limits.handsOverRoutingIDs)
        }
        if let routingID = limits.routingID {
            try apply(routingID)
        }
        try set(ZMQ_IPV6, "ZMQ_IPV6", limits.usesIPv6)
        try applyCurve()
    }

    /// The endpoint of the last `bind`, with the port that was chosen.
    func lastEndpoint() throws(MessagingError) -> String {
        // Longer than any path of a Unix socket or host name with a port.
        var text = [CChar](repeating: 0, count: 512)
        var length = text.count
        guard zmq_getsockopt(try handle(), ZMQ_LAST_ENDPOINT, &text, &length) == 0 else {
            throw MessagingError.last("read endpoint of", "\(kind.rawValue) socket")
        }
        let bytes = text.prefix(while: { $0 != 0 }).map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func applyQueueBounds() throws(MessagingError) {
        let marks = 1...SocketLimits.maximumHighWaterMark
        try require(limits.sendHighWaterMark, in: marks, "sendHighWaterMark")
        try require(limits.receiveHighWaterMark, in: marks, "receiveHighWaterMark")
        let frame = 1...SocketLimits.maximumFrameBytesCeiling
        try require(limits.maximumFrameBytes, in: frame, "maximumFrameBytes")
        try set(ZMQ_SNDHWM, "ZMQ_SNDHWM", Int32(limits.sendHighWaterMark))
        try set(ZMQ_RCVHWM, "ZMQ_RCVHWM", Int32(limits.receiveHighWaterMark))
        try set(ZMQ_MAXMSGSIZE, "ZMQ_MAXMSGSIZE", Int64(limits.maximumFrameBytes))
        try set(ZMQ_IMMEDIATE, "ZMQ_IMMEDIATE", limits.queuesOnlyToConnectedPeers)
        if let bytes = limits.kernelBufferBytes {
            try require(bytes, in: 1...Int(Int32.max), "kernelBufferBytes")
            try set(ZMQ_SNDBUF, "ZMQ_SNDBUF", Int32(bytes))
            try set(ZMQ_RCVBUF, "ZMQ_RCVBUF", Int32(bytes))
        }
    }

    private func applyTimers() throws(MessagingError) {
        guard limits.linger >= .zero, limits.linger <= SocketLimits.maximumLinger else {
            throw .optionRefused(
                name: "linger",
                value: "\(limits.linger)",
                reason: "must be between 0 and \(SocketLimits.maximumLinger)",
            )
        }
        try set(ZMQ_LINGER, "ZMQ_LINGER", limits.linger)
        try set(ZMQ_RECONNECT_IVL, "ZMQ_RECONNECT_IVL", limits.reconnectInterval)
        try set(ZMQ_RECONNECT_IVL_MAX, "ZMQ_RECONNECT_IVL_MAX", limits.maximumReconnectInterval)
        try set(ZMQ_HANDSHAKE_IVL, "ZMQ_HANDSHAKE_IVL", limits.handshakeInterval)
        if limits.heartbeatInterval > .zero {
            try set(ZMQ_HEARTBEAT_IVL, "ZMQ_HEARTBEAT_IVL", limits.heartbeatInterval)
            try set(ZMQ_HEARTBEAT_TIMEOUT, "ZMQ_HEARTBEAT_TIMEOUT", limits.heartbeatTimeout)
            try set(ZMQ_HEARTBEAT_TTL, "ZMQ_HEARTBEAT_TTL", limits.heartbeatTimeToLive)
        }
        let idle = limits.keepaliveIdle
        try set(ZMQ_TCP_KEEPALIVE, "ZMQ_TCP_KEEPALIVE", idle > .zero)
        if idle > .zero {
            let seconds = max(1, idle.roundedUpMilliseconds / 1000)
            try set(ZMQ_TCP_KEEPALIVE_IDLE, "ZMQ_TCP_KEEPALIVE_IDLE", seconds)
            try set(ZMQ_TCP_KEEPALIVE_INTVL, "ZMQ_TCP_KEEPALIVE_INTVL", Int32(1))
            let probes = Int32(SocketLimits.keepaliveProbes)
            try set(ZMQ_TCP_KEEPALIVE_CNT, "ZMQ_TCP_KEEPALIVE_CNT", probes)
        }
        if limits.unacknowledgedTimeout > .zero {
            try set(ZMQ_TCP_MAXRT, "ZMQ_TCP_MAXRT", limits.unacknowledgedTimeout)
        }
    }

    private func apply(_ routingID: PeerID) throws(MessagingError) {
        let bytes = routingID.bytes
        guard (1...PeerID.maximumBytes).contains(bytes.count), bytes.first != 0 else {
            throw .optionRefused(
                name: "routingID",
                value: "\(routingID)",
                reason: "must be 1 to \(PeerID.maximumBytes) bytes, the first of them not 0",
            )
        }
        let code = zmq_setsockopt(try handle(), ZMQ_ROUTING_ID, bytes, bytes.count)
        try checkOption(code, "ZMQ_ROUTING_ID", "\(routingID)")
    }

    private func applyCurve() throws(MessagingError) {
        switch curve {
        case .none:
            return
        case .server(let own, let domain):
            guard !domain.isEmpty, !domain.utf8.contains(0) else {
                throw .optionRefused(name: "domain", value: "", reason: "must not be empty")
            }
            try set(ZMQ_CURVE_SERVER, "ZMQ_CURVE_SERVER", true)
            try setKey(ZMQ_CURVE_SECRETKEY, own.secretKey, role: "secret key")
            try setText(ZMQ_ZAP_DOMAIN, "ZMQ_ZAP_DOMAIN", domain)
            // Without it libzmq admits every client while no authenticator answers.
            try set(Self.enforceDomain, "ZMQ_ZAP_ENFORCE_DOMAIN", true)
        case .client(let serverPublicKey, let own):
            try setKey(ZMQ_CURVE_SERVERKEY, serverPublicKey, role: "server's public key")
            try setKey(ZMQ_CURVE_PUBLICKEY, own.publicKey, role: "public key")
            try setKey(ZMQ_CURVE_SECRETKEY, own.secretKey, role: "secret key")
        }
    }

    /// ZMQ_ZAP_ENFORCE_DOMAIN: the header hides the name behind its draft switch, the library
    /// has it.
    private static var enforceDomain: Int32 { 93 }

    private func require(
        _ value: Int,
        in range: ClosedRange<Int>,
        _ name: String,
    ) throws(MessagingError) {
        guard range.contains(value) else {
            throw .optionRefused(
                name: name,
                value: "\(value)",
                reason: "must be between \(range.lowerBound) and \(range.upperBound)",
            )
        }
    }

    private func set(_ option: Int32, _ name: String, _ value: Bool) throws(MessagingError) {
        try set(option, name, Int32(value ? 1 : 0))
    }

    private func set(_ option: Int32, _ name: String, _ value: Duration) throws(MessagingError) {
        try set(option, name, value.roundedUpMilliseconds)
    }

    private func set<Value: FixedWidthInteger>(
        _ option: Int32,
        _ name: String,
        _ value: Value,
    ) throws(MessagingError) {
        var copy = value
        let code = zmq_setsockopt(try handle(), option, &copy, MemoryLayout<Value>.size)
        try checkOption(code, name, "\(value)")
    }

    private func setText(_ option: Int32, _ name: String, _ text: String) throws(MessagingError) {
        let code = zmq_setsockopt(try handle(), option, text, text.utf8.count)
        try checkOption(code, name, text)
    }

    private func setKey(_ option: Int32, _ key: String, role: String) throws(MessagingError) {
        guard CurveKeyPair.isKey(key),
            zmq_setsockopt(try handle(), option, key, CurveKeyPair.keyCharacters) == 0
        else { throw .invalidKey(role: role) }
    }

    private func checkOption(
        _ code: Int32,
        _ name: String,
        _ value: String,
    ) throws(MessagingError) {
        guard code != 0 else { return }
        let error = zmq_errno()
        if error == MessagingError.lostContext { throw .contextEnded }
        let reason = String(cString: zmq_strerror(error))
        throw .optionRefused(name: name, value: value, reason: reason)
    }
}
