private import CZeroMQ
private import Glibc
private import Synchronization

/// One libzmq context: its I/O threads and the namespace of its inproc endpoints.
///
/// Every socket keeps its context alive, so the order of the end is fixed: `shutdown()` makes every
/// blocking call fail with `contextEnded`, the owners close their sockets, and the release of the
/// last reference waits only for frames within their `linger`. Not to be released from a
/// `SendOwner`, whose callback runs on an I/O thread.
package final class MessagingContext: Sendable {
    // libzmq documents a context as safe for use by any thread.
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer
    private let authenticators = Atomic<Int>(0)

    /// Most sockets of one context; a message loop or endpoint uses one.
    package static let maximumSockets = 4096
    /// Most I/O threads of one context.
    package static let maximumIOThreads = 16

    /// Creates a context; `ioThreads` is clamped to 1...`maximumIOThreads`, one carries 1 GB/s.
    package init(ioThreads: Int = 1) throws(MessagingError) {
        guard let handle = zmq_ctx_new() else {
            throw MessagingError.last("create", "messaging context")
        }
        let threads = min(max(ioThreads, 1), Self.maximumIOThreads)
        zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(threads))
        zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, Int32(Self.maximumSockets))
        self.handle = handle
    }

    /// Makes every operation on every socket fail with `contextEnded`, waking blocked threads.
    package func shutdown() {
        zmq_ctx_shutdown(handle)
    }

    /// Whether a `ZAPHandler` answers for this context.
    package var hasAuthenticator: Bool { authenticators.load(ordering: .acquiring) > 0 }

    func authenticatorStarted() {
        authenticators.add(1, ordering: .releasing)
    }

    func authenticatorStopped() {
        authenticators.subtract(1, ordering: .releasing)
    }

    deinit {
        while zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
    }
}
