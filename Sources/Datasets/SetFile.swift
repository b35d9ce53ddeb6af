package import Determinism

/// The converted form of a set that workers map into memory: little endian, version 3.
///
/// A header of 256 bytes, then the sections of ``SetSection`` in their order, then the schema;
/// each begins at a multiple of 64 bytes, zeros in between, and a section that the set does not
/// have is empty. The header holds the magic, version and length of the header (32 bits each),
/// then as 64-bit numbers: rows, test rows, features, classes, the target's kind, whether the set
/// is sparse, offset and length of every section and of the schema, the length of the file, and
/// the digest of all sections. The same set always gives the same bytes.
package enum SetFile {
    /// The first eight bytes of every file.
    package static let magic = "MLCSET01"
    /// The version this code writes and reads.
    package static let version: UInt32 = 3
    /// Where the digest stands in the header: high half, then low half.
    package static let digestOffset = 208
    /// Every section starts at a multiple of this.
    package static let alignment = 64
    /// Bytes before the first section.
    package static let headerBytes = 256
    /// Largest piece given to the sink of `encode`.
    package static let chunkBytes = 1 << 20
    /// Sections, and the schema behind them.
    static let partCount = SetSection.allCases.count + 1

    /// Where the parts of a file lie, in bytes.
    package struct Plan: Equatable, Sendable {
        /// Where each section begins, and the schema.
        package var offsets: [Int] = []
        /// How long each is.
        package var counts: [Int] = []
        /// The length of the file.
        package var totalBytes = 0

        /// Lays the parts out; nil when the sizes do not fit into an Int.
        package init?(counts: [Int]) {
            // Far below Int.max, so that no sum can overflow.
            let most = Int.max / 32
            guard counts.count == SetFile.partCount, counts.allSatisfy({ $0 >= 0 && $0 < most })
            else { return nil }
            self.counts = counts
            var place = SetFile.headerBytes
            for count in counts {
                offsets.append(place)
                totalBytes = place + count
                place = SetFile.aligned(totalBytes)
            }
        }
    }

    static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }

    /// How long every section of a set must be, in the order of ``SetSection``; nil for the two
    /// whose length is that of the stored values. Nil altogether when it does not fit.
    static func sectionBytes(_ schema: SetSchema) -> [Int?]? {
        let rows = schema.rows
        let (values, overflow) = rows.multipliedReportingOverflow(by: schema.featureCount)
        guard rows >= 0, !overflow, values >= 0, values < Int.max / 32, rows < Int.max / 64
        else { return nil }
        let isSparse = schema.isSparse
        return [
            isSparse ? 0 : values * MemoryLayout<Float>.size,
            isSparse ? (rows + 1) * MemoryLayout<Int64>.size : 0,
            isSparse ? nil : 0,
            isSparse ? nil : 0,
            schema.target == .classes ? rows * MemoryLayout<Int32>.size : 0,
            schema.target == .number ? rows * MemoryLayout<Float>.size : 0,
            schema.hasWeights ? rows * MemoryLayout<Float>.size : 0,
        ]
    }

    // MARK: Writing

    /// The header of a file whose parts are laid out so and have this digest.
    package static func encodeHeader(
        _ schema: SetSchema, _ plan: Plan, digest: FastDigest
    ) -> [UInt8] {
        var bytes = Array(magic.utf8)
        append(version, to: &bytes)
        append(UInt32(headerBytes), to: &bytes)
        var numbers = [
            schema.rows, schema.testRows, schema.featureCount, schema.classNames.count,
            Int(schema.target.rawValue), schema.isSparse ? 1 : 0,
        ]
        for (offset, count) in zip(plan.offsets, plan.counts) { numbers += [offset, count] }
        numbers.append(plan.totalBytes)
        for number in numbers {
            append(UInt64(number), to: &bytes)
        }
        bytes.append(contentsOf: repeatElement(0, count: digestOffset - bytes.count))
        append(digest.high, to: &bytes)
        append(digest.low, to: &bytes)
        bytes.append(contentsOf: repeatElement(0, count: headerBytes - bytes.count))
        return bytes
    }

    /// The last part of a file.
    package static func encodeSchema(_ schema: SetSchema) -> [UInt8] {
        SchemaCoding.encode(schema)
    }

    /// The digest of the digests of all parts, in order.
    package static func digest(_ parts: [UnsafeRawBufferPointer]) -> FastDigest {
        var halves: [UInt64] = []
        for part in parts {
            let digest = FastDigest.of(part)
            halves += [digest.high.littleEndian, digest.low.littleEndian]
        }
        return halves.withUnsafeBytes { FastDigest.of($0) }
    }

    /// Bytes of the encoded form of a set.
    package static func encodedByteCount(_ set: ParsedSet) -> Int {
        plan(set, schema: SchemaCoding.encode(set.schema)).totalBytes
    }

    /// Gives the encoded form to `sink` in order, in pieces of at most `chunkBytes`.
    ///
    /// The pieces are only valid during the call; what the sink throws ends the encoding.
    package static func encode<Failure: Error>(
        _ set: ParsedSet,
        sink: (UnsafeRawBufferPointer) throws(Failure) -> Void,
    ) throws(Failure) {
        let schema = SchemaCoding.encode(set.schema)
        let plan = plan(set, schema: schema)
        let halves = [
            set.features.withUnsafeBytes { FastDigest.of($0) },
            set.rowStarts.withUnsafeBytes { FastDigest.of($0) },
            set.columnIndices.withUnsafeBytes { FastDigest.of($0) },
            set.values.withUnsafeBytes { FastDigest.of($0) },
            set.labels.withUnsafeBytes { FastDigest.of($0) },
            set.targets.withUnsafeBytes { FastDigest.of($0) },
            set.weights.withUnsafeBytes { FastDigest.of($0) },
            schema.withUnsafeBytes { FastDigest.of($0) },
        ].flatMap { [$0.high.littleEndian, $0.low.littleEndian] }
        let digest = halves.withUnsafeBytes { FastDigest.of($0) }
        try forward(encodeHeader(set.schema, plan, digest: digest).span.bytes, sink)
        var place = headerBytes
        func part(
            _ index: Int, _ bytes: RawSpan
        ) throws(Failure) {
            try forward(
                [UInt8](repeating: 0, count: plan.offsets[index] - place).span.bytes, sink)
            try forward(bytes, sink)
            place = plan.offsets[index] + bytes.byteCount
        }
        try part(0, set.features.span.bytes)
        try part(1, set.rowStarts.span.bytes)
        try part(2, set.columnIndices.span.bytes)
        try part(3, set.values.span.bytes)
        try part(4, set.labels.span.bytes)
        try part(5, set.targets.span.bytes)
        try part(6, set.weights.span.bytes)
        try part(7, schema.span.bytes)
    }

    /// The whole encoded form at once; for small sets and tests.
    package static func encode(_ set: ParsedSet) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(set) { (chunk: UnsafeRawBufferPointer) in
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    private static func plan(_ set: ParsedSet, schema: [UInt8]) -> Plan {
        let counts = [
            set.features.count * 4, set.rowStarts.count * 8, set.columnIndices.count * 4,
            set.values.count * 4, set.labels.count * 4, set.targets.count * 4,
            set.weights.count * 4,
        ]
        guard let expected = sectionBytes(set.schema),
            zip(expected, counts).allSatisfy({ $0 == nil || $0 == $1 }), counts[2] == counts[3],
            let plan = Plan(counts: counts + [schema.count])
        else {
            preconditionFailure("a set holds as many values as its schema says")
        }
        precondition(
            set.testRows >= 0 && set.testRows <= set.rows, "test rows are rows")
        return plan
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func forward<Failure: Error>(
        _ bytes: RawSpan,
        _ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void,
    ) throws(Failure) {
        try bytes.withUnsafeBytes { (buffer) throws(Failure) in
            var start = 0
            while start < buffer.count {
                let end = min(start + chunkBytes, buffer.count)
                try sink(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
                start = end
            }
        }
    }
}
