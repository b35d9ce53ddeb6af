import ClusterVocabulary
import Messaging
import Testing

@testable import SchedulerService

/// One live worker a name: the first keeps it.
struct ControlPeersTests {
    private let node = NodeID("h1")
    private let first = PeerID("h1/1a")
    private let second = PeerID("h1/2b")
    private let start = ContinuousClock.now

    private func taken() -> ControlPeers {
        var peers = ControlPeers(grace: .seconds(3))
        #expect(
            peers.judge(first, for: node, keyOf: node, isRegistration: true, at: start) == .pass)
        return peers
    }

    @Test func namesStandBeforeTheLife() {
        #expect(ControlPeers.node(of: first) == node)
        #expect(ControlPeers.node(of: PeerID("h1")) == node)
        #expect(ControlPeers.node(of: PeerID("/1a")) == nil)
        #expect(ControlPeers.node(of: PeerID("a b/1")) == nil)
    }

    @Test func aSecondLiveWorkerIsRefusedAndUnheard() {
        var peers = taken()
        let verdict = peers.judge(
            second, for: node, keyOf: node, isRegistration: true, at: start + .seconds(2))
        guard case .refuse(let reason) = verdict else {
            Issue.record("not refused: \(verdict)")
            return
        }
        #expect(reason.code == .conflict)
        #expect(
            peers.judge(second, for: node, keyOf: node, isRegistration: false, at: start) == .drop)
        #expect(peers.peer(of: node) == first)
        #expect(
            peers.judge(first, for: node, keyOf: node, isRegistration: false, at: start) == .pass)
    }

    @Test func aNameIsFreeAfterItsConnectionClosedOrFellSilent() {
        var peers = taken()
        #expect(peers.close(second) == nil)
        #expect(peers.close(first) == node)
        #expect(
            peers.judge(second, for: node, keyOf: node, isRegistration: true, at: start) == .pass)
        #expect(peers.peer(of: node) == second)
        let later = start + .seconds(4)
        #expect(
            peers.judge(first, for: node, keyOf: node, isRegistration: true, at: later) == .pass)
        #expect(
            peers.judge(second, for: node, keyOf: node, isRegistration: false, at: later) == .drop)
    }

    @Test func aKeySpeaksForItsOwnNodeAlone() {
        var peers = ControlPeers(grace: .seconds(3))
        // h1 is not connected: its name is free, and still not for the key of h2.
        let other = peers.judge(
            first, for: node, keyOf: NodeID("h2"), isRegistration: true, at: start)
        guard case .refuse(let reason) = other else {
            Issue.record("not refused: \(other)")
            return
        }
        #expect(reason.message.contains("h2"))
        #expect(peers.peer(of: node) == nil)
        let later = peers.judge(
            first, for: node, keyOf: NodeID("h2"), isRegistration: false, at: start)
        #expect(later == .drop)
    }

    @Test func aKeyThatWasTakenBackIsUnheard() {
        var peers = taken()
        let heartbeat = peers.judge(
            first, for: node, keyOf: nil, isRegistration: false, at: start)
        #expect(heartbeat == .drop)
        let again = peers.judge(first, for: node, keyOf: nil, isRegistration: true, at: start)
        guard case .refuse = again else {
            Issue.record("not refused: \(again)")
            return
        }
    }
}
