import ClusterVocabulary
import Testing
import WireCodec

/// Whatever bytes arrive, decoding ends with a value or a named error.
struct HostileBytesTests {
    @Test(arguments: WireSample.all)
    func aNewerVersionIsRefusedByNumber(_ sample: WireSample) {
        #expect(sample.bytes.starts(with: [0x08, 0x01]))
        var bytes = sample.bytes
        bytes[1] = 0x02
        #expect {
            try sample.isValue(bytes)
        } throws: { error in
            guard case .unknownVersion(_, 2, 1)? = error as? WireError else { return false }
            return "\(error)".contains("2") && "\(error)".contains("1")
        }
    }

    @Test(arguments: WireSample.all)
    func aMissingVersionIsRefused(_ sample: WireSample) {
        #expect {
            try sample.isValue(Array(sample.bytes.dropFirst(2)))
        } throws: { error in
            guard case .missing(_, "format")? = error as? WireError else { return false }
            return true
        }
    }

    @Test(arguments: WireSample.all)
    func noBytesAreRefused(_ sample: WireSample) {
        #expect(throws: WireError.self) { try sample.isValue([]) }
    }

    @Test(arguments: WireSample.all)
    func truncationAtEveryByteIsRefusedOrLeavesAValue(_ sample: WireSample) {
        var refusals = 0
        for length in 0..<sample.bytes.count {
            if !Self.isRefusedOrStable(Array(sample.bytes.prefix(length)), sample, &refusals) {
                Issue.record("\(length) bytes decode to a value that does not come back")
            }
        }
        #expect(refusals >= 2)
    }

    @Test(arguments: WireSample.all)
    func randomDamageIsRefusedOrLeavesAValue(_ sample: WireSample) {
        var random = SplitMix64(state: 0x6D6C_6374_6C00 &+ UInt64(sample.bytes.count))
        var refusals = 0
        for round in 0..<400 {
            let damaged = Self.damage(sample.bytes, &random)
            if !Self.isRefusedOrStable(damaged, sample, &refusals) {
                Issue.record("damage \(round) decodes to a value that does not come back")
            }
        }
        #expect(refusals > 0)
    }

    @Test func randomBytesAreRefusedOrLeaveAValue() {
        var random = SplitMix64(state: 99)
        var refusals = 0
        for _ in 0..<500 {
            let noise = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            for sample in WireSample.all {
                #expect(Self.isRefusedOrStable([0x08, 0x01] + noise, sample, &refusals))
            }
        }
        #expect(refusals > 500)
    }

    @Test(arguments: WireSample.all)
    func tooManyBytesAreRefusedBeforeDecoding(_ sample: WireSample) {
        let limit =
            switch sample.name.prefix(while: { $0 != "." }) {
            case "LedgerFacts": WireLimits.largestBatch
            case "EnrolmentRequest", "EnrolmentReply": WireCodec.largestEnrolment
            case "SupervisorReport": WireLimits.largestInventory
            default: WireLimits.largestMessage
            }
        let bytes = [UInt8](repeating: 0, count: limit + 1)
        #expect {
            try sample.isValue(bytes)
        } throws: { error in
            guard case .tooLarge(_, limit + 1, limit)? = error as? WireError else { return false }
            return true
        }
    }

    @Test(arguments: [
        (2, WireError.missing(message: "WorkerMessage", field: "body")),
        (200, WireError.malformed(message: "WorkerMessage")),
    ])
    func deepNestingIsRefused(_ depth: Int, _ refusal: WireError) {
        let opened = Array(repeating: [UInt8]([0xC3, 0x3E]), count: depth).flatMap(\.self)
        let closed = Array(repeating: [UInt8]([0xC4, 0x3E]), count: depth).flatMap(\.self)
        #expect(throws: refusal) {
            try decoded([0x08, 0x01] + opened + closed, WireCodec.decodeWorkerMessage)
        }
    }

    /// True when the bytes are refused, or decode to a value whose bytes decode to the same.
    private static func isRefusedOrStable(
        _ bytes: [UInt8], _ sample: WireSample, _ refusals: inout Int
    ) -> Bool {
        guard let first = try? sample.recoded(bytes) else {
            refusals += 1
            return true
        }
        guard let second = try? sample.recoded(first) else { return false }
        return first == second
    }

    /// One to four bytes flipped, removed, doubled or replaced by an extreme.
    private static func damage(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !result.isEmpty {
            let place = Int.random(in: 0..<result.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: result.remove(at: place)
            case 2: result.insert(result[place], at: place)
            case 3: result[place] = UInt8.random(in: 0...255, using: &random)
            default: result[place] = Bool.random(using: &random) ? 0xFF : 0x00
            }
        }
        return result
    }
}

/// A small seeded generator, so that every run damages the same bytes.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
