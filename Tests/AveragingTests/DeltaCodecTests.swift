import Determinism
import Testing

@testable import Averaging

/// Rounded deltas: writing loses nothing, feedback loses nothing either.
struct DeltaCodecTests {
    private static func values(_ count: Int, seed: UInt64 = 3) -> [Float] {
        let stream = RandomStream(seed: seed, purpose: .initialization)
        return (0..<count).map { index in
            let unit = stream.uniform(at: UInt64(index), lane: 0) - 0.5
            let exponent = Int(stream.word(at: UInt64(index), lane: 1) % 40) - 30
            return unit * Float(sign: .plus, exponent: exponent, significand: 1)
        }
    }

    private func rounded(_ values: [Float], _ codec: DeltaCodec) -> [Float] {
        var out = [Float](repeating: 0, count: values.count)
        codec.round(values, into: &out, count: values.count)
        return out
    }

    private func written(_ values: [Float], _ codec: DeltaCodec) -> [Float] {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: codec.byteCount(values.count) + 1, alignment: 64)
        defer { bytes.deallocate() }
        var out = [Float](repeating: .nan, count: values.count)
        guard let start = bytes.baseAddress else { return out }
        codec.encode(values, into: start, count: values.count)
        codec.decode(start, into: &out, count: values.count)
        return out
    }

    @Test(arguments: [DeltaCodec.bfloat16, .int8], [1, 63, 64, 65, 1_000])
    func whatIsRoundedIsWrittenExactly(_ codec: DeltaCodec, _ count: Int) {
        for seed in 0..<50 {
            let once = rounded(Self.values(count, seed: UInt64(seed)), codec)
            #expect(rounded(once, codec).map(\.bitPattern) == once.map(\.bitPattern))
            // The sign of a zero is not written by int8; a sum with it is the same but for signs.
            #expect(written(once, codec) == once)
        }
    }

    @Test func theNearestIsTaken() {
        #expect(rounded([1.00390625], .bfloat16) == [1])
        #expect(rounded([1.01171875], .bfloat16) == [1.015625])
        #expect(rounded([127, 2.5, -3.5, 0.4], .int8) == [127, 2, -4, 0])
        #expect(rounded([127.5, 3], .int8) == [128, 4])
        #expect(rounded([0, -0.0], .int8) == [0, 0])
        #expect(rounded([0x1p-120], .int8) == [0])
    }

    @Test func whatIsNoNumberStaysNone() {
        for codec in [DeltaCodec.bfloat16, .int8] {
            for bad in [Float.nan, .infinity, -.infinity] {
                let once = rounded([1, bad, 2], codec)
                #expect(!once[1].isFinite)
                #expect(!written(once, codec)[1].isFinite)
            }
        }
    }

    /// After any number of rounds what was sent and what is still owed make up what was meant.
    @Test(arguments: [DeltaCodec.bfloat16, .int8])
    func feedbackOwesNothing(_ codec: DeltaCodec) {
        let count = 64
        let meant = (0..<count).map { Float($0 + 1) * 1e-3 }
        var residual = [Float](repeating: 0, count: count)
        var sent = [Double](repeating: 0, count: count)
        for _ in 0..<200 {
            var delta = meant
            var next = [Float](repeating: 0, count: count)
            codec.quantize(&delta, residual: residual, nextResidual: &next, count: count)
            for index in 0..<count { sent[index] += Double(delta[index]) }
            residual = next
        }
        for index in 0..<count {
            let owed = sent[index] + Double(residual[index]) - 200 * Double(meant[index])
            #expect(abs(owed) < 1e-4)
            // The least element of the block is sent too, though a round alone would drop it.
            #expect(sent[index] > 0)
        }
    }

    @Test func aByteAndASixtyFourthForEachElement() {
        #expect(DeltaCodec.int8.byteCount(65_536) == 66_560)
        #expect(DeltaCodec.bfloat16.byteCount(65_536) == 131_072)
    }
}
