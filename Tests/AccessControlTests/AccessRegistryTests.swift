import ClusterVocabulary
import Testing

@testable import AccessControl

struct AccessRegistryTests {
    private let start: Int64 = 1_000_000
    private let secret = String(repeating: "5", count: 64)
    private let wrong = String(repeating: "6", count: 64)
    private let keyA = String(repeating: "a", count: 40)
    private let keyB = String(repeating: "b", count: 40)
    private let keyC = String(repeating: "c", count: 40)

    private func applied(
        _ events: [AccessEvent], to registry: AccessRegistry = AccessRegistry(), at time: Int64 = 1
    ) -> (registry: AccessRegistry, refusals: [Reason]) {
        var registry = registry
        var refusals: [Reason] = []
        for event in events {
            let effects = registry.step(event, at: time)
            if let refusal = effects.refusal { refusals.append(refusal) }
            registry.apply(effects.changes)
        }
        return (registry, refusals)
    }

    private func token(
        _ id: String = "t1", uses: UInt32? = 1, expires: Int64? = nil, node: String = "",
        user: String = ""
    ) -> AccessToken {
        AccessToken(
            id: id, digest: secret, user: user, node: node, usesLeft: uses, expiresAt: expires,
            createdBy: "root", createdAt: 1)
    }

    private func join(
        _ node: String, _ key: String, by id: String = "t1", secret other: String? = nil
    ) -> AccessEvent {
        .join(
            node: NodeID(node), publicKey: key, tokenID: id, secretDigest: other ?? secret)
    }

    @Test func aJoinBindsTheKeyToTheName() {
        let (registry, refusals) = applied([.issue(token()), join("h1", keyA)])
        #expect(refusals.isEmpty)
        #expect(registry.node(ofKey: keyA) == NodeID("h1"))
        #expect(registry.key(of: NodeID("h1"))?.publicKey == keyA)
        #expect(registry.key(of: NodeID("h1"))?.token == "t1")
    }

    @Test func onlyTheTokensOwnSecretCounts() throws {
        let (registry, refusals) = applied([
            .issue(token()), join("h1", keyA, secret: wrong), join("h1", keyA, by: "t2"),
        ])
        #expect(refusals.map(\.code) == [.invalid, .invalid])
        // The same words for both: guessing learns nothing.
        try #require(refusals.count == 2)
        #expect(refusals[0] == refusals[1])
        #expect(registry.nodeKeys.isEmpty)
        #expect(registry.tokens.first?.usesLeft == 1)
    }

    @Test func aUsersTokenEnrolsNobody() {
        let user = UserRecord(
            name: "ana", role: .admin, namespace: "a", hostUser: nil, createdAt: 1)
        let (registry, refusals) = applied([
            .putUser(user), .issue(token(user: "ana")), join("h1", keyA),
        ])
        #expect(refusals.count == 1)
        #expect(registry.nodeKeys.isEmpty)
    }

    @Test func aTokenIsUsedUp() {
        let (registry, refusals) = applied([
            .issue(token(uses: 2)), join("h1", keyA), join("h2", keyB), join("h3", keyC),
        ])
        #expect(refusals.count == 1)
        #expect(registry.nodeKeys.map(\.node) == ["h1", "h2"])
    }

    @Test func askingAgainCostsNothing() {
        let (registry, refusals) = applied([
            .issue(token(uses: 2)), join("h1", keyA), join("h1", keyA), join("h1", keyA),
        ])
        #expect(refusals.isEmpty)
        #expect(registry.tokens.first?.usesLeft == 1)
    }

    @Test func aTokenRunsOut() {
        let (registry, refusals) = applied(
            [.issue(token(expires: start)), join("h1", keyA)], at: start)
        #expect(refusals.count == 1)
        #expect(registry.node(ofKey: keyA) == nil)
    }

    @Test func aNameIsNotTakenOver() {
        let (registry, refusals) = applied([
            .issue(token(uses: 3)), join("h1", keyA), join("h1", keyB),
        ])
        #expect(refusals.map(\.code) == [.conflict])
        #expect(registry.node(ofKey: keyB) == nil)
        #expect(registry.node(ofKey: keyA) == NodeID("h1"))
    }

    @Test func aKeyHasOneNameOnly() {
        let (registry, refusals) = applied([
            .issue(token(uses: 3)), join("h1", keyA), join("h2", keyA),
        ])
        #expect(refusals.map(\.code) == [.conflict])
        #expect(registry.node(ofKey: keyA) == NodeID("h1"))
    }

    @Test func aTokenForOneNodeMayReplaceItsKeyAndEnrolsNoOther() {
        let (registry, refusals) = applied([
            .issue(token()), join("h1", keyA), .issue(token("t2", uses: 2, node: "h1")),
            join("h2", keyC, by: "t2"), join("h1", keyB, by: "t2"),
        ])
        #expect(refusals.count == 1)
        #expect(registry.node(ofKey: keyA) == nil)
        #expect(registry.node(ofKey: keyB) == NodeID("h1"))
    }

    @Test func aRemovedNodesKeyCountsNoMore() {
        let (registry, refusals) = applied([
            .issue(token(uses: 3)), join("h1", keyA), .removeNode(NodeID("h1")),
            .removeNode(NodeID("h1")),
        ])
        #expect(refusals.map(\.code) == [.notFound])
        #expect(registry.node(ofKey: keyA) == nil)
        let again = applied([join("h1", keyB)], to: registry)
        #expect(again.refusals.isEmpty)
    }

    @Test func aKeyChangesOnceTheNewOneIsUsed() {
        let node = NodeID("h1")
        var (registry, refusals) = applied([
            .issue(token()), join("h1", keyA),
            .rotate(node: node, publicKey: keyA, nextPublicKey: keyB),
        ])
        #expect(refusals.isEmpty)
        // Both count: a crash between locks nobody out.
        #expect(registry.node(ofKey: keyA) == node)
        #expect(registry.node(ofKey: keyB) == node)
        #expect(registry.isNext(keyB))
        registry = applied([.keyUsed(keyB)], to: registry, at: 7).registry
        #expect(registry.node(ofKey: keyA) == nil)
        #expect(registry.node(ofKey: keyB) == node)
        #expect(registry.key(of: node)?.rotatedAt == 7)
        refusals =
            applied(
                [.rotate(node: node, publicKey: keyA, nextPublicKey: keyC)], to: registry
            ).refusals
        #expect(refusals.map(\.code) == [.invalid])
    }

    @Test func nobodyRotatesToTheKeyOfAnother() {
        let (registry, refusals) = applied([
            .issue(token(uses: 2)), join("h1", keyA), join("h2", keyB),
            .rotate(node: NodeID("h1"), publicKey: keyA, nextPublicKey: keyB),
            .rotate(node: NodeID("h2"), publicKey: keyA, nextPublicKey: keyC),
        ])
        #expect(refusals.map(\.code) == [.conflict, .invalid])
        #expect(registry.node(ofKey: keyB) == NodeID("h2"))
        #expect(registry.node(ofKey: keyC) == nil)
    }

    @Test func strangersMayAskOnlyWhileATokenIsOut() {
        let local = token(AccessToken.localID, uses: nil)
        var registry = applied([.issue(local)]).registry
        #expect(!registry.admitsStrangers(at: 1))
        registry = applied([.issue(token(expires: 10))], to: registry).registry
        #expect(registry.admitsStrangers(at: 9))
        #expect(!registry.admitsStrangers(at: 10))
    }

    @Test func usersHaveTokensAndLoseThemWithTheirName() {
        let ana = UserRecord(
            name: "ana", role: .user, namespace: "team", hostUser: 1_000, createdAt: 1)
        var (registry, refusals) = applied([
            .issue(token(user: "ana")), .putUser(ana), .issue(token(uses: nil, user: "ana")),
        ])
        #expect(refusals.map(\.code) == [.notFound])
        #expect(registry.user(ofTokenDigest: secret, at: 5)?.namespace == "team")
        #expect(registry.user(ofTokenDigest: wrong, at: 5) == nil)
        #expect(registry.user(ofHostUser: 1_000)?.name == "ana")
        registry = applied([.removeUser("ana")], to: registry).registry
        #expect(registry.user(ofTokenDigest: secret, at: 5) == nil)
        #expect(registry.user(ofHostUser: 1_000) == nil)
        #expect(registry.tokens.isEmpty)
    }

    @Test func aUsersTokenEndsWithItsTime() {
        let ana = UserRecord(name: "ana", role: .user, namespace: "t", hostUser: nil, createdAt: 1)
        let registry = applied([
            .putUser(ana), .issue(token(uses: nil, expires: 10, user: "ana")),
        ]).registry
        #expect(registry.user(ofTokenDigest: secret, at: 9) != nil)
        #expect(registry.user(ofTokenDigest: secret, at: 10) == nil)
    }

    @Test func boundsHold() {
        var limits = AccessLimits()
        limits.users = 1
        limits.tokens = 2
        limits.tokensPerUser = 1
        limits.nodes = 1
        limits.claims = 1
        let ana = UserRecord(name: "ana", role: .user, namespace: "t", hostUser: nil, createdAt: 1)
        var ben = ana
        ben.name = "ben"
        let digests = [secret, wrong]
        let (registry, refusals) = applied(
            [
                .putUser(ana), .putUser(ben),
                .issue(token("u1", uses: nil, user: "ana")),
                .issue(token("u2", uses: nil, user: "ana")),
                .issue(token("t1", uses: 9)), .issue(token("t2", uses: 9)),
                join("h1", keyA), join("h2", keyB),
                .claim(ArtifactClaim(namespace: "t", digest: digests[0])),
                .claim(ArtifactClaim(namespace: "t", digest: digests[1])),
            ], to: AccessRegistry(limits: limits))
        #expect(refusals.map(\.code) == Array(repeating: .limitReached, count: 5))
        #expect(registry.nodeKeys.count == 1)
    }

    @Test func badNamesAreRefused() {
        let user = UserRecord(
            name: "../x", role: .user, namespace: "t", hostUser: nil, createdAt: 1)
        var place = user
        place.name = "x"
        place.namespace = "a/b"
        var node = place
        node.namespace = "t"
        node.role = .node
        let refusals = applied([.putUser(user), .putUser(place), .putUser(node)]).refusals
        #expect(refusals.map(\.code) == [.invalid, .invalid, .invalid])
    }

    @Test func theTokensTextIsReadAgain() {
        let token = JoinToken(
            id: "abc", secret: String(repeating: "f", count: 64), serverPublicKey: keyA)
        #expect(JoinToken(token.text + "\n") == token)
        for text in ["", "mlctl-join-1 a b", "mlctl-join-2 \(token.text.dropFirst(13))", keyA] {
            #expect(JoinToken(text) == nil)
        }
    }
}
