private import Glibc

/// A counting wake-up between threads: every `notify` lets one `wait` pass.
///
/// @unchecked: the semaphore is made for sharing; it is initialised once and destroyed at the end.
package final class WaitSignal: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    /// A signal nobody has notified yet.
    package init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Lets one wait pass.
    package func notify() {
        sem_post(semaphore)
    }

    /// Waits for a notification.
    package func wait() {
        while sem_wait(semaphore) != 0 && errno == EINTR {}
    }

    /// Waits for a notification, at most so long; false when none came.
    package func wait(milliseconds: Int) -> Bool {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        until.tv_sec += milliseconds / 1_000
        until.tv_nsec += (milliseconds % 1_000) * 1_000_000
        if until.tv_nsec >= 1_000_000_000 {
            until.tv_sec += 1
            until.tv_nsec -= 1_000_000_000
        }
        while true {
            if sem_timedwait(semaphore, &until) == 0 { return true }
            if errno != EINTR { return false }
        }
    }
}
