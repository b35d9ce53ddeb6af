import AccessControl
import Artifacts
import ClusterVocabulary
import Foundation
import Ledger
import Logging
import Messaging
import SchedulerCore
import Testing
import WireCodec

@testable import SchedulerService
@testable import WorkerService

/// Joining, keys bound to names, keys taken back and changed, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(3)))
final class EnrolmentTests {
    private let folder = NSTemporaryDirectory() + "mlctl-enrol-\(UInt32.random(in: 0 ... .max))"
    private let scheduler: SchedulerDaemon

    init() throws {
        scheduler = try Self.daemon(folder)
        try scheduler.start()
    }

    deinit {
        scheduler.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func daemon(_ folder: String) throws -> SchedulerDaemon {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        var settings = SchedulerSettings(stateFolder: "\(folder)/scheduler")
        settings.controlEndpoint = "tcp://127.0.0.1:*"
        settings.artifactEndpoint = "tcp://127.0.0.1:*"
        settings.enrolmentEndpoint = "tcp://127.0.0.1:*"
        settings.freeBytesFloor = 1 << 20
        return try SchedulerDaemon(settings: settings, logger: logger)
    }

    private func token(uses: UInt32 = 1, node: String = "") async throws -> JoinToken {
        let secret = SecretText.make()
        let token = AccessToken(
            id: SecretText.makeID(), digest: SHA256Hasher.digest(of: Array(secret.utf8)).hex,
            node: node, usesLeft: uses, createdBy: "test", createdAt: 1)
        let refusal = await scheduler.change(.issue(token))
        #expect(refusal == nil)
        return JoinToken(
            id: token.id, secret: secret, serverPublicKey: scheduler.serverPublicKey)
    }

    private func join(_ name: String, _ token: JoinToken) throws -> NodeCredentials {
        try Enrolment(node: NodeID(name), workerFolder: "\(folder)/\(name)").join(
            token, at: try #require(scheduler.enrolmentEndpoint), patience: .seconds(10))
    }

    /// Registers as a node with a key; gives the answer, or nothing when nobody answers.
    private func register(
        as name: String, routing: String? = nil, with own: CurveKeyPair,
        server: String? = nil, within timeout: Duration = .seconds(2)
    ) throws -> SchedulerMessage? {
        let context = try MessagingContext(ioThreads: 1)
        defer { context.shutdown() }
        var limits = SocketLimits()
        limits.routingID = PeerID("\(routing ?? name)/\(UInt32.random(in: 1 ... .max))")
        let socket = try ZeroMQSocket(
            kind: .dealer, context: context, limits: limits,
            curve: .client(
                serverPublicKey: server ?? scheduler.serverPublicKey, own: own))
        defer { socket.close() }
        try socket.connect(scheduler.controlEndpoint)
        let description = NodeDescription(
            node: NodeID(name), incarnation: Incarnation(bootID: "boot", life: 1),
            capacity: ResourceAmount(milliCPU: 1_000, memoryBytes: 1 << 30), cores: 1,
            features: [], fingerprints: [], version: "1",
            protocolVersion: NodeDescription.currentProtocol, heldDatasets: [])
        _ = try socket.send([.bytes(WireCodec.encode(WorkerMessage.register(description)))])
        guard try socket.waitUntilReadable(timeout: timeout) else { return nil }
        return try socket.withReceived { message in
            message.frames.last.flatMap { try? WireCodec.decodeSchedulerMessage($0) }
        } ?? nil
    }

    private func isWelcome(_ message: SchedulerMessage?) -> Bool {
        if case .welcome = message { return true }
        return false
    }

    private func refusal(_ message: SchedulerMessage?) -> String? {
        if case .refused(let reason) = message { return reason.message }
        return nil
    }

    @Test func aTokenLetsOneWorkerIn() async throws {
        let token = try await token()
        let first = try join("h1", token)
        #expect(isWelcome(try register(as: "h1", with: first.own)))
        // The answer tells where control is, for the next start without a token.
        #expect(first.control == String(scheduler.controlEndpoint.dropFirst("tcp://".count)))
        #expect(throws: EnrolmentError.self) { try join("h2", token) }
        let stored = try #require(try NodeCredentials.load(workerFolder: "\(folder)/h1"))
        #expect(stored.own == first.own)
        let mode =
            try FileManager.default.attributesOfItem(
                atPath: "\(folder)/h1/keys/node.key")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// A worker that joined once needs nobody to tell it where to change its key.
    @Test func aJoinedWorkerKnowsWhereToChangeItsKey() async throws {
        let first = try join("h1", try await token())
        let place = "\(folder)/h1"
        let endpoint = try #require(first.enrolmentEndpoint(workerFolder: place))
        #expect(endpoint == scheduler.enrolmentEndpoint)
        let second = try Enrolment(node: NodeID("h1"), workerFolder: place).rotate(
            first, at: endpoint, patience: .seconds(10))
        #expect(second.own != first.own)
        #expect(isWelcome(try register(as: "h1", with: second.own)))
        let elsewhere = NodeCredentials(
            serverPublicKey: first.serverPublicKey, own: first.own, control: "192.0.2.20:7071")
        #expect(
            elsewhere.enrolmentEndpoint(workerFolder: "\(folder)/none")
                == "tcp://192.0.2.20:7068")
    }

    @Test func aChangeOfKeyWithoutAnAnswerLeavesEverythingAsItWas() async throws {
        let first = try join("h1", try await token())
        let place = "\(folder)/h1"
        #expect(throws: EnrolmentError.self) {
            try Enrolment(node: NodeID("h1"), workerFolder: place).rotate(
                first, at: "tcp://127.0.0.1:1", patience: .milliseconds(100))
        }
        #expect(!FileManager.default.fileExists(atPath: "\(place)/keys/node.key.next"))
        #expect(try NodeCredentials.load(workerFolder: place)?.own == first.own)
    }

    @Test func theKeyIsNotChangedUnderARunningWorker() throws {
        let place = "\(folder)/held"
        let first = try WorkerLock(workerFolder: place, alone: false)
        let second = try WorkerLock(workerFolder: place, alone: false)
        #expect(throws: WorkerLockError.self) { try WorkerLock(workerFolder: place, alone: true) }
        withExtendedLifetime((first, second)) {}
        let other = "\(folder)/changing"
        let changing = try WorkerLock(workerFolder: other, alone: true)
        #expect(throws: WorkerLockError.self) { try WorkerLock(workerFolder: other, alone: false) }
        changing.share()
        #expect(throws: Never.self) { try WorkerLock(workerFolder: other, alone: false) }
    }

    @Test func silenceSaysWhatATokenMayLack() throws {
        var said: [String] = []
        let stranger = JoinToken(
            id: SecretText.makeID(), secret: SecretText.make(),
            serverPublicKey: scheduler.serverPublicKey)
        let enrolment = Enrolment(node: NodeID("h9"), workerFolder: "\(folder)/h9")
        do {
            _ = try enrolment.join(
                stranger, at: "tcp://127.0.0.1:1", patience: .milliseconds(100)
            ) { said.append($0) }
            Issue.record("nobody listens there")
        } catch EnrolmentError.unreachable(_) {
            #expect(said.first?.contains("revoked, used up or expired") ?? false, "\(said)")
        }
    }

    @Test func aStrangersKeyIsNotHeard() async throws {
        let answer = try register(
            as: "h1", with: try CurveKeyPair.generate(), within: .milliseconds(700))
        #expect(answer == nil)
        #expect(scheduler.view.nodes().isEmpty)
    }

    @Test func aWorkerSpeaksToNobodyButTheTokensScheduler() async throws {
        let token = try await token()
        let other = try CurveKeyPair.generate()
        let forged = JoinToken(
            id: token.id, secret: token.secret, serverPublicKey: other.publicKey)
        #expect(throws: EnrolmentError.self) {
            try Enrolment(node: NodeID("h1"), workerFolder: "\(folder)/h1").join(
                forged, at: try #require(scheduler.enrolmentEndpoint),
                patience: .milliseconds(700))
        }
        #expect(scheduler.access.registry.nodeKeys.isEmpty)
    }

    @Test func aWrongSecretGetsNobodyIn() async throws {
        let token = try await token()
        let guess = JoinToken(
            id: token.id, secret: SecretText.make(), serverPublicKey: token.serverPublicKey)
        #expect(throws: EnrolmentError.self) { try join("h1", guess) }
        #expect(scheduler.access.registry.nodeKeys.isEmpty)
    }

    /// The break "do not bind node id to key" turns this red.
    @Test func aNodesKeyCannotClaimAnotherAbsentNodesName() async throws {
        let token = try await token(uses: 2)
        let first = try join("h1", token)
        let second = try join("h2", token)
        // h1 is enrolled and away; h2 is its neighbour with a good key of its own.
        for routing in ["h1", "h2"] {
            let answer = try register(
                as: "h1", routing: routing, with: second.own, within: .milliseconds(700))
            #expect(!isWelcome(answer))
        }
        #expect(refusal(try register(as: "h1", with: second.own))?.contains("h2") == true)
        #expect(scheduler.view.nodes().isEmpty)
        #expect(isWelcome(try register(as: "h1", with: first.own)))
    }

    @Test func aDeletedNodeIsUnheardAtOnceAndComesBackWithAFreshToken() async throws {
        let token = try await token(uses: 2)
        let first = try join("h1", token)
        #expect(isWelcome(try register(as: "h1", with: first.own)))
        let refusal = await scheduler.remove(NodeID("h1"))
        #expect(refusal == nil)
        for _ in 0..<200 where !scheduler.view.nodes().isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(scheduler.view.nodes().isEmpty)
        let answer = try register(as: "h1", with: first.own, within: .milliseconds(700))
        #expect(!isWelcome(answer))
        try FileManager.default.removeItem(atPath: "\(folder)/h1/keys")
        let again = try join("h1", token)
        #expect(again.own != first.own)
        #expect(isWelcome(try register(as: "h1", with: again.own)))
    }

    @Test func aChangedKeyTakesTheOldOnesPlaceOnceUsed() async throws {
        let first = try join("h1", try await token())
        let second = try Enrolment(node: NodeID("h1"), workerFolder: "\(folder)/h1").rotate(
            first, at: try #require(scheduler.enrolmentEndpoint), patience: .seconds(10))
        #expect(second.own != first.own)
        #expect(isWelcome(try register(as: "h1", with: second.own)))
        for _ in 0..<200 where scheduler.access.node(ofKey: first.own.publicKey) != nil {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(scheduler.access.node(ofKey: first.own.publicKey) == nil)
        let old = try register(as: "h1", with: first.own, within: .milliseconds(700))
        #expect(!isWelcome(old))
    }

    @Test func workersOfThisHostJoinByTheFileInTheStateFolder() throws {
        let enrolment = Enrolment(node: NodeID("local"), workerFolder: "\(folder)/local")
        let first = try enrolment.joinLocally(
            stateFolder: "\(folder)/scheduler", patience: .seconds(10))
        let again = try enrolment.joinLocally(
            stateFolder: "\(folder)/scheduler", patience: .seconds(10))
        #expect(first.own == again.own)
        #expect(isWelcome(try register(as: "local", with: first.own)))
    }

    @Test func keysOutliveTheSchedulersProcess() async throws {
        let first = try join("h1", try await token())
        scheduler.stop()
        let next = try Self.daemon(folder)
        try next.start()
        defer { next.stop() }
        #expect(next.access.node(ofKey: first.own.publicKey) == NodeID("h1"))
        let lines = try next.audits(user: "h1", after: 0, limit: 10)
        #expect(lines.map(\.record.operation) == ["joinNode"])
        #expect(lines.map(\.record.outcome) == ["done"])
    }

    @Test func secretsStandInNoFileButTheirOwn() async throws {
        let token = try await token()
        _ = try join("h1", token)
        let local = try String(
            contentsOfFile: "\(folder)/scheduler/keys/join.token", encoding: .utf8)
        let secrets = [token.secret, try #require(JoinToken(local)).secret]
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for name in names where !name.hasSuffix("keys/join.token") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                continue
            }
            for secret in secrets {
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(name)")
            }
        }
    }

    @Test(arguments: [0, 1, 100, 5_000, 100_000])
    func rubbishAtTheEnrolmentDoorChangesNothing(_ count: Int) async throws {
        _ = try await token()
        let context = try MessagingContext(ioThreads: 1)
        defer { context.shutdown() }
        let socket = try ZeroMQSocket(
            kind: .dealer, context: context,
            curve: .client(
                serverPublicKey: scheduler.serverPublicKey, own: try CurveKeyPair.generate()))
        defer { socket.close() }
        try socket.connect(try #require(scheduler.enrolmentEndpoint))
        _ = try socket.send([.bytes([UInt8](repeating: 0x5A, count: count))])
        _ = try socket.send([.bytes([]), .bytes([]), .bytes([1, 2, 3])])
        let isAnswered = try socket.waitUntilReadable(timeout: .milliseconds(300))
        #expect(!isAnswered)
        #expect(try join("h1", try await self.token()).own.publicKey.count == 40)
    }
}
