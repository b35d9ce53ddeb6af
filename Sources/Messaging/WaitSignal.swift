private import Glibc

/// A counting wake-up between threads: every `notify` lets one `wait` pass.
///
/// Time limits count on the monotone clock: a step of the wall clock neither shortens nor
/// lengthens a wait. @unchecked: mutex and condition are made for sharing; both are initialised
/// once and destroyed at the end, and the count is only touched under the mutex.
package final class WaitSignal: @unchecked Sendable {
    private struct Cell {
        var mutex = pthread_mutex_t()
        var condition = pthread_cond_t()
        var count = 0
    }

    private let cell: UnsafeMutablePointer<Cell>

    /// A signal nobody has notified yet.
    package init() {
        cell = .allocate(capacity: 1)
        cell.initialize(to: Cell())
        pthread_mutex_init(&cell.pointee.mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(&cell.pointee.condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(&cell.pointee.condition)
        pthread_mutex_destroy(&cell.pointee.mutex)
        cell.deinitialize(count: 1)
        cell.deallocate()
    }

    /// Lets one wait pass.
    package func notify() {
        pthread_mutex_lock(&cell.pointee.mutex)
        cell.pointee.count += 1
        pthread_cond_signal(&cell.pointee.condition)
        pthread_mutex_unlock(&cell.pointee.mutex)
    }

    /// Waits for a notification.
    package func wait() {
        pthread_mutex_lock(&cell.pointee.mutex)
        while cell.pointee.count == 0 {
            pthread_cond_wait(&cell.pointee.condition, &cell.pointee.mutex)
        }
        cell.pointee.count -= 1
        pthread_mutex_unlock(&cell.pointee.mutex)
    }

    /// Waits for a notification, at most so long; false when none came.
    package func wait(milliseconds: Int) -> Bool {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        until.tv_sec += milliseconds / 1_000
        until.tv_nsec += (milliseconds % 1_000) * 1_000_000
        if until.tv_nsec >= 1_000_000_000 {
            until.tv_sec += 1
            until.tv_nsec -= 1_000_000_000
        }
        pthread_mutex_lock(&cell.pointee.mutex)
        defer { pthread_mutex_unlock(&cell.pointee.mutex) }
        while cell.pointee.count == 0 {
            let status = pthread_cond_timedwait(
                &cell.pointee.condition, &cell.pointee.mutex, &until)
            if status == ETIMEDOUT { return false }
        }
        cell.pointee.count -= 1
        return true
    }
}
