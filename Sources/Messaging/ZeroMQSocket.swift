private import CZeroMQ
private import Glibc

/// One libzmq socket. It belongs to one thread at a time and is deliberately not `Sendable`.
package final class ZeroMQSocket {
    /// The message pattern.
    package let kind: SocketKind
    /// The bounds it was made with.
    package let limits: SocketLimits
    /// Messages that came in and were dropped for an oversized frame or too many parts.
    package internal(set) var refusedMessages: UInt64 = 0

    let curve: CurveOptions
    let context: MessagingContext
    let storage = MessageStorage()
    /// Whether a ``ConnectionWatch`` asks where messages come from.
    var isWatched = false
    private var connectedEndpoints: [String] = []
    private var boundPaths: [UnixSocketPath] = []
    private var openHandle: UnsafeMutableRawPointer?

    /// Longest wait that libzmq's millisecond argument can express.
    package static let maximumWait = Duration.milliseconds(Int64(Int32.max))

    /// How long a bind waits for an endpoint that may be about to be released.
    package static let releaseGrace = Duration.milliseconds(200)

    /// Creates a socket; throws `optionRefused` for a limit out of bounds and
    /// `authenticatorMissing` for a CURVE server without a `ZAPHandler`.
    package init(
        kind: SocketKind,
        context: MessagingContext,
        limits: SocketLimits = SocketLimits(),
        curve: CurveOptions = .none,
    ) throws(MessagingError) {
        if curve.isServer, !context.hasAuthenticator { throw .authenticatorMissing }
        guard let handle = zmq_socket(context.handle, kind.typeNumber) else {
            throw MessagingError.last("create", "\(kind.rawValue) socket")
        }
        self.kind = kind
        self.limits = limits
        self.curve = curve
        self.context = context
        openHandle = handle
        try applyOptions()
    }

    /// Listens on an endpoint and returns the actual one (`tcp://127.0.0.1:*` gets a free port).
    /// Throws `addressInUse` when another socket holds it.
    ///
    /// libzmq lets go of an endpoint some time after its socket was closed: it is tried for
    /// `patience`.
    @discardableResult
    package func bind(
        _ endpoint: String, patience: Duration = releaseGrace
    ) throws(MessagingError) -> String {
        try check(endpoint: endpoint)
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                try bindOnce(endpoint)
                break
            } catch .addressInUse where ContinuousClock.now < deadline {
                usleep(1000)
            }
        }
        return try lastEndpoint()
    }

    /// Connects in the background; a peer that is not there yet, or goes away, is tried again
    /// (not on inproc). Throws only for a malformed endpoint.
    package func connect(_ endpoint: String) throws(MessagingError) {
        try check(endpoint: endpoint)
        guard zmq_connect(try handle(), endpoint) == 0 else {
            throw MessagingError.last("connect", endpoint)
        }
        connectedEndpoints.append(endpoint)
    }

    /// Connects to `endpoint` instead of all present ones, dropping what is queued for them; a
    /// malformed endpoint throws and changes nothing.
    package func reconnect(to endpoint: String) throws(MessagingError) {
        let previous = connectedEndpoints
        if previous.contains(endpoint) {
            for old in previous { try disconnect(old) }
            try connect(endpoint)
        } else {
            try connect(endpoint)
            for old in previous { try disconnect(old) }
        }
    }

    /// Ends the connection made by `connect`, dropping what is queued for it; an endpoint that is
    /// not connected is fine.
    package func disconnect(_ endpoint: String) throws(MessagingError) {
        connectedEndpoints.removeAll { $0 == endpoint }
        guard zmq_disconnect(try handle(), endpoint) != 0 else { return }
        let error = zmq_errno()
        // An inproc connection whose listener has gone is already forgotten.
        if error == ENOENT { return }
        throw MessagingError.of(code: error, "disconnect", endpoint)
    }

    /// Waits until the socket can receive; false when `timeout` passed first, nil waits for ever.
    package func waitUntilReadable(timeout: Duration?) throws(MessagingError) -> Bool {
        try wait(for: Int16(ZMQ_POLLIN), timeout: timeout)
    }

    /// Waits until the socket can send; false when `timeout` passed first, nil waits for ever.
    package func waitUntilWritable(timeout: Duration?) throws(MessagingError) -> Bool {
        try wait(for: Int16(ZMQ_POLLOUT), timeout: timeout)
    }

    /// Closes the socket and removes the file of an ipc endpoint; libzmq lets go of a port shortly
    /// after. Every later operation throws `contextEnded`. Closing twice is fine.
    package func close() {
        guard let openHandle else { return }
        // libzmq leaves the file behind. While this socket listens the path is surely its own.
        for path in boundPaths { path.remove() }
        boundPaths.removeAll()
        zmq_close(openHandle)
        self.openHandle = nil
    }

    /// The libzmq socket; throws `contextEnded` once closed.
    func handle() throws(MessagingError) -> UnsafeMutableRawPointer {
        guard let openHandle else { throw .contextEnded }
        return openHandle
    }

    private func bindOnce(_ endpoint: String) throws(MessagingError) {
        let path = UnixSocketPath(endpoint: endpoint)
        // libzmq unlinks the path before it binds, which would take it from a live listener.
        if let path, path.isListenedOn { throw .addressInUse(endpoint: endpoint, port: nil) }
        guard zmq_bind(try handle(), endpoint) == 0 else {
            throw MessagingError.last("bind", endpoint)
        }
        if let path { boundPaths.append(path) }
    }

    private func check(endpoint: String) throws(MessagingError) {
        if endpoint.utf8.contains(0) {
            throw .invalidEndpoint(endpoint: endpoint, reason: "it contains a NUL byte")
        }
        if endpoint.hasPrefix("tcp://"), !Self.hasValidPort(endpoint) {
            throw .invalidEndpoint(endpoint: endpoint, reason: "the port must be 1 to 65535, or *")
        }
        if curve.isEncrypted, endpoint.hasPrefix("inproc:") {
            throw .transportWithoutEncryption(endpoint: endpoint)
        }
    }

    /// libzmq itself takes a port modulo 65536.
    private static func hasValidPort(_ endpoint: String) -> Bool {
        guard let colon = endpoint.lastIndex(of: ":") else { return false }
        let port = endpoint[endpoint.index(after: colon)...]
        return port == "*" || UInt16(port).map { $0 > 0 } == true
    }

    /// Waits until one of several sockets can receive, or one of others can send; false when
    /// `timeout` passed first.
    package static func waitUntilReady(
        readable: [ZeroMQSocket], writable: [ZeroMQSocket], timeout: Duration
    ) throws(MessagingError) -> Bool {
        var items: [zmq_pollitem_t] = []
        for (sockets, events) in [(readable, ZMQ_POLLIN), (writable, ZMQ_POLLOUT)] {
            for socket in sockets {
                items.append(
                    zmq_pollitem_t(
                        socket: try socket.handle(), fd: 0, events: Int16(events), revents: 0))
            }
        }
        return try poll(&items, timeout: timeout, "\(items.count) sockets")
    }

    private func wait(for events: Int16, timeout: Duration?) throws(MessagingError) -> Bool {
        var items = [zmq_pollitem_t(socket: try handle(), fd: 0, events: events, revents: 0)]
        return try Self.poll(&items, timeout: timeout, "\(kind.rawValue) socket")
    }

    private static func poll(
        _ items: inout [zmq_pollitem_t], timeout: Duration?, _ name: String
    ) throws(MessagingError) -> Bool {
        let deadline = timeout.map { ContinuousClock.now + min($0, maximumWait) }
        while true {
            let remaining = deadline.map { max(.zero, $0 - ContinuousClock.now) }
            let count = zmq_poll(
                &items, Int32(items.count), Int(remaining?.roundedUpMilliseconds ?? -1))
            if count > 0 { return true }
            if count == 0 { return false }
            if zmq_errno() != EINTR { throw MessagingError.last("poll", name) }
        }
    }

    deinit {
        close()
    }
}

extension SocketKind {
    fileprivate var typeNumber: Int32 {
        switch self {
        case .router: ZMQ_ROUTER
        case .dealer: ZMQ_DEALER
        case .push: ZMQ_PUSH
        case .pull: ZMQ_PULL
        case .pair: ZMQ_PAIR
        }
    }
}
