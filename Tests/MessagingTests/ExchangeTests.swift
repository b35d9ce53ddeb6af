import Glibc
import Messaging
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct ExchangeTests {
    @Test(arguments: Transport.allCases)
    func largeFramesOfTwoSendersArriveInOrderWithoutCopies(_ transport: Transport) throws {
        let context = try MessagingContext()
        let receiver = try ExchangeReceiver(endpoint: transport.freshEndpoint(), context: context)
        let endpoint = receiver.endpoint
        let (frameBytes, frameCount) = (256 << 10, 40)
        let isAllSent = [Flag(), Flag()]
        let threads = try (0..<2).map { sender in
            let flag = isAllSent[sender]
            return try TestThread {
                guard let socket = try? ExchangeSender(endpoint: endpoint, context: context) else {
                    return
                }
                let buffer = SendBuffer(byteCount: frameBytes * frameCount)
                buffer.bytes.copyBytes(from: pattern(buffer.bytes.count, seed: sender))
                for index in 0..<frameCount {
                    let region = buffer.region(index * frameBytes..<(index + 1) * frameBytes)
                    let header: [UInt8] = [UInt8(sender), UInt8(index)]
                    let isSent = try? socket.send([.bytes(header), .region(region)]) { false }
                    if isSent != true { return }
                }
                // With a linger of zero a socket that is closed now would drop what it has queued.
                let isDone = withExtendedLifetime(socket) {
                    eventually { buffer.regionsInFlight == 0 }
                }
                flag.value.store(isDone, ordering: .releasing)
            }
        }
        let expected = (0..<2).map { pattern(frameBytes * frameCount, seed: $0) }
        var next = [0, 0]
        for _ in 0..<(2 * frameCount) {
            let isRight = try receiver.receive(timeout: .seconds(5)) { message -> Bool in
                let (sender, index) = (Int(message.frames[0][0]), Int(message.frames[0][1]))
                defer { next[sender] += 1 }
                let bytes = expected[sender][index * frameBytes..<(index + 1) * frameBytes]
                let isSame = bytes.withUnsafeBytes { expected in
                    guard let one = expected.baseAddress, let other = message.frames[1].baseAddress
                    else { return false }
                    return message.frames[1].count == frameBytes
                        && memcmp(one, other, frameBytes) == 0
                }
                return isSame && index == next[sender]
            }
            try #require(isRight == true, "\(next)")
        }
        for thread in threads { thread.join() }
        #expect(isAllSent.allSatisfy { $0.value.load(ordering: .acquiring) })
    }

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    @Test(arguments: Transport.allCases)
    func receiveReturnsAtItsDeadline(_ transport: Transport) throws {
        let context = try MessagingContext()
        let receiver = try ExchangeReceiver(endpoint: transport.freshEndpoint(), context: context)
        for timeout in [Duration.zero, .milliseconds(30), .seconds(-1)] {
            let start = ContinuousClock.now
            let received: Void? = try receiver.receive(timeout: timeout) { _ in }
            let elapsed = ContinuousClock.now - start
            #expect(received == nil)
            #expect(elapsed >= timeout)
            #expect(elapsed < max(timeout, .zero) + .milliseconds(500))
        }
    }

    @Test(arguments: Transport.allCases)
    func sendIsInterruptedWhileNobodyReceives(_ transport: Transport) throws {
        let context = try MessagingContext()
        var limits = SocketLimits.bulk
        limits.sendHighWaterMark = 2
        limits.receiveHighWaterMark = 2
        let receiver = try ExchangeReceiver(
            endpoint: transport.freshEndpoint(),
            context: context,
            limits: limits,
        )
        let sender = try ExchangeSender(
            endpoint: receiver.endpoint,
            context: context,
            limits: limits,
        )
        let buffer = SendBuffer(byteCount: 1 << 20)
        var isStopping = false
        var sent = 0
        // The queues and kernel buffers hold some frames, then the sender must wait.
        while sent < 1000 {
            let deadline = ContinuousClock.now + .milliseconds(120)
            let isSent = try sender.send([.region(buffer.region(0..<(1 << 20)))]) {
                isStopping = ContinuousClock.now > deadline
                return isStopping
            }
            if !isSent { break }
            sent += 1
        }
        #expect(isStopping)
        #expect((1..<100).contains(sent))
        // What was reported as sent arrives, and nothing else.
        var received = 0
        while try receiver.receive(timeout: .milliseconds(200), { _ in }) != nil { received += 1 }
        #expect(received == sent)
        #expect(eventually { buffer.regionsInFlight == 0 })
    }

    @Test(arguments: Transport.allCases)
    func hostileSenderDoesNotStopTheOthers(_ transport: Transport) throws {
        let context = try MessagingContext()
        var small = SocketLimits.bulk
        small.maximumFrameBytes = 256 << 10
        let receiver = try ExchangeReceiver(
            endpoint: transport.freshEndpoint(),
            context: context,
            limits: small,
        )
        let hostile = try ExchangeSender(endpoint: receiver.endpoint, context: context)
        let good = try ExchangeSender(
            endpoint: receiver.endpoint,
            context: context,
            limits: small,
        )
        for _ in 0..<3 {
            #expect(try hostile.send([.bytes(pattern(1 << 20, seed: 0))]) { false })
        }
        let frame = pattern(256 << 10, seed: 1)
        for _ in 0..<3 { #expect(try good.send([.bytes(frame)]) { false }) }
        for _ in 0..<3 {
            let frames = try receiver.receive(timeout: .seconds(5)) { $0.copiedFrames() }
            #expect(frames == [frame])
        }
        #expect(try receiver.receive(timeout: .milliseconds(20)) { _ in } == nil)
        #expect(throws: MessagingError.frameTooLarge(bytes: 262_145, limit: 262_144)) {
            try good.trySend([.bytes([UInt8](repeating: 0, count: 262_145))])
        }
    }

    @Test
    func junkOnTheWireDoesNotStopTheReceiver() throws {
        let context = try MessagingContext()
        let receiver = try ExchangeReceiver(endpoint: "tcp://127.0.0.1:*", context: context)
        let port = try #require(UInt16(receiver.endpoint.split(separator: ":").last ?? ""))
        // A greeting of ZMTP 3, then a frame header that announces 2^63 bytes; and plain noise.
        let greeting = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + Array("NULL".utf8)
        let padded = greeting + [UInt8](repeating: 0, count: 64 - greeting.count)
        let header: [UInt8] = [0x02, 0x80, 0, 0, 0, 0, 0, 0, 0]
        let request = Array("GET / HTTP/1.1\r\n".utf8)
        for junk in [[padded, header], [padded + header], [pattern(5000, seed: 9)], [request]] {
            #expect(sendRawBytes(junk, port: port))
        }
        let sender = try ExchangeSender(endpoint: receiver.endpoint, context: context)
        #expect(try sender.send([.bytes([5])]) { false })
        // Noise may happen to be a message of ZMTP 1, as any peer without encryption may send one.
        let isServed = try eventually {
            try receiver.receive(timeout: .seconds(1)) { $0.copiedFrames() } == [[5]]
        }
        #expect(isServed)
    }

    @Test
    func encryptedExchangeAdmitsOnlyListedKeys() throws {
        let context = try MessagingContext()
        let (server, member) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
        let stranger = try CurveKeyPair.generate()
        let authenticator = try ZAPHandler(context: context) { key, _, domain in
            key == member.publicKey && domain == "exchange" ? "w1" : nil
        }
        let receiver = try ExchangeReceiver(
            endpoint: "tcp://127.0.0.1:*",
            context: context,
            curve: .server(server, domain: "exchange"),
        )
        let senders = try [stranger, member].map { own in
            try ExchangeSender(
                endpoint: receiver.endpoint,
                context: context,
                curve: .client(serverPublicKey: server.publicKey, own: own),
            )
        }
        let frame = pattern(1 << 20, seed: 0)
        #expect(try senders[0].send([.bytes([0])]) { false })
        #expect(try senders[1].send([.bytes(frame)]) { false })
        let received = try receiver.receive(timeout: .seconds(5)) { message in
            (message.copiedFrames(), message.userID)
        }
        #expect(received?.0 == [frame])
        #expect(received?.1 == "w1")
        #expect(eventually { authenticator.requestCount >= 2 })
        #expect(try receiver.receive(timeout: .milliseconds(150)) { _ in } == nil)
        authenticator.stop()
    }

    @Test
    func shutdownWakesABlockedReceiver() throws {
        let context = try MessagingContext()
        let stopper = try TestThread {
            usleep(30_000)
            context.shutdown()
        }
        let receiver = try ExchangeReceiver(endpoint: "tcp://127.0.0.1:*", context: context)
        let start = ContinuousClock.now
        #expect(throws: MessagingError.contextEnded) {
            try receiver.receive(timeout: .seconds(10)) { _ in }
        }
        #expect(ContinuousClock.now - start < .seconds(2))
        stopper.join()
        receiver.close()
    }
}
