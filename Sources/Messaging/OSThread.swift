private import Glibc
private import Synchronization

/// One operating-system thread that runs a body once and can be joined from any thread.
final class OSThread: Sendable {
    private let handle: Mutex<pthread_t?>
    private let identity: Identity

    /// Set by the thread itself before its body runs, so that it can be recognised.
    private final class Identity: Sendable {
        let value = Atomic<UInt>(0)
    }

    private final class Start: Sendable {
        let name: String
        let identity: Identity
        let body: @Sendable () -> Void

        init(name: String, identity: Identity, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.identity = identity
            self.body = body
        }
    }

    /// Starts the thread; the kernel keeps the first 15 bytes of `name`.
    init(name: String, body: @escaping @Sendable () -> Void) throws(MessagingError) {
        let identity = Identity()
        let start = Unmanaged.passRetained(Start(name: name, identity: identity, body: body))
        var created = pthread_t()
        let code = pthread_create(
            &created,
            nil,
            { argument in
                guard let argument else { return nil }
                OSThread.run(Unmanaged<Start>.fromOpaque(argument))
                return nil
            },
            start.toOpaque(),
        )
        guard code == 0 else {
            start.release()
            throw MessagingError.of(code: code, "start thread", name)
        }
        self.identity = identity
        handle = Mutex(created)
    }

    /// Waits for the end of the thread; called by the thread itself it lets it go instead.
    func join() {
        if identity.value.load(ordering: .acquiring) == UInt(pthread_self()) {
            handle.withLock { handle in
                if let thread = handle { pthread_detach(thread) }
                handle = nil
            }
            return
        }
        // The lock is held until the end, so that a second caller returns no earlier.
        handle.withLock { handle in
            if let thread = handle { pthread_join(thread, nil) }
            handle = nil
        }
    }

    private static func run(_ unmanaged: Unmanaged<Start>) {
        let start = unmanaged.takeRetainedValue()
        start.identity.value.store(UInt(pthread_self()), ordering: .releasing)
        setName(start.name)
        start.body()
    }

    /// Swift does not see `pthread_setname_np`; a thread without its name does no harm.
    private static func setName(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
