import Testing
import WireCodec

/// Frames of an exchange, every field away from its default.
enum ExchangeFixtures {
    static let frame = ExchangeFrame(
        kind: .contribution, job: 42, attempt: 3, term: 9, round: 1_000_000_007, senderRank: 1,
        shard: 2, subtreeLower: 4, subtreeUpper: 8, elementOffset: 1 << 40,
        elementCount: 65_536, digestHigh: 0x0123_4567_89AB_CDEF, digestLow: UInt64.max)

    static let scalars = [
        ReplicaScalars(
            replica: 3, lossSum: 1.5, correct: 30, samples: 32, evalLossSum: -0.0,
            evalCorrect: 5, evalSamples: 6, deltaDigest: 0xFEDC_BA98_7654_3210),
        ReplicaScalars(replica: 65_535, lossSum: .infinity, correct: 0, samples: 0),
    ]
}

/// The hand-written header of the parameter exchange and the scalars behind it.
struct ExchangeFrameTests {
    private func decode(_ bytes: [UInt8]) throws(WireError) -> ExchangeFrame {
        try decoded(bytes) { (buffer) throws(WireError) in try ExchangeFrame(decoding: buffer) }
    }

    /// The header with bytes replaced.
    private func header(_ offset: Int, _ replacement: [UInt8]) -> [UInt8] {
        var bytes = ExchangeFixtures.frame.encoded
        bytes.replaceSubrange(offset..<offset + replacement.count, with: replacement)
        return bytes
    }

    @Test(arguments: ExchangeFrame.Kind.allCases)
    func everyKindComesBack(_ kind: ExchangeFrame.Kind) throws {
        var frame = ExchangeFixtures.frame
        frame.kind = kind
        #expect(frame.encoded.count == ExchangeFrame.byteCount)
        #expect(try decode(frame.encoded) == frame)
    }

    @Test func anUnalignedHeaderComesBack() throws {
        let bytes = [7] + ExchangeFixtures.frame.encoded
        let frame = try decoded(bytes) { (buffer) throws(WireError) in
            try ExchangeFrame(decoding: UnsafeRawBufferPointer(rebasing: buffer.dropFirst()))
        }
        #expect(frame == ExchangeFixtures.frame)
    }

    @Test func encodingTouchesNothingBehindTheHeader() {
        var bytes = [UInt8](repeating: 0xEE, count: ExchangeFrame.byteCount + 4)
        bytes.withUnsafeMutableBytes { ExchangeFixtures.frame.encode(into: $0) }
        #expect(Array(bytes.prefix(ExchangeFrame.byteCount)) == ExchangeFixtures.frame.encoded)
        #expect(bytes.suffix(4) == [0xEE, 0xEE, 0xEE, 0xEE])
    }

    @Test func everyOtherLengthIsRefused() {
        let bytes = ExchangeFixtures.frame.encoded + [0]
        for length in 0...bytes.count where length != ExchangeFrame.byteCount {
            #expect(throws: WireError.malformed(message: "ExchangeFrame")) {
                try decode(Array(bytes.prefix(length)))
            }
        }
    }

    @Test func aForeignMagicIsRefused() {
        #expect(throws: WireError.malformed(message: "ExchangeFrame")) {
            try decode(header(0, [0]))
        }
    }

    @Test func aNewerVersionIsRefusedByNumber() {
        #expect(
            throws: WireError.unknownVersion(message: "ExchangeFrame", found: 2, newestKnown: 1)
        ) {
            try decode(header(4, [2]))
        }
    }

    @Test(
        arguments: [
            ("kind", 6, [0]), ("kind", 6, [8]), ("kind", 7, [1]),
            ("job", 8, [UInt8](repeating: 0, count: 8)),
            ("job", 15, [0x80]), ("term", 23, [0x80]), ("round", 31, [0xFF]), ("round", 31, [0x7F]),
            ("attempt", 32, [0]), ("senderRank", 38, [1]), ("shard", 42, [1]),
            ("subtreeLower", 46, [2]), ("subtreeUpper", 48, [3]), ("subtreeUpper", 50, [2]),
            ("elementCount", 55, [0x80]), ("elementOffset", 63, [0x80]),
        ] as [(String, Int, [UInt8])])
    func aFieldOutOfItsRangeIsNamed(_ field: String, _ offset: Int, _ replacement: [UInt8]) {
        #expect {
            try decode(header(offset, replacement))
        } throws: { error in
            guard case .invalid("ExchangeFrame", field, _)? = error as? WireError else {
                return false
            }
            return true
        }
    }

    @Test func randomDamageIsRefusedOrLeavesAHeader() throws {
        var random = SplitMix64(state: 5)
        var refusals = 0
        for _ in 0..<5_000 {
            var bytes = ExchangeFixtures.frame.encoded
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            if let frame = try? decode(bytes) {
                #expect(try decode(frame.encoded) == frame)
            } else {
                refusals += 1
            }
        }
        #expect(refusals > 1_000)
    }
}

/// The scalars of replicas.
struct ReplicaScalarsTests {
    private func decode(_ bytes: [UInt8]) throws(WireError) -> [ReplicaScalars] {
        try decoded(bytes, ReplicaScalars.decode)
    }

    @Test func entriesComeBack() throws {
        #expect(
            try decode(ReplicaScalars.encode(ExchangeFixtures.scalars)) == ExchangeFixtures.scalars)
        #expect(try decode(ReplicaScalars.encode([])) == [])
    }

    @Test func aFullFrameComesBackAndOneMoreIsRefused() throws {
        let entries = (0..<UInt32(ReplicaScalars.most)).map {
            ReplicaScalars(replica: $0, lossSum: 1, correct: 1, samples: 1)
        }
        var bytes = ReplicaScalars.encode(entries)
        #expect(try decode(bytes) == entries)
        let last = bytes.suffix(ReplicaScalars.entryBytes)
        bytes += last
        #expect {
            try decode(bytes)
        } throws: { error in
            guard case .tooLarge("ReplicaScalars", _, _)? = error as? WireError else {
                return false
            }
            return true
        }
    }

    @Test func everyOtherLengthIsRefused() {
        let bytes = ReplicaScalars.encode(ExchangeFixtures.scalars)
        for length in 0..<bytes.count {
            #expect(throws: WireError.malformed(message: "ReplicaScalars")) {
                try decode(Array(bytes.prefix(length)))
            }
        }
        #expect(throws: WireError.self) { try decode([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]) }
    }

    @Test func aReplicaThatCountsTwiceIsRefused() {
        let entry = ExchangeFixtures.scalars[0]
        #expect(throws: WireError.self) { try decode(ReplicaScalars.encode([entry, entry])) }
    }

    @Test(arguments: [
        ReplicaScalars(replica: 65_536, lossSum: 0, correct: 0, samples: 0),
        ReplicaScalars(replica: 0, lossSum: 0, correct: -1, samples: 0),
        ReplicaScalars(replica: 0, lossSum: 0, correct: 2, samples: 1),
        ReplicaScalars(replica: 0, lossSum: 0, correct: 0, samples: .max),
        ReplicaScalars(replica: 0, lossSum: 0, correct: 0, samples: 0, evalCorrect: 1),
        ReplicaScalars(replica: 0, lossSum: 0, correct: 0, samples: 0, evalSamples: -1),
    ])
    func countsOutOfRangeAreRefused(_ entry: ReplicaScalars) {
        #expect(throws: WireError.self) { try decode(ReplicaScalars.encode([entry])) }
    }
}
