import ClusterVocabulary
import Determinism
import Foundation
import Messaging
import Synchronization
import WorkerCore

/// Asks the scheduler's host whether a scheduler runs there, while none is heard.
///
/// A refused connection is the host's own word that nothing listens; silence says nothing, because
/// the scheduler may work behind a cut link. So a firewall between them has to drop what it does
/// not let through, not to reset it.
final class SchedulerAbsence: Sendable {
    /// Between two questions.
    static let pause = Duration.seconds(2)

    private struct State {
        var isAsking = false
        var askedAt: LogicalInstant?
    }

    private let inbox: WorkerInbox
    private let state = Mutex(State())

    init(inbox: WorkerInbox) {
        self.inbox = inbox
    }

    /// Asks on a thread of its own, unless it was asked a moment ago; a refusal counts from now.
    func ask(_ endpoint: String, at now: LogicalInstant) {
        guard let (host, port) = SchedulerAbsence.parts(of: endpoint) else { return }
        let isDue = state.withLock { state in
            if state.isAsking { return false }
            if let last = state.askedAt, now - last < SchedulerAbsence.pause { return false }
            state.isAsking = true
            state.askedAt = now
            return true
        }
        guard isDue else { return }
        let thread = Thread { [self] in
            if PortProbe.isRefused(host: host, port: port) { inbox.put(.schedulerAbsent(now)) }
            state.withLock { $0.isAsking = false }
        }
        thread.name = "absence"
        thread.start()
    }

    /// Host and port of `tcp://HOST:PORT`.
    static func parts(of endpoint: String) -> (host: String, port: Int)? {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":"),
            let port = Int(endpoint[endpoint.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        var host = endpoint[..<colon].dropFirst("tcp://".count)
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty ? nil : (String(host), port)
    }
}
