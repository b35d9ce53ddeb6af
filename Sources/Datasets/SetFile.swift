import Determinism

/// The converted form of a set that workers map into memory: little endian, version 2.
///
/// A header of 128 bytes that ends with the digest of all sections, then three sections that each
/// begin at a multiple of 64 bytes, zeros in between: features (float32, row-major), labels
/// (int32), names (per name a 32-bit byte count and UTF-8; feature names first, then class names).
/// The same set always gives the same bytes.
package enum SetFile {
    /// The first eight bytes of every file.
    package static let magic = "MLCSET01"
    /// The version this code writes and reads.
    package static let version: UInt32 = 2
    /// Where the digest stands in the header: high half, then low half.
    package static let digestOffset = 104
    /// Every section starts at a multiple of this.
    package static let alignment = 64
    /// Bytes before the first section.
    package static let headerBytes = 128
    /// Largest piece given to the sink of `encode`.
    package static let chunkBytes = 1 << 20

    /// Where the sections of a file lie, in bytes.
    struct Plan: Equatable {
        var featuresOffset = 0
        var featuresBytes = 0
        var labelsOffset = 0
        var labelsBytes = 0
        var namesOffset = 0
        var namesBytes = 0
        var totalBytes = 0

        /// Nil when the sizes do not fit into an Int.
        init?(rows: Int, featureCount: Int, namesBytes: Int) {
            guard rows >= 0, featureCount >= 0, namesBytes >= 0 else { return nil }
            let values = rows.multipliedReportingOverflow(by: featureCount)
            // Far below Int.max, so that none of the sums below can overflow.
            let most = Int.max / 16
            guard !values.overflow, values.partialValue < most, rows < most, namesBytes < most
            else { return nil }
            featuresOffset = SetFile.headerBytes
            featuresBytes = values.partialValue * MemoryLayout<Float>.size
            labelsOffset = SetFile.aligned(featuresOffset + featuresBytes)
            labelsBytes = rows * MemoryLayout<Int32>.size
            namesOffset = SetFile.aligned(labelsOffset + labelsBytes)
            self.namesBytes = namesBytes
            totalBytes = namesOffset + namesBytes
        }
    }

    static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }

    /// Bytes of the encoded form of a set.
    package static func encodedByteCount(_ set: ParsedSet) -> Int {
        plan(set, namesBytes: encodeNames(set).count).totalBytes
    }

    /// Gives the encoded form to `sink` in order, in pieces of at most `chunkBytes`.
    ///
    /// The pieces are only valid during the call; what the sink throws ends the encoding.
    package static func encode<Failure: Error>(
        _ set: ParsedSet,
        sink: (UnsafeRawBufferPointer) throws(Failure) -> Void,
    ) throws(Failure) {
        let names = encodeNames(set)
        let plan = plan(set, namesBytes: names.count)
        let header = encodeHeader(
            set, plan,
            digest: set.features.withUnsafeBytes { features in
                set.labels.withUnsafeBytes { labels in
                    names.withUnsafeBytes { digest(features, labels, $0) }
                }
            })
        try forward(header.span.bytes, sink)
        try forward(set.features.span.bytes, sink)
        try pad(from: plan.featuresOffset + plan.featuresBytes, to: plan.labelsOffset, sink)
        try forward(set.labels.span.bytes, sink)
        try pad(from: plan.labelsOffset + plan.labelsBytes, to: plan.namesOffset, sink)
        try forward(names.span.bytes, sink)
    }

    /// The whole encoded form at once; for small sets and tests.
    package static func encode(_ set: ParsedSet) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(set) { (chunk: UnsafeRawBufferPointer) in
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    private static func plan(_ set: ParsedSet, namesBytes: Int) -> Plan {
        precondition(set.labels.count == set.rows, "a set has one label per row")
        precondition(set.featureNames.count == set.featureCount, "a set names every feature")
        precondition(set.testRows >= 0 && set.testRows <= set.rows, "test rows are rows")
        guard
            let plan = Plan(
                rows: set.rows,
                featureCount: set.featureCount,
                namesBytes: namesBytes,
            ), plan.featuresBytes == set.features.count * MemoryLayout<Float>.size
        else {
            preconditionFailure("a set has rows x featureCount features")
        }
        return plan
    }

    /// The digest of the three sections' digests.
    static func digest(
        _ features: UnsafeRawBufferPointer, _ labels: UnsafeRawBufferPointer,
        _ names: UnsafeRawBufferPointer
    ) -> FastDigest {
        var halves: [UInt64] = []
        for section in [features, labels, names] {
            let digest = FastDigest.of(section)
            halves += [digest.high.littleEndian, digest.low.littleEndian]
        }
        return halves.withUnsafeBytes { FastDigest.of($0) }
    }

    private static func encodeHeader(
        _ set: ParsedSet, _ plan: Plan, digest: FastDigest
    ) -> [UInt8] {
        var bytes = Array(magic.utf8)
        append(version, to: &bytes)
        append(UInt32(headerBytes), to: &bytes)
        let numbers = [
            set.rows, set.testRows, set.featureCount, set.classNames.count, plan.featuresOffset,
            plan.featuresBytes, plan.labelsOffset, plan.labelsBytes, plan.namesOffset,
            plan.namesBytes, plan.totalBytes,
        ]
        for number in numbers {
            append(UInt64(number), to: &bytes)
        }
        append(digest.high, to: &bytes)
        append(digest.low, to: &bytes)
        bytes.append(contentsOf: repeatElement(0, count: headerBytes - bytes.count))
        return bytes
    }

    private static func encodeNames(_ set: ParsedSet) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in set.featureNames + set.classNames {
            append(UInt32(name.utf8.count), to: &bytes)
            bytes.append(contentsOf: name.utf8)
        }
        return bytes
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func pad<Failure: Error>(
        from start: Int,
        to end: Int,
        _ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void,
    ) throws(Failure) {
        try forward([UInt8](repeating: 0, count: end - start).span.bytes, sink)
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
