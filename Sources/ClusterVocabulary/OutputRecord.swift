/// One piece of what a process wrote: when, and to which of its two streams.
///
/// As bytes: length of the text as 4 bytes little-endian, stream as one, 3 zero bytes, wall-clock
/// milliseconds as 8 little-endian, then the text.
package struct OutputRecord: Hashable, Sendable {
    /// The streams of a process.
    package enum Stream: UInt8, Sendable {
        /// Standard output.
        case output = 1
        /// Standard error.
        case error = 2
        /// A word of the product itself, such as how much was left out.
        case note = 3
    }

    /// Which stream.
    package var stream: Stream
    /// Wall-clock milliseconds since 1970.
    package var at: Int64
    /// What was written.
    package var text: ArraySlice<UInt8>

    /// Makes a record.
    package init(stream: Stream, at: Int64, text: ArraySlice<UInt8>) {
        self.stream = stream
        self.at = at
        self.text = text
    }

    /// Bytes before the text.
    package static let headerBytes = 16
    /// The most bytes of one record's text.
    package static let mostText = 65_536

    /// Appends the record's bytes.
    package func append(to bytes: inout [UInt8]) {
        let length = UInt32(truncatingIfNeeded: text.count)
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: length >> (8 * shift))) }
        bytes += [stream.rawValue, 0, 0, 0]
        let stamp = UInt64(bitPattern: at)
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: stamp >> (8 * shift))) }
        bytes += text
    }

    /// The first record of the bytes; `nil` when it is not whole or not one.
    package init?(first bytes: ArraySlice<UInt8>) {
        guard bytes.count >= OutputRecord.headerBytes else { return nil }
        let start = bytes.startIndex
        var length = 0
        for shift in 0..<4 { length |= Int(bytes[start + shift]) << (8 * shift) }
        var stamp: UInt64 = 0
        for shift in 0..<8 { stamp |= UInt64(bytes[start + 8 + shift]) << (8 * shift) }
        guard length <= OutputRecord.mostText,
            bytes.count >= OutputRecord.headerBytes + length,
            let stream = Stream(rawValue: bytes[start + 4])
        else { return nil }
        self.stream = stream
        at = Int64(bitPattern: stamp)
        let text = start + OutputRecord.headerBytes
        self.text = bytes[text..<(text + length)]
    }

    /// Bytes of the record as written.
    package var byteCount: Int { OutputRecord.headerBytes + text.count }

    /// The whole records at the front of the bytes, and how many bytes they take.
    package static func records(
        in bytes: ArraySlice<UInt8>
    ) -> (records: [OutputRecord], byteCount: Int) {
        var records: [OutputRecord] = []
        var rest = bytes
        while let record = OutputRecord(first: rest) {
            records.append(record)
            rest = rest.dropFirst(record.byteCount)
        }
        return (records, bytes.count - rest.count)
    }
}

/// A piece of a job's output as the scheduler keeps and gives it: what one rank wrote.
///
/// As bytes: length of the text as 4 bytes little-endian, stream as one, a zero byte, rank as 2,
/// wall-clock milliseconds as 8, try as 4, 4 zero bytes, the rank's position behind the record as
/// 8, then the text.
package struct JobOutputRecord: Hashable, Sendable {
    /// Which stream.
    package var stream: OutputRecord.Stream
    /// The rank.
    package var rank: Int
    /// Wall-clock milliseconds since 1970.
    package var at: Int64
    /// The try.
    package var attempt: UInt32
    /// The position of the rank's output behind this record.
    package var next: Int64
    /// What was written.
    package var text: ArraySlice<UInt8>

    /// Makes a record.
    package init(
        stream: OutputRecord.Stream, rank: Int, at: Int64, attempt: UInt32, next: Int64,
        text: ArraySlice<UInt8>
    ) {
        self.stream = stream
        self.rank = rank
        self.at = at
        self.attempt = attempt
        self.next = next
        self.text = text
    }

    /// Bytes before the text.
    package static let headerBytes = 32

    /// Appends the record's bytes.
    package func append(to bytes: inout [UInt8]) {
        func number(_ value: UInt64, _ count: Int) {
            for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
        }
        number(UInt64(text.count), 4)
        bytes += [stream.rawValue, 0]
        number(UInt64(rank), 2)
        number(UInt64(bitPattern: at), 8)
        number(UInt64(attempt), 4)
        number(0, 4)
        number(UInt64(bitPattern: next), 8)
        bytes += text
    }

    /// The first record of the bytes; `nil` when it is not whole or not one.
    package init?(first bytes: ArraySlice<UInt8>) {
        guard bytes.count >= JobOutputRecord.headerBytes else { return nil }
        let start = bytes.startIndex
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 | UInt64(bytes[start + offset + $1]) << (8 * UInt64($1)) }
        }
        let length = Int(number(0, 4))
        guard length <= OutputRecord.mostText,
            bytes.count >= JobOutputRecord.headerBytes + length,
            let stream = OutputRecord.Stream(rawValue: bytes[start + 4])
        else { return nil }
        self.stream = stream
        rank = Int(number(6, 2))
        at = Int64(bitPattern: number(8, 8))
        attempt = UInt32(number(16, 4))
        next = Int64(bitPattern: number(24, 8))
        let text = start + JobOutputRecord.headerBytes
        self.text = bytes[text..<(text + length)]
    }

    /// Bytes of the record as written.
    package var byteCount: Int { JobOutputRecord.headerBytes + text.count }
}
