import Glibc

/// A plain thread for tests; sockets must not move between the threads of a task pool.
final class TestThread {
    private let handle: pthread_t

    struct CannotStart: Error {}

    private final class Body {
        let run: () -> Void

        init(_ run: @escaping () -> Void) {
            self.run = run
        }
    }

    init(_ body: @escaping @Sendable () -> Void) throws {
        var created = pthread_t()
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        let code = pthread_create(
            &created,
            nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            argument,
        )
        guard code == 0 else { throw CannotStart() }
        handle = created
    }

    func join() {
        pthread_join(handle, nil)
    }
}
