import Glibc
import Messaging
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct ZeroMQSocketTests {
    @Test
    func limitsOutOfBoundsAreRefusedByName() throws {
        let context = try MessagingContext()
        let changes: [(String, (inout SocketLimits) -> Void)] = [
            ("sendHighWaterMark", { $0.sendHighWaterMark = 0 }),
            ("receiveHighWaterMark", { $0.receiveHighWaterMark = -1 }),
            ("sendHighWaterMark", { $0.sendHighWaterMark = 1_000_001 }),
            ("maximumFrameBytes", { $0.maximumFrameBytes = 0 }),
            ("maximumFrameBytes", { $0.maximumFrameBytes = .max }),
            ("linger", { $0.linger = .seconds(6) }),
            ("linger", { $0.linger = .seconds(-1) }),
            ("kernelBufferBytes", { $0.kernelBufferBytes = .max }),
            ("routingID", { $0.routingID = PeerID([]) }),
            ("routingID", { $0.routingID = PeerID([0, 1]) }),
            ("routingID", { $0.routingID = PeerID([UInt8](repeating: 1, count: 256)) }),
        ]
        for (name, change) in changes {
            var limits = SocketLimits()
            change(&limits)
            do {
                _ = try ZeroMQSocket(kind: .dealer, context: context, limits: limits)
                Issue.record("\(name) was accepted")
            } catch {
                guard case .optionRefused(let refused, _, _) = error else { throw error }
                #expect(refused == name)
            }
        }
    }

    @Test(arguments: [
        "", "nonsense", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:99999999", "http://a:1",
        "tcp://127.0.0.1:1\u{0}", "tcp://no-such-interface:7071", "tcp://203.0.113.77:7071",
        "ipc:///tmp/" + String(repeating: "x", count: 200), "ipc:///no/such/folder/socket",
    ])
    func endpointThatCannotBeBoundSaysSo(_ endpoint: String) throws {
        let context = try MessagingContext()
        let socket = try ZeroMQSocket(kind: .pull, context: context)
        do {
            try socket.bind(endpoint)
            Issue.record("\(endpoint) was accepted")
        } catch {
            #expect(error.description.contains(endpoint))
        }
    }

    @Test
    func fileLeftByACrashDoesNotBlockTheEndpoint() throws {
        let context = try MessagingContext()
        let endpoint = Transport.ipc.freshEndpoint()
        let path = String(endpoint.dropFirst("ipc://".count))
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        #expect(code == 0)
        close(descriptor)
        #expect(access(path, F_OK) == 0)
        let socket = try ZeroMQSocket(kind: .pull, context: context)
        #expect(try socket.bind(endpoint) == endpoint)
        #expect(access(path, F_OK) == 0)
        socket.close()
        #expect(access(path, F_OK) != 0)
    }

    @Test(arguments: Transport.allCases)
    func pairTalksBothWaysThroughAReusedBuffer(_ transport: Transport) throws {
        let context = try MessagingContext()
        let one = try ZeroMQSocket(kind: .pair, context: context)
        let other = try ZeroMQSocket(kind: .pair, context: context)
        try other.connect(try one.bind(transport.freshEndpoint()))
        var buffer = ReceiveBuffer()
        #expect(try !one.receive(into: &buffer))
        for (from, to) in [(one, other), (other, one)] {
            for frames: [[UInt8]] in [[[1, 2, 3], [], [4]], [[9]]] {
                #expect(try from.waitUntilWritable(timeout: .seconds(5)))
                #expect(try from.send(frames) == .sent)
                #expect(try to.waitUntilReadable(timeout: .seconds(5)))
                #expect(try to.receive(into: &buffer))
                #expect(buffer.ranges.map { Array(buffer.bytes[$0]) } == frames)
                #expect(buffer.peer.bytes.isEmpty)
            }
        }
    }

    @Test
    func ownerOfARegionIsReleasedWhetherOrNotItWasSent() throws {
        let context = try MessagingContext()
        let receiver = try ZeroMQSocket(kind: .pull, context: context, limits: .bulk)
        let endpoint = try receiver.bind(Transport.ipc.freshEndpoint())
        let lonely = try ZeroMQSocket(kind: .push, context: context, limits: .bulk)
        let sender = try ZeroMQSocket(kind: .push, context: context, limits: .bulk)
        try sender.connect(endpoint)
        weak var released: SendBuffer?
        do {
            let buffer = SendBuffer(byteCount: 300_000)
            released = buffer
            #expect(UInt(bitPattern: buffer.bytes.baseAddress) % 64 == 0)
            buffer.bytes.copyBytes(from: pattern(300_000, seed: 1))
            let frame = OutgoingFrame.region(buffer.region(100..<300_000))
            let empty = OutgoingFrame.region(buffer.region(5..<5))
            #expect(try lonely.send([frame, frame]) == .wouldBlock)
            #expect(buffer.regionsInFlight == 0)
            #expect(try sender.send([frame, empty, .bytes([1])]) == .sent)
        }
        #expect(try receiver.waitUntilReadable(timeout: .seconds(5)))
        let frames = try receiver.withReceived { $0.copiedFrames() }
        #expect(frames == [Array(pattern(300_000, seed: 1)[100...]), [], [1]])
        #expect(eventually { released == nil })
    }

    @Test
    func closedSocketRefusesEverythingPolitely() throws {
        let context = try MessagingContext()
        let socket = try ZeroMQSocket(kind: .push, context: context)
        socket.close()
        socket.close()
        #expect(throws: MessagingError.contextEnded) { try socket.send([[1]]) }
        #expect(throws: MessagingError.contextEnded) { try socket.bind("tcp://127.0.0.1:*") }
        #expect(throws: MessagingError.contextEnded) {
            try socket.waitUntilWritable(timeout: .zero)
        }
    }

    @Test
    func errorOfAReceiverLeavesTheSocketUsable() throws {
        struct Refusal: Error {}
        let context = try MessagingContext()
        let one = try ZeroMQSocket(kind: .pair, context: context)
        let other = try ZeroMQSocket(kind: .pair, context: context)
        try other.connect(try one.bind(Transport.inproc.freshEndpoint()))
        for value: UInt8 in 1...2 { #expect(try one.send([[value]]) == .sent) }
        #expect(throws: Refusal.self) { try other.withReceived { _ in throw Refusal() } }
        #expect(try other.withReceived { $0.copiedFrames() } == [[2]])
    }

    @Test
    func peerIDPrintsNamesAndHexadecimal() {
        #expect(PeerID("h1").description == "h1")
        #expect(PeerID([0, 10, 255]).description == "0x000aff")
        #expect(PeerID([]).description == "0x")
    }
}
