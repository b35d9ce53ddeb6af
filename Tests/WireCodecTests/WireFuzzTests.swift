import Foundation
import Testing
import WireCodec

/// Damaged messages, frames and ledger records in great number; `make fuzz` takes a million of
/// each family. An input is a function of the seed and its number, so that one can be run again.
struct WireFuzzTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// Inputs of each family.
    private static let count = setting("MLCTL_FUZZ") ?? 4_000
    private static let seed = setting("MLCTL_FUZZ_SEED") ?? 1
    /// The number of the first input.
    private static let start = setting("MLCTL_FUZZ_FROM") ?? 0

    private static let records = WireSample.all.filter { sample in
        ["Record", "Facts", "Fact"].contains { sample.name.contains($0) }
    }
    private static let messages = WireSample.all.filter { sample in
        !records.contains { $0.name == sample.name }
    }

    @Test func messagesAreRefusedOrKept() { fuzz("messages", WireFuzzTests.messages) }

    @Test func ledgerRecordsAreRefusedOrKept() { fuzz("ledger records", WireFuzzTests.records) }

    @Test func exchangeFramesAreRefusedOrKept() {
        let original = ExchangeFixtures.frame.encoded
        var refusals = 0
        each("exchange frames") { _, random in
            let bytes = WireFuzzTests.damage(original, &random)
            do throws(WireError) {
                let frame = try decoded(bytes) { (buffer) throws(WireError) in
                    try ExchangeFrame(decoding: buffer)
                }
                let again = try decoded(frame.encoded) { (buffer) throws(WireError) in
                    try ExchangeFrame(decoding: buffer)
                }
                return frame == again
            } catch {
                refusals += 1
                return true
            }
        }
        #expect(refusals > 0)
    }

    private func fuzz(_ family: String, _ samples: [WireSample]) {
        var refusals = 0
        each(family) { number, random in
            let sample = samples[Int(number % UInt64(samples.count))]
            let bytes = WireFuzzTests.damage(sample.bytes, &random)
            guard let first = try? sample.recoded(bytes) else {
                refusals += 1
                return true
            }
            return (try? sample.recoded(first)) == first
        }
        #expect(samples.count > 2)
        #expect(refusals > 0)
    }

    /// Runs every input; the first bad ones are reported by number.
    private func each(_ family: String, _ holds: (UInt64, inout SplitMix64) -> Bool) {
        let (seed, start) = (WireFuzzTests.seed, WireFuzzTests.start)
        for number in start..<start + WireFuzzTests.count {
            if number % 100_000 == 0, WireFuzzTests.count > 100_000 {
                print("fuzz \(family): seed \(seed), input \(number)")
            }
            var random = SplitMix64(state: seed &* 0x9E37_79B9_7F4A_7C15 ^ number &* 0xD6E8_FEB8)
            if !holds(number, &random) {
                Issue.record("\(family), seed \(seed), input \(number) does not come back")
            }
        }
    }

    /// One to eight changes: bits, bytes, lengths, pieces repeated, cut or spliced.
    private static func damage(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var result = bytes
        for _ in 0...random.next() % 8 where !result.isEmpty {
            let place = Int(random.next() % UInt64(result.count))
            let end = min(result.count, place + Int(random.next() % 9))
            switch random.next() % 7 {
            case 0: result[place] ^= 1 << UInt8(random.next() % 8)
            case 1: result.removeSubrange(place..<end)
            case 2: result.insert(contentsOf: result[place..<end], at: place)
            case 3: result[place] = UInt8(truncatingIfNeeded: random.next())
            case 4: result[place] = random.next() % 2 == 0 ? 0xFF : 0x80
            case 5: result.removeLast(result.count - place)
            default:
                result.insert(
                    contentsOf: [UInt8](repeating: 0xFF, count: Int(random.next() % 10)), at: place)
            }
        }
        return result
    }
}
