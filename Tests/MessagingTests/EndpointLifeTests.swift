import Glibc
import Messaging
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct EndpointLifeTests {
    @Test(arguments: Transport.networked)
    func routerRestartIsFoundAgain(_ transport: Transport) throws {
        let context = try MessagingContext()
        let (before, after) = (Inbox(), Inbox())
        let first = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try first.start { before.add($0) }
        let dealer = try DealerEndpoint(endpoint: first.endpoint, context: context)
        try dealer.start { _ in }
        dealer.send(frames: [[1]])
        #expect(before.has(1))
        first.stop()

        let second = try RouterEndpoint(endpoint: first.endpoint, context: context)
        try second.start { after.add($0) }
        let isBack = eventually {
            dealer.send(frames: [[2]])
            return after.count > 0
        }
        #expect(isBack)
        #expect(after.items.allSatisfy { $0.frames == [[2]] })
        dealer.stop()
        second.stop()
    }

    @Test(arguments: Transport.allCases)
    func restartedDealerTakesItsNameOver(_ transport: Transport) throws {
        let context = try MessagingContext()
        let (atRouter, atNew) = (Inbox(), Inbox())
        let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try router.start { atRouter.add($0) }
        var limits = SocketLimits()
        limits.routingID = PeerID("h1")
        let old = try ZeroMQSocket(kind: .dealer, context: context, limits: limits)
        try old.connect(router.endpoint)
        #expect(try old.send([[1]]) == .sent)
        #expect(atRouter.has(1))
        // The old connection stays open, as after a host lost its power.
        let new = try DealerEndpoint(endpoint: router.endpoint, context: context, limits: limits)
        try new.start { atNew.add($0) }
        new.send(frames: [[2]])
        #expect(atRouter.has(2))
        #expect(atRouter.items.map(\.peer) == [PeerID("h1"), PeerID("h1")])
        router.send(to: PeerID("h1"), frames: [[3]])
        #expect(atNew.has(1))
        new.stop()
        old.close()
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func reconnectMovesToAnotherRouter(_ transport: Transport) throws {
        let context = try MessagingContext()
        let (atFirst, atSecond) = (Inbox(), Inbox())
        let first = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        let second = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
        try first.start { atFirst.add($0) }
        try second.start { atSecond.add($0) }
        let dealer = try DealerEndpoint(endpoint: first.endpoint, context: context)
        try dealer.start { _ in }
        dealer.send(frames: [[1]])
        #expect(atFirst.has(1))
        #expect(dealer.reconnect(to: second.endpoint))
        for value in 0..<20 { dealer.send(frames: [number(value)]) }
        #expect(atSecond.has(20))
        #expect(atFirst.count == 1)
        #expect(dealer.lastError == nil)

        #expect(dealer.reconnect(to: "nonsense"))
        #expect(eventually { dealer.lastError != nil })
        dealer.send(frames: [[5]])
        #expect(atSecond.has(21))

        // The same endpoint again is a fresh connection with a new routing id.
        #expect(dealer.reconnect(to: second.endpoint))
        dealer.send(frames: [[6]])
        #expect(atSecond.has(22))
        #expect(Set(atSecond.items.map(\.peer)).count == 2)
        for endpoint in [first, second] { endpoint.stop() }
        dealer.stop()
    }

    @Test
    func withoutConnectionMessagesWaitOrAreDroppedAsAsked() throws {
        let context = try MessagingContext()
        let endpoint = Transport.ipc.freshEndpoint()
        var limits = SocketLimits()
        limits.queuesOnlyToConnectedPeers = true
        let dropping = try DealerEndpoint(endpoint: endpoint, context: context, limits: limits)
        let waiting = try DealerEndpoint(endpoint: endpoint, context: context)
        for dealer in [dropping, waiting] {
            try dealer.start { _ in }
            for value in 0..<10 { dealer.send(frames: [number(value)]) }
        }
        #expect(eventually { dropping.counters.droppedQueueFull == 10 })
        #expect(eventually { waiting.counters.sent == 10 })

        let inbox = Inbox()
        let router = try RouterEndpoint(endpoint: endpoint, context: context)
        try router.start { inbox.add($0) }
        #expect(inbox.has(10))
        #expect(inbox.items.map(\.frames) == (0..<10).map { [number($0)] })
        for dealer in [dropping, waiting] { dealer.stop() }
        router.stop()
    }

    @Test(arguments: Transport.allCases)
    func contextShutdownEndsLoopsAndDoesNotHang(_ transport: Transport) throws {
        let start = ContinuousClock.now
        weak var released: MessagingContext?
        do {
            let context = try MessagingContext()
            released = context
            let authenticator = try ZAPHandler(context: context) { _, _, _ in nil }
            let router = try RouterEndpoint(endpoint: transport.freshEndpoint(), context: context)
            try router.start { _ in }
            let dealer = try DealerEndpoint(endpoint: router.endpoint, context: context)
            try dealer.start { _ in }
            let nobody = Transport.inproc.freshEndpoint()
            let stuck = try DealerEndpoint(endpoint: nobody, context: context)
            try stuck.start { _ in }
            for _ in 0..<100 {
                stuck.send(frames: [pattern(10_000, seed: 0)])
                dealer.send(frames: [[1]])
            }
            context.shutdown()
            #expect(eventually { !router.isRunning && !dealer.isRunning && !stuck.isRunning })
            #expect(router.lastError == .contextEnded)
            #expect(!dealer.send(frames: [[1]]))
            #expect(throws: MessagingError.contextEnded) {
                try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
            }
            authenticator.stop()
        }
        #expect(eventually { released == nil })
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test
    func handlerMayStopItsOwnEndpoint() throws {
        let context = try MessagingContext()
        let router = try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
        try router.start { [weak router] _ in router?.stop() }
        let dealer = try DealerEndpoint(endpoint: router.endpoint, context: context)
        try dealer.start { _ in }
        dealer.send(frames: [[1]])
        #expect(eventually { router.counters.received == 1 && !router.isRunning })
        router.stop()
        dealer.stop()
        dealer.stop()
    }

    @Test
    func handlerIsReleasedWhenTheThreadEnds() throws {
        let context = try MessagingContext()
        weak var released: Inbox?
        let router = try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
        do {
            let inbox = Inbox()
            released = inbox
            try router.start { inbox.add($0) }
        }
        #expect(released != nil)
        router.stop()
        #expect(released == nil)
        #expect(throws: MessagingError.alreadyStarted) { try router.start { _ in } }
    }

    @Test
    func whatWasAcceptedBeforeStopIsStillSent() throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        let router = try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
        try router.start { inbox.add($0) }
        var limits = SocketLimits()
        limits.linger = .seconds(2)
        let dealer = try DealerEndpoint(
            endpoint: router.endpoint,
            context: context,
            limits: limits,
        )
        try dealer.start { _ in }
        for value in 0..<500 { #expect(dealer.send(frames: [number(value)])) }
        dealer.stop()
        #expect(inbox.has(500))
        router.stop()
    }

    @Test
    func manyThreadsSendThroughOneEndpoint() throws {
        let context = try MessagingContext()
        let inbox = Inbox()
        let router = try RouterEndpoint(
            endpoint: "ipc:///tmp/messaging-test-\(getpid())-many",
            context: context)
        try router.start { inbox.add($0) }
        let dealer = try DealerEndpoint(endpoint: router.endpoint, context: context)
        try dealer.start { _ in }
        let threads = try (0..<4).map { sender in
            try TestThread {
                for value in 0..<500 { dealer.send(frames: [[UInt8(sender)], number(value)]) }
            }
        }
        for thread in threads { thread.join() }
        #expect(inbox.has(2000))
        for sender in 0..<4 {
            let own = inbox.items.filter { $0.frames[0] == [UInt8(sender)] }
            #expect(own.map { $0.frames[1] } == (0..<500).map(number))
        }
        dealer.stop()
        router.stop()
    }
}
