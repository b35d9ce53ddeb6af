import Averaging
import ClusterVocabulary
import Determinism
import Foundation
import Messaging
import Sealing
import Testing
import WireCodec

@testable import TrainerProcess

/// Strangers and old trainers at the door that other hosts reach: nothing of theirs is used, all
/// of it is counted, and the bits stay those of one thread.
struct HostileFrameTests {
    /// A peer that sends what it likes to a member's door.
    private final class Stranger {
        private let context: MessagingContext
        private let sender: ExchangeSender

        init(to member: BenchMember) throws {
            context = try MessagingContext()
            var limits = SocketLimits.bulk
            limits.sendHighWaterMark = 1_000
            limits.linger = .seconds(1)
            sender = try ExchangeSender(
                endpoint: member.door.address.remote, context: context, limits: limits)
        }

        func send(_ frames: [[UInt8]]) throws {
            _ = try sender.send(frames.map { .bytes($0) }, shouldStop: { false })
        }

        func close() { sender.close() }
    }

    private func header(
        _ bench: ExchangeBench, term: Term, kind: ExchangeFrame.Kind = .averaged,
        payload: [UInt8], rank: UInt32 = 1
    ) -> ExchangeFrame {
        let digest = payload.withUnsafeBytes { FastDigest.ofFrame($0) }
        return ExchangeFrame(
            kind: kind, job: bench.attempt.job.number, attempt: bench.attempt.number,
            term: term.number, round: 0, senderRank: rank, shard: rank,
            elementCount: UInt32(payload.count / 4), digestHigh: digest.high,
            digestLow: digest.low)
    }

    private func sealed(
        _ header: ExchangeFrame, _ payload: [UInt8], by sealer: FrameSealer
    ) -> [[UInt8]] {
        var output = [UInt8](repeating: 0, count: payload.count + FrameSealer.overhead)
        let clear = payload.withUnsafeBytes { plain in
            output.withUnsafeMutableBytes { output in
                output.baseAddress.map {
                    sealer.seal(plain, address: header.encoded, channel: 99, into: $0)
                } ?? []
            }
        }
        return [clear, output]
    }

    /// Reads what waits at a member's door; everything that gets through counts.
    private func drain(_ member: BenchMember) throws -> Int {
        var accepted = 0
        var isWaiting = true
        while isWaiting {
            isWaiting = try member.door.inbox.next(timeout: .milliseconds(300)) { _, _ in
                accepted += 1
                return .done
            }
        }
        return accepted
    }

    @Test func hostsDoNotChangeABit() throws {
        let bench = try ExchangeBench()
        let members = [
            try bench.member("a", host: "one"), try bench.member("b", host: "one"),
            try bench.member("c", host: "two"),
        ]
        try bench.run(members, until: 4)
        try bench.run([members[2], members[0]])
        let expected = try bench.reference()
        #expect(members[0].averagedState == expected)
        #expect(members[2].averagedState == expected)
        for member in members { #expect(!member.door.inbox.refusals.isNoteworthy) }
    }

    @Test func whatIsNotSealedByAMemberIsRefusedAndCounted() throws {
        let bench = try ExchangeBench()
        let member = try bench.member("a", host: "one")
        let term = Term(5)
        member.door.inbox.adopt(term, key: ExchangeBench.key(of: term))
        let stranger = try Stranger(to: member)
        let payload = [UInt8](repeating: 3, count: 4_096)
        let header = header(bench, term: term, payload: payload)
        let member5 = FrameSealer(termKey: ExchangeBench.key(of: term).bytes)
        // Not sealed; sealed by somebody without the key; truncated; one bit flipped.
        try stranger.send([header.encoded, payload])
        let other = FrameSealer(termKey: [UInt8](repeating: 9, count: 32))
        try stranger.send(sealed(header, payload, by: other))
        var short = sealed(header, payload, by: member5)
        short[1].removeLast(100)
        try stranger.send(short)
        var flipped = sealed(header, payload, by: member5)
        flipped[1][77] ^= 4
        try stranger.send(flipped)
        // Another address on a true seal: the round is authenticated too.
        var moved = sealed(header, payload, by: member5)
        moved[0][24] ^= 1
        try stranger.send(moved)
        // No frames at all.
        try stranger.send([[1, 2, 3]])
        try stranger.send([header.encoded, payload, payload])
        let accepted = try drain(member)
        stranger.close()
        #expect(accepted == 0)
        #expect(member.door.inbox.refusals.forged == 5)
        #expect(member.door.inbox.refusals.malformed == 2)
    }

    @Test func aFramePlayedAgainIsRefused() throws {
        let bench = try ExchangeBench()
        let member = try bench.member("a", host: "one")
        let term = Term(5)
        member.door.inbox.adopt(term, key: ExchangeBench.key(of: term))
        let payload = [UInt8](repeating: 3, count: 64)
        let header = header(bench, term: term, payload: payload)
        let frame = sealed(
            header, payload, by: FrameSealer(termKey: ExchangeBench.key(of: term).bytes))
        let stranger = try Stranger(to: member)
        try stranger.send(frame)
        #expect(try drain(member) == 1)
        try stranger.send(frame)
        // The preparation of the term is repeated whenever its answer seems lost.
        member.door.inbox.adopt(term, key: ExchangeBench.key(of: term))
        try stranger.send(frame)
        #expect(try drain(member) == 0)
        stranger.close()
        #expect(member.door.inbox.refusals.replayed == 2)
    }

    /// A true frame of the term before, under that term's key, and one that claims the new term.
    @Test func aFrameOfAnOldTermIsRefused() throws {
        let bench = try ExchangeBench()
        let member = try bench.member("a", host: "one")
        let (old, new) = (Term(5), Term(6))
        member.door.inbox.adopt(old, key: ExchangeBench.key(of: old))
        member.door.inbox.adopt(new, key: ExchangeBench.key(of: new))
        // An older preparation that comes late changes nothing.
        member.door.inbox.adopt(old, key: ExchangeBench.key(of: old))
        let payload = [UInt8](repeating: 3, count: 64)
        let sealer = FrameSealer(termKey: ExchangeBench.key(of: old).bytes)
        let stranger = try Stranger(to: member)
        try stranger.send(sealed(header(bench, term: old, payload: payload), payload, by: sealer))
        try stranger.send(sealed(header(bench, term: new, payload: payload), payload, by: sealer))
        #expect(try drain(member) == 0)
        stranger.close()
        #expect(member.door.inbox.refusals.stale == 1)
        #expect(member.door.inbox.refusals.forged == 1)
    }

    /// Within the host frames are not sealed: what an earlier term of this very job left behind, or
    /// another attempt, must not count in the round of the same number.
    @Test func aPlainFrameOfAnOldTermIsNotAveraged() throws {
        let bench = try ExchangeBench()
        let members = [try bench.member("a"), try bench.member("b")]
        try bench.run(members, until: 2)
        let context = try MessagingContext()
        var limits = SocketLimits.bulk
        limits.linger = .seconds(1)
        let payload = [UInt8](repeating: 0x3F, count: 4 * 65_536)
        for member in members {
            let sender = try ExchangeSender(
                endpoint: member.door.address.local, context: context, limits: limits)
            for (term, attempt) in [(1, 1), (2, 9)] as [(UInt64, UInt32)] {
                for rank in 0..<2 as Range<UInt32> {
                    var frame = header(bench, term: Term(term), payload: payload, rank: rank)
                    frame.kind = .contribution
                    frame.attempt = attempt
                    frame.round = 2
                    frame.shard = 1 - rank
                    (frame.subtreeLower, frame.subtreeUpper) = (rank * 2, rank * 2 + 2)
                    let count = min(
                        65_536,
                        ShardPlan(
                            elementCount: members[0].session.exchangedCount, memberCount: 2
                        ).range(of: Int(1 - rank)).count)
                    frame.elementCount = UInt32(count)
                    let bytes = Array(payload.prefix(count * 4))
                    let digest = bytes.withUnsafeBytes { FastDigest.ofFrame($0) }
                    (frame.digestHigh, frame.digestLow) = (digest.high, digest.low)
                    _ = try sender.send(
                        [.bytes(frame.encoded), .bytes(bytes)], shouldStop: { false })
                }
            }
            // Its frames are at the door before those of the new term.
            Thread.sleep(forTimeInterval: 0.1)
            sender.close()
        }
        try bench.run(members)
        #expect(members[0].averagedState == (try bench.reference()))
        #expect(members[1].averagedState == members[0].averagedState)
        for member in members { #expect(member.door.inbox.refusals.stale >= 4) }
    }

    /// Under fire during a whole job, and longer frames than any member sends.
    @Test func trainingGoesOnUnderFire() throws {
        let bench = try ExchangeBench()
        let members = [
            try bench.member("a", host: "one"), try bench.member("b", host: "two"),
        ]
        let strangers = try members.map { try Stranger(to: $0) }
        let payload = [UInt8](repeating: 1, count: 4_096)
        let forged = header(bench, term: Term(1), payload: payload).encoded
        for stranger in strangers {
            for _ in 0..<50 { try stranger.send([forged, payload]) }
            let giant = [UInt8](repeating: 0, count: ExchangeLimits.mostFrameBytes + 1)
            try stranger.send([forged, giant])
        }
        try bench.run(members)
        for stranger in strangers { stranger.close() }
        #expect(members[0].averagedState == (try bench.reference()))
        #expect(members[1].averagedState == members[0].averagedState)
    }

    /// A flip in memory between digest and receipt, within the host: named by its sender.
    @Test func aCorruptedFrameNamesItsSender() throws {
        let bench = try ExchangeBench()
        let member = try bench.member("a")
        let context = try MessagingContext()
        let sender = try ExchangeSender(
            endpoint: member.door.address.local, context: context)
        var payload = [UInt8](repeating: 3, count: 64)
        let header = header(bench, term: Term(1), payload: payload, rank: 2)
        payload[9] ^= 1
        _ = try sender.send([.bytes(header.encoded), .bytes(payload)], shouldStop: { false })
        #expect(try drain(member) == 0)
        sender.close()
        #expect(member.door.inbox.refusals.corrupted == [2: 1])
        #expect(member.door.inbox.refusals.words { "h\($0)" } == "1 corrupted by h2")
    }
}
