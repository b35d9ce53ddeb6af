import Glibc
import Messaging
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct EndpointConformanceTests {
    private func dealer(
        to router: RouterEndpoint,
        _ context: MessagingContext,
        routingID: PeerID? = nil,
        inbox: Inbox = Inbox(),
    ) throws -> DealerEndpoint {
        var limits = SocketLimits()
        limits.routingID = routingID
        let dealer = try DealerEndpoint(
            endpoint: router.endpoint,
            context: context,
            limits: limits,
        )
        try dealer.start { inbox.add($0) }
        return dealer
    }

    @Test(arguments: Transport.allCases)
    func orderIsKept(_ transport: Transport) throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { inbox.add($0) }
        let dealer = try dealer(to: router, context)
        for value in 0..<2000 {
            #expect(dealer.send(frames: [number(value), [7]]))
        }
        #expect(inbox.has(2000))
        #expect(inbox.items.map(\.frames) == (0..<2000).map { [number($0), [7]] })
        #expect(dealer.counters.sent == 2000)
        #expect(dealer.counters.bytesSent == 2000 * 9)
        #expect(router.counters.received == 2000)
        #expect(router.counters.bytesReceived == 2000 * 9)
        dealer.stop()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func bigFramesAndAnswersArriveUnchanged(_ transport: Transport) throws {
        let context = try MessagingContext()
        let (atRouter, atDealer) = (Inbox(), Inbox())
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { atRouter.add($0) }
        let dealer = try dealer(to: router, context, inbox: atDealer)
        let (question, answer) = (pattern(3_000_001, seed: 1), pattern(8 << 20, seed: 2))
        #expect(dealer.send(frames: [question]))
        #expect(atRouter.has(1))
        let item = try #require(atRouter.items.first)
        #expect(item.frames == [question])
        #expect(item.userID == nil)
        #expect(router.send(to: item.peer, frames: [answer, [1]]))
        #expect(atDealer.has(1))
        #expect(atDealer.items.first?.frames == [answer, [1]])
        dealer.stop()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func emptyFramesKeepTheirPlace(_ transport: Transport) throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { inbox.add($0) }
        let dealer = try dealer(to: router, context)
        let messages: [[[UInt8]]] = [[[]], [[], [1], []], [[], []]]
        for frames in messages { dealer.send(frames: frames) }
        #expect(inbox.has(3))
        #expect(inbox.items.map(\.frames) == messages)
        dealer.stop()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func oversizedFrameIsRefusedAndTheReceiverGoesOn(_ transport: Transport) throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        var small = SocketLimits()
        small.maximumFrameBytes = 1000
        let router = try RouterEndpoint(
            endpoint: transport.freshEndpoint(),
            context: context,
            limits: small,
        )
        try router.start { inbox.add($0) }
        let hostile = try dealer(to: router, context)
        let good = try dealer(to: router, context)
        for _ in 0..<5 {
            #expect(hostile.send(frames: [[1], pattern(100_000, seed: 0)]))
        }
        #expect(eventually { hostile.counters.sent == 5 })
        #expect(good.send(frames: [pattern(1000, seed: 3)]))
        #expect(inbox.has(1))
        #expect(good.send(frames: [[2]]))
        #expect(inbox.has(2))
        #expect(inbox.items.map(\.frames) == [[pattern(1000, seed: 3)], [[2]]])
        // On the network libzmq refuses before it allocates; inproc has no such check but ours.
        #expect(router.counters.refused == (transport == .inproc ? 5 : 0))
        // An honest sender with the same limits is told before anything leaves.
        let peer = try #require(inbox.items.first?.peer)
        #expect(!router.send(to: peer, frames: [pattern(1001, seed: 0)]))
        #expect(router.counters.droppedAtOutbox == 1)
        for endpoint in [hostile, good] { endpoint.stop() }
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func messageOfTooManyPartsIsRefusedWhole(_ transport: Transport) throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { inbox.add($0) }
        let dealer = try dealer(to: router, context)
        let most = SocketLimits.maximumFramesPerMessage
        dealer.send(frames: Array(repeating: [1], count: most + 1))
        dealer.send(frames: Array(repeating: [2], count: 5 * most))
        dealer.send(frames: Array(repeating: [3], count: most))
        #expect(inbox.has(1))
        #expect(inbox.items.map(\.frames) == [Array(repeating: [3], count: most)])
        #expect(eventually { router.counters.refused == 2 })
        dealer.stop()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func outboxRefusesBeyondItsBounds(_ transport: Transport) throws {
        let context = try MessagingContext()
        var bounds = OutboxLimits()
        bounds.messages = 4
        bounds.bytes = 1000
        let router = try RouterEndpoint(
            endpoint: transport.freshEndpoint(),
            context: context,
            outbox: bounds,
        )
        let peer = PeerID("nobody")
        #expect(router.send(to: peer, frames: [[UInt8](repeating: 0, count: 990)]))
        #expect(!router.send(to: peer, frames: [[UInt8](repeating: 0, count: 11)]))
        for _ in 0..<3 {
            #expect(router.send(to: peer, frames: [[1]]))
        }
        #expect(!router.send(to: peer, frames: [[1]]))
        #expect(router.counters.droppedAtOutbox == 2)
        // Once the thread takes over, there is room again.
        try router.start { _ in }
        #expect(eventually { router.counters.droppedUnreachable == 4 })
        #expect(router.send(to: peer, frames: [[1]]))
        router.stop()
        #expect(!router.send(to: peer, frames: [[1]]))
        #expect(router.counters.dropped == 8)
    }

    @Test(arguments: Transport.allCases)
    func unknownPeerIsDroppedAndCountedWhileOthersAreServed(_ transport: Transport) throws {
        let context = try MessagingContext()
        let (atRouter, atDealer) = (Inbox(), Inbox())
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { atRouter.add($0) }
        let dealer = try dealer(to: router, context, inbox: atDealer)
        dealer.send(frames: [[0]])
        #expect(atRouter.has(1))
        let peer = try #require(atRouter.items.first?.peer)
        for value in 0..<10 {
            #expect(router.send(to: PeerID("ghost"), frames: [number(value)]))
            #expect(router.send(to: peer, frames: [number(value)]))
        }
        #expect(atDealer.has(10))
        #expect(atDealer.items.map(\.frames) == (0..<10).map { [number($0)] })
        #expect(router.counters.droppedUnreachable == 10)
        #expect(router.counters.sent == 10)
        dealer.stop()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func peerThatDoesNotReadLosesMessagesButBlocksNobody(_ transport: Transport) throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        var limits = SocketLimits()
        limits.sendHighWaterMark = 4
        limits.receiveHighWaterMark = 4
        let endpoint = transport.freshEndpoint()
        let router = try RouterEndpoint(endpoint: endpoint, context: context, limits: limits)
        try router.start { inbox.add($0) }
        let silent = try ZeroMQSocket(kind: .dealer, context: context, limits: limits)
        try silent.connect(router.endpoint)
        #expect(try silent.send([[1]]) == .sent)
        #expect(inbox.has(1))
        let peer = try #require(inbox.items.first?.peer)
        let frame = pattern(1 << 20, seed: 0)
        let start = ContinuousClock.now
        for _ in 0..<40 { #expect(router.send(to: peer, frames: [frame])) }
        #expect(eventually { router.counters.sent + router.counters.dropped == 40 })
        #expect(router.counters.droppedQueueFull > 0)
        #expect(ContinuousClock.now - start < .seconds(2))
        silent.close()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func endpointInUseIsNamedWithItsCure(_ transport: Transport) throws {
        let context = try MessagingContext()
        let first = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        var port: Int?
        if transport == .tcp { port = Int(first.endpoint.split(separator: ":").last ?? "") }
        let expected = MessagingError.addressInUse(endpoint: first.endpoint, port: port)
        #expect(throws: expected) {
            try RouterEndpoint(endpoint: first.endpoint, context: context)
        }
        #expect(expected.description.contains(port.map { "port \($0) is in use" } ?? "is in use"))
        // The first one is unharmed.
        let inbox = Inbox()
        try first.start { inbox.add($0) }
        let dealer = try dealer(to: first, context)
        dealer.send(frames: [[9]])
        #expect(inbox.has(1))
        dealer.stop()
        first.stop()
    }

    @Test(arguments: Transport.allCases)
    func wakeUpWaitsForNoPollingInterval(_ transport: Transport) throws {
        let context = try MessagingContext()
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { [weak router] message in
            router?.send(to: message.peer, frames: message.copiedFrames())
        }
        let dealer = try DealerEndpoint(endpoint: router.endpoint, context: context)
        let counter = Counter()
        try dealer.start { _ in counter.value.add(1, ordering: .releasing) }
        var best = Duration.seconds(1)
        for round in 1...200 {
            let start = ContinuousClock.now
            dealer.send(frames: [number(round)])
            let isBack = eventually { counter.value.load(ordering: .acquiring) == round }
            try #require(isBack)
            best = min(best, ContinuousClock.now - start)
        }
        // Two wake-ups and two hops take well under a millisecond; a polling interval would show.
        #expect(best < .milliseconds(3))
        dealer.stop()
        router.stop()
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }
}
