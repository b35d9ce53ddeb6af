import Glibc
import Messaging
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct CurveTests {
    private let server: CurveKeyPair
    private let member: CurveKeyPair
    private let stranger: CurveKeyPair
    private let context: MessagingContext
    private let inbox = Inbox()
    /// How long a refused client is watched; an admitted one takes some milliseconds.
    private let watch = Duration.milliseconds(250)

    init() throws {
        server = try .generate()
        member = try .generate()
        stranger = try .generate()
        context = try MessagingContext()
    }

    /// A handshake that was caught by the end of the authenticator is tried again after this.
    private var limits: SocketLimits {
        var limits = SocketLimits()
        limits.handshakeInterval = .milliseconds(500)
        return limits
    }

    private func authenticator() throws -> ZAPHandler {
        let admitted = member.publicKey
        return try ZAPHandler(context: context) { key, _, domain in
            key == admitted ? "h1@\(domain)" : nil
        }
    }

    private func router(_ transport: Transport) throws -> RouterEndpoint {
        let router = try RouterEndpoint(
            endpoint: transport.freshEndpoint(),
            context: context,
            limits: limits,
            curve: .server(server),
        )
        let inbox = inbox
        try router.start { inbox.add($0) }
        return router
    }

    private func dealer(_ router: RouterEndpoint, _ curve: CurveOptions) throws -> DealerEndpoint {
        let dealer = try DealerEndpoint(
            endpoint: router.endpoint,
            context: context,
            limits: limits,
            curve: curve,
        )
        try dealer.start { _ in }
        dealer.send(frames: [[42]])
        return dealer
    }

    @Test(arguments: Transport.networked)
    func rightKeyPassesAndNamesItsUser(_ transport: Transport) throws {
        let authenticator = try authenticator()
        let router = try router(transport)
        let dealer = try dealer(
            router,
            .client(serverPublicKey: server.publicKey, own: member),
        )
        #expect(inbox.has(1))
        let item = try #require(inbox.items.first)
        #expect(item.frames == [[42]])
        #expect(item.userID == "h1@control")
        dealer.send(frames: [pattern(1 << 20, seed: 4)])
        #expect(inbox.has(2))
        #expect(inbox.items.last?.frames == [pattern(1 << 20, seed: 4)])
        #expect(inbox.items.last?.userID == "h1@control")
        dealer.stop()
        router.stop()
        authenticator.stop()
    }

    @Test(arguments: Transport.networked)
    func clientThatIsNotListedGetsNothing(_ transport: Transport) throws {
        let authenticator = try authenticator()
        let router = try router(transport)
        let dealer = try dealer(
            router,
            .client(serverPublicKey: server.publicKey, own: stranger),
        )
        #expect(eventually { authenticator.requestCount > 0 })
        #expect(!eventually(within: watch) { inbox.count > 0 })
        dealer.stop()
        router.stop()
        authenticator.stop()
    }

    @Test(arguments: Transport.networked)
    func wrongServerKeyAndClearTextGetNothing(_ transport: Transport) throws {
        let authenticator = try authenticator()
        let router = try router(transport)
        let dealers = [
            try dealer(router, .client(serverPublicKey: stranger.publicKey, own: member)),
            try dealer(router, .none),
        ]
        #expect(!eventually(within: watch) { inbox.count > 0 })
        #expect(authenticator.requestCount == 0)
        // The server still serves the one with the right key.
        let good = try dealer(router, .client(serverPublicKey: server.publicKey, own: member))
        #expect(inbox.has(1))
        for dealer in dealers + [good] { dealer.stop() }
        router.stop()
        authenticator.stop()
    }

    @Test
    func stoppedAuthenticatorAdmitsNobody() throws {
        let authenticator = try authenticator()
        let router = try router(.tcp)
        authenticator.stop()
        let dealer = try dealer(
            router,
            .client(serverPublicKey: server.publicKey, own: member),
        )
        #expect(!eventually(within: watch) { inbox.count > 0 })
        #expect(throws: MessagingError.authenticatorMissing) { try self.router(.tcp) }
        // A new one admits it when it tries again.
        let next = try self.authenticator()
        #expect(inbox.has(1))
        dealer.stop()
        router.stop()
        next.stop()
    }

    @Test
    func serverWithoutAuthenticatorAndInprocAreRefused() throws {
        #expect(throws: MessagingError.authenticatorMissing) { try router(.tcp) }
        let authenticator = try authenticator()
        #expect(throws: MessagingError.self) { try router(.inproc) }
        let second = MessagingError.addressInUse(endpoint: "inproc://zeromq.zap.01", port: nil)
        #expect(throws: second) { try self.authenticator() }
        let clear = try RouterEndpoint(endpoint: "inproc://clear", context: context)
        #expect(throws: MessagingError.transportWithoutEncryption(endpoint: "inproc://clear")) {
            try dealer(clear, .client(serverPublicKey: server.publicKey, own: member))
        }
        authenticator.stop()
    }

    @Test
    func peerCannotNameItselfWithoutEncryption() throws {
        let router = try RouterEndpoint(endpoint: "tcp://127.0.0.1:*", context: context)
        let inbox = inbox
        try router.start { inbox.add($0) }
        // A ZMTP 3 handshake whose own metadata carries a User-Id, then one message.
        var greeting: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 0] + Array("NULL".utf8)
        greeting += [UInt8](repeating: 0, count: 64 - greeting.count)
        var ready: [UInt8] = [5] + Array("READY".utf8)
        for (name, value) in [("Socket-Type", "DEALER"), ("User-Id", "admin")] {
            ready += [UInt8(name.utf8.count)] + Array(name.utf8)
            ready += [0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8)
        }
        let message: [UInt8] = [0, 1, 42]
        let port = try #require(UInt16(router.endpoint.split(separator: ":").last ?? ""))
        #expect(sendRawBytes([greeting, [4, UInt8(ready.count)] + ready + message], port: port))
        #expect(inbox.has(1))
        #expect(inbox.items.first?.frames == [[42]])
        #expect(inbox.items.first?.userID == nil)
        router.stop()
    }

    @Test(arguments: ["", "name\u{0}evil", String(repeating: "x", count: 256)])
    func unusableUserIDIsARefusal(_ userID: String) throws {
        let authenticator = try ZAPHandler(context: context) { _, _, _ in userID }
        let router = try router(.tcp)
        let dealer = try dealer(
            router,
            .client(serverPublicKey: server.publicKey, own: member),
        )
        #expect(eventually { authenticator.requestCount > 0 })
        #expect(!eventually(within: .milliseconds(100)) { inbox.count > 0 })
        dealer.stop()
        router.stop()
        authenticator.stop()
    }

    @Test
    func decisionIsToldAddressAndDomain() throws {
        let seen = Questions()
        let authenticator = try ZAPHandler(context: context) { key, address, domain in
            seen.stored.withLock { $0.append([key, address, domain]) }
            return "someone"
        }
        let router = try RouterEndpoint(
            endpoint: "tcp://127.0.0.1:*",
            context: context,
            curve: .server(server, domain: "enrol"),
        )
        let inbox = inbox
        try router.start { inbox.add($0) }
        let dealer = try dealer(
            router,
            .client(serverPublicKey: server.publicKey, own: stranger),
        )
        #expect(inbox.has(1))
        let questions = seen.stored.withLock { $0 }
        #expect(questions == [[stranger.publicKey, "127.0.0.1", "enrol"]])
        dealer.stop()
        router.stop()
        authenticator.stop()
    }

    private final class Questions: Sendable {
        let stored = Mutex<[[String]]>([])
    }
}

@Suite
struct CurveKeyPairTests {
    @Test
    func publicKeyIsDerivedFromTheSecret() throws {
        let pair = try CurveKeyPair.generate()
        #expect(pair.publicKey.utf8.count == 40)
        #expect(pair.secretKey.utf8.count == 40)
        #expect(try CurveKeyPair(secretKey: pair.secretKey) == pair)
        #expect(try CurveKeyPair.generate() != pair)
    }

    @Test
    func secretIsNeverPrinted() throws {
        let pair = try CurveKeyPair.generate()
        var dumped = ""
        dump(pair, to: &dumped)
        dump(CurveOptions.server(pair), to: &dumped)
        let options = CurveOptions.client(serverPublicKey: pair.publicKey, own: pair)
        for text in ["\(pair)", "\(options)", String(reflecting: options), dumped] {
            #expect(!text.contains(pair.secretKey))
            #expect(text.contains(pair.publicKey))
        }
    }

    @Test(arguments: [
        "", "short", String(repeating: "~", count: 40),
        "%"
            + String(
                repeating: "\u{e9}", count: 20),
    ])
    func textThatIsNoKeyIsRefused(_ text: String) throws {
        #expect(!CurveKeyPair.isKey(text))
        #expect(throws: MessagingError.invalidKey(role: "secret key")) {
            try CurveKeyPair(secretKey: text)
        }
        let context = try MessagingContext()
        let own = try CurveKeyPair.generate()
        #expect(throws: MessagingError.invalidKey(role: "server's public key")) {
            try ZeroMQSocket(
                kind: .dealer,
                context: context,
                curve: .client(serverPublicKey: text, own: own),
            )
        }
    }
}
