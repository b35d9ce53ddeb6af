import Testing

@testable import Sealing

struct FrameSealTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let plain = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    private let address = Array("job 1, term 2, round 3".utf8)

    private func seal(
        _ sealer: FrameSealer, channel: UInt32 = 0, plain: [UInt8]? = nil
    ) -> (clear: [UInt8], sealed: [UInt8]) {
        let plain = plain ?? self.plain
        var sealed = [UInt8](repeating: 0, count: plain.count + FrameSealer.overhead)
        let clear = plain.withUnsafeBytes { plain in
            sealed.withUnsafeMutableBytes { output in
                // An array of at least a tag has an address.
                output.baseAddress.map {
                    sealer.seal(plain, address: address, channel: channel, into: $0)
                } ?? []
            }
        }
        return (clear, sealed)
    }

    private func open(
        _ opener: FrameOpener, _ frame: (clear: [UInt8], sealed: [UInt8])
    ) -> Result<[UInt8], FrameOpener.Refusal> {
        var output = [UInt8](repeating: 0, count: max(frame.sealed.count, 1))
        do {
            try output.withUnsafeMutableBytes { output in
                try frame.clear.withUnsafeBytes { clear in
                    try frame.sealed.withUnsafeBytes { sealed in
                        guard let start = output.baseAddress else { return }
                        try opener.open(sealed, clear: clear, into: start)
                    }
                }
            }
        } catch {
            return .failure(error as? FrameOpener.Refusal ?? .malformed)
        }
        return .success(Array(output.prefix(max(0, frame.sealed.count - FrameSealer.overhead))))
    }

    @Test func whatIsSealedOpens() {
        let sealer = FrameSealer(termKey: key)
        let opener = FrameOpener(termKey: key)
        for channel: UInt32 in [0, 1, 0, 9] {
            let frame = seal(sealer, channel: channel)
            #expect(frame.sealed.prefix(1_000) != plain[...])
            #expect(frame.clear.count == address.count + SealStamp.byteCount)
            #expect(open(opener, frame) == .success(plain))
        }
        #expect(open(opener, seal(sealer, plain: [])) == .success([]))
    }

    @Test func anythingChangedIsForged() {
        let sealer = FrameSealer(termKey: key)
        let frame = seal(sealer)
        for place in [0, 500, frame.sealed.count - 1] {
            var changed = frame
            changed.sealed[place] ^= 1
            #expect(open(FrameOpener(termKey: key), changed) == .failure(.forged))
        }
        // The address, the salt, the channel and the counter are authenticated too.
        for place in frame.clear.indices {
            var changed = frame
            changed.clear[place] ^= 0x40
            #expect(open(FrameOpener(termKey: key), changed) == .failure(.forged), "\(place)")
        }
        var other = key
        other[31] ^= 1
        #expect(open(FrameOpener(termKey: other), frame) == .failure(.forged))
    }

    @Test func truncatedAndForeignFramesAreRefused() {
        let frame = seal(FrameSealer(termKey: key))
        let opener = FrameOpener(termKey: key)
        var short = frame
        short.sealed.removeLast(900)
        #expect(open(opener, short) == .failure(.forged))
        short.sealed = Array(frame.sealed.prefix(15))
        #expect(open(opener, short) == .failure(.malformed))
        short.clear = []
        #expect(open(opener, short) == .failure(.malformed))
        #expect(open(opener, frame) == .success(plain))
    }

    @Test func aFrameOpensOnce() {
        let sealer = FrameSealer(termKey: key)
        let opener = FrameOpener(termKey: key)
        let (first, second, other) = (seal(sealer), seal(sealer), seal(sealer, channel: 4))
        #expect(open(opener, second) == .success(plain))
        #expect(open(opener, second) == .failure(.replayed))
        #expect(open(opener, first) == .failure(.replayed))
        #expect(open(opener, other) == .success(plain))
    }

    /// A sender that starts anew under the same term key: other salt, so other subkey, whatever
    /// its counters; else equal nonces would give away the difference of two frames.
    @Test func noNonceIsRepeatedAfterARestart() {
        let first = FrameSealer(termKey: key)
        let second = FrameSealer(termKey: key)
        let (before, after) = (seal(first), seal(second))
        #expect(before.clear != after.clear)
        #expect(before.sealed != after.sealed)
        let stamps = [before, after].map { frame in
            frame.clear.withUnsafeBytes {
                SealStamp(UnsafeRawBufferPointer(rebasing: $0.suffix(SealStamp.byteCount)))
            }
        }
        #expect(stamps[0]?.nonce == stamps[1]?.nonce)
        #expect(stamps[0]?.salt != stamps[1]?.salt)
        let opener = FrameOpener(termKey: key)
        #expect(open(opener, before) == .success(plain))
        #expect(open(opener, after) == .success(plain))
    }

    @Test func countersOfAChannelNeverRepeat() {
        let sealer = FrameSealer(termKey: key)
        var seen: Set<[UInt8]> = []
        for index in 0..<1_000 {
            let frame = seal(sealer, channel: UInt32(index % 3), plain: [1])
            #expect(seen.insert(Array(frame.clear.suffix(SealStamp.byteCount))).inserted)
        }
    }

    /// RFC 5869, test cases 1 and 3 (first 32 bytes of the output).
    @Test func derivationFollowsTheStandard() {
        let secret = [UInt8](repeating: 0x0B, count: 22)
        let first = KeyDerivation.key(
            secret: secret, salt: Array(0...12), info: Array(0xF0...0xF9))
        #expect(
            hex(first) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
        let third = KeyDerivation.key(secret: secret, salt: [], info: [])
        #expect(
            hex(third) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
