import Synchronization

/// A cancellation that may be asked for before there is anything to cancel: it is carried out as
/// soon as there is.
package final class PendingCancellation: Sendable {
    private struct State {
        var isAsked = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Nothing is asked for yet, and nothing is there.
    package init() {}

    /// Cancels what is there, or what will be.
    package func ask() {
        let cancel = state.withLock { state in
            state.isAsked = true
            return state.cancel
        }
        cancel?()
    }

    /// From now on `cancel` is how; it runs at once when it was asked for already.
    package func allow(_ cancel: @escaping @Sendable () -> Void) {
        let isAsked = state.withLock { state in
            state.cancel = cancel
            return state.isAsked
        }
        if isAsked { cancel() }
    }
}
