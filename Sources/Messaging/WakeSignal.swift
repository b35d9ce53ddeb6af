private import Glibc

/// A file descriptor that becomes readable when any thread asks for attention.
final class WakeSignal: Sendable {
    /// To be polled for reading by the woken thread.
    let readDescriptor: Int32
    private let writeDescriptor: Int32

    init() throws(MessagingError) {
        var pair: [Int32] = [-1, -1]
        // A socket pair: Swift sees neither eventfd nor pipe2, and close-on-exec must be atomic.
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        guard socketpair(AF_UNIX, Int32(type), 0, &pair) == 0 else {
            throw MessagingError.of(code: errno, "create", "wake signal")
        }
        readDescriptor = pair[0]
        writeDescriptor = pair[1]
    }

    /// Wakes the thread; a full buffer already does.
    func raise() {
        var byte: UInt8 = 1
        while send(writeDescriptor, &byte, 1, Int32(MSG_NOSIGNAL)) < 0, errno == EINTR {}
    }

    /// Takes all signals raised so far.
    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while true {
                let count = read(readDescriptor, buffer.baseAddress, buffer.count)
                if count == buffer.count || (count < 0 && errno == EINTR) { continue }
                return
            }
        }
    }

    deinit {
        close(readDescriptor)
        close(writeDescriptor)
    }
}
