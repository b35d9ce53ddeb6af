private import Synchronization

/// Decides, on a thread of its own, which clients the CURVE servers of one context admit.
///
/// Keep it running as long as they: while it is stopped, every new client is refused.
package final class ZAPHandler: Sendable {
    /// Gives the user id (1...`maximumUserIDBytes` bytes) of a client to admit, nil to refuse it:
    /// public key as 40 characters of Z85, IP address (empty for ipc), domain of the server. It
    /// runs on the handler's thread and must be quick.
    package typealias Decision =
        @Sendable (_ publicKey: String, _ address: String, _ domain: String) -> String?

    /// Most bytes of a user id.
    package static let maximumUserIDBytes = 255

    private static let endpoint = "inproc://zeromq.zap.01"

    private let loop: MessagingLoop
    private let context: MessagingContext
    private let isStopped = Atomic<Bool>(false)

    /// Starts to answer; throws `addressInUse` for the second one of a context.
    package init(
        context: MessagingContext,
        decide: @escaping Decision,
    ) throws(MessagingError) {
        let socket = try ZeroMQSocket(kind: .router, context: context)
        try socket.bind(Self.endpoint)
        let loop = try MessagingLoop(name: "authenticator", sockets: [socket])
        self.loop = loop
        self.context = context
        try loop.start { [weak loop] _, message in
            guard let request = ZAPRequest(frames: message.frames) else { return }
            let userID = Self.userID(of: request, decide)
            loop?.send(to: message.peer, frames: request.reply(userID: userID))
        }
        context.authenticatorStarted()
    }

    /// Clients asked for so far.
    package var requestCount: UInt64 { loop.counters.received }

    /// Ends the thread; clients that connect later are refused.
    package func stop() {
        loop.stop()
        if !isStopped.exchange(true, ordering: .acquiringAndReleasing) {
            context.authenticatorStopped()
        }
    }

    private static func userID(of request: ZAPRequest, _ decide: Decision) -> String? {
        guard let publicKey = request.publicKey,
            let userID = decide(publicKey, request.address, request.domain),
            (1...maximumUserIDBytes).contains(userID.utf8.count),
            // libzmq hands metadata out as C text, which would end there.
            !userID.utf8.contains(0)
        else { return nil }
        return userID
    }

    deinit {
        stop()
    }
}
