import Messaging
import Synchronization
import Testing

/// A router tells at once which peer's connection closed.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionWatchTests {
    private final class Seen: Sendable {
        let messages = Atomic<Int>(0)
        let gone = Mutex<[PeerID]>([])
    }

    /// libzmq 4.3.4 aborts the process when its own heartbeat comes due on a connection that was
    /// handed over and then broke; the default limits have none.
    @Test func twoPeersOfOneRoutingIDDoNotEndTheRouter() async throws {
        let context = try MessagingContext()
        let seen = Seen()
        let router = try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
        try router.start { _ in seen.messages.add(1, ordering: .relaxed) }
        for round in 1...3 {
            var dealers: [DealerEndpoint] = []
            for _ in 0..<2 {
                var limits = SocketLimits()
                limits.routingID = PeerID("twin")
                let dealer = try DealerEndpoint(
                    endpoint: router.endpoint, context: try MessagingContext(), limits: limits)
                try dealer.start { _ in }
                for _ in 0..<20 {
                    dealer.send(frames: [[1]])
                    try await Task.sleep(for: .milliseconds(2))
                }
                dealers.append(dealer)
            }
            // The first goes on sending on the connection that the second took over.
            for _ in 0..<20 { dealers[0].send(frames: [[1]]) }
            dealers[0].stop()
            // Longer than a heartbeat would take to come due.
            try await Task.sleep(for: .milliseconds(1_200))
            dealers[1].stop()
            #expect(router.isRunning, "after round \(round)")
        }
        router.stop()
    }

    @Test func aPeerWhoseConnectionClosesIsNamed() async throws {
        let context = try MessagingContext()
        let seen = Seen()
        let router = try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
        try router.start(
            onDisconnect: { peer in seen.gone.withLock { $0.append(peer) } },
            handler: { _ in seen.messages.add(1, ordering: .relaxed) })
        let other = try MessagingContext()
        var dealers: [DealerEndpoint] = []
        for name in ["stays", "goes"] {
            var limits = SocketLimits()
            limits.routingID = PeerID(name)
            let dealer = try DealerEndpoint(
                endpoint: router.endpoint, context: other, limits: limits)
            try dealer.start { _ in }
            dealer.send(frames: [[1]])
            dealers.append(dealer)
        }
        for _ in 0..<500 where seen.messages.load(ordering: .relaxed) < 2 {
            try await Task.sleep(for: .milliseconds(10))
        }
        dealers[1].stop()
        for _ in 0..<500 where seen.gone.withLock({ $0.isEmpty }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(seen.gone.withLock { $0 } == [PeerID("goes")])
        dealers[0].stop()
        router.stop()
    }
}
