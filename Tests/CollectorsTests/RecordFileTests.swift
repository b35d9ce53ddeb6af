import ClusterVocabulary
import Testing

@testable import Collectors

/// TensorFlow's event files: framing, checksums, messages, and what is not one.
struct RecordFileTests {
    static func framed(_ data: [UInt8]) -> [UInt8] {
        func little(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
        let length = little(UInt64(data.count), 8)
        return length + little(UInt64(CyclicChecksum.masked(length)), 4) + data
            + little(UInt64(CyclicChecksum.masked(data)), 4)
    }

    static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        [UInt8(number << 3 | 2), UInt8(bytes.count)] + bytes
    }

    static func bits(_ value: Float) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
    }

    /// An event with a value of the older form, `simple_value`.
    static func event(step: UInt8, _ tag: String, _ value: Float) -> [UInt8] {
        let summary = field(1, Array(tag.utf8)) + [2 << 3 | 5] + bits(value)
        return [2 << 3, step] + field(5, field(1, summary))
    }

    @Test func theChecksumIsCastagnolis() {
        // RFC 3720, B.4: 32 bytes of zeros, and the digits 1 to 9 of the usual check.
        #expect(CyclicChecksum.value([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CyclicChecksum.value(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test func recordsComeInAnyPieces() {
        let events = (1...3).map { Self.event(step: UInt8($0), "loss", Float($0) / 2) }
        let bytes = events.flatMap(Self.framed)
        for size in [1, 7, 12, 64, 10_000] {
            var file = RecordFile()
            var found: [SummaryEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                file.append(bytes[start..<min(start + size, bytes.count)])
                while let record = file.next() { found.append(SummaryEvent(record)) }
            }
            #expect(found.map(\.step) == [1, 2, 3], "pieces of \(size)")
            #expect(found.flatMap(\.values) == (1...3).map { Metric("loss", Double($0) / 2) })
            #expect(file.problem == nil)
        }
    }

    @Test func tensorsOfOneElementAreNumbers() {
        func value(_ tensor: [UInt8]) -> [Metric] {
            let value = Self.field(1, Array("acc".utf8)) + Self.field(8, tensor)
            return SummaryEvent(Self.field(5, Self.field(1, value))[...]).values
        }
        let half: [UInt8] = [0, 0, 0, 0x3F]
        #expect(value([8, 1] + Self.field(4, half)) == [Metric("acc", 0.5)])
        #expect(value([8, 1] + Self.field(5, half)) == [Metric("acc", 0.5)])
        #expect(value([8, 1, 5 << 3 | 5] + half) == [Metric("acc", 0.5)])
        #expect(value([8, 3, 7 << 3, 5]) == [Metric("acc", 5)])
        #expect(value([8, 1] + Self.field(5, half + half)).isEmpty, "a histogram is no number")
        #expect(value([8, 7] + Self.field(8, [65])).isEmpty, "a text is no number")
    }

    @Test func aFlippedBitEndsTheFile() {
        let good = Self.framed(Self.event(step: 1, "loss", 0.5))
        for place in good.indices {
            var bytes = good
            bytes[place] ^= 1
            var file = RecordFile()
            file.append(bytes + good)
            #expect(file.next() == nil, "byte \(place)")
            #expect(file.problem != nil, "byte \(place)")
        }
    }

    @Test func aRecordAboveTheBoundIsPassedOver() {
        let good = Self.framed(Self.event(step: 1, "loss", 0.5))
        let length = (0..<8).map { UInt8(truncatingIfNeeded: (RecordFile.largest + 1) >> (8 * $0)) }
        let sum = CyclicChecksum.masked(length)
        var file = RecordFile()
        file.append(length + (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(8 * $0)) })
        #expect(file.next() == nil)
        var left = RecordFile.largest + 1 + 4
        while left > 0 {
            file.append([UInt8](repeating: 7, count: min(left, 1 << 20)))
            left -= min(left, 1 << 20)
            #expect(file.next() == nil)
        }
        file.append(good)
        #expect(file.next() != nil)
        #expect(file.problem == nil)
    }

    /// Random bytes, and good files with random damage whose checksums are put right again: nothing
    /// traps, whatever a message claims.
    @Test func noBytesTrap() {
        var random = SeededBytes(state: 6)
        let good = Self.event(step: 3, "validation/accuracy", 0.75)
        for turn in 0..<20_000 {
            var data = turn % 2 == 0 ? good : (0..<40).map { _ in random.byte() }
            for _ in 0..<(1 + turn % 5) { data[Int(random.byte()) % data.count] = random.byte() }
            var file = RecordFile()
            file.append(Self.framed(data))
            if let record = file.next() { _ = SummaryEvent(record) }
            file.append(data)
            while file.next() != nil {}
        }
    }
}

/// Reproducible bytes of a test (SplitMix64).
struct SeededBytes {
    var state: UInt64

    mutating func byte() -> UInt8 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return UInt8(truncatingIfNeeded: mixed ^ (mixed >> 31))
    }
}
