/// The schema of a set as bytes, the last part of a set file.
///
/// Texts are a 32-bit byte count and UTF-8, lists a 32-bit count and their items, all little
/// endian: columns (kind, missing rows, line of the first, name, categories), the target's name,
/// classes, whether there are weights, bad rows and the findings in them.
enum SchemaCoding {
    static func encode(_ schema: SetSchema) -> [UInt8] {
        var bytes: [UInt8] = []
        append(UInt32(schema.columns.count), &bytes)
        for column in schema.columns {
            bytes.append(column.kind.rawValue)
            append(UInt64(column.missing), &bytes)
            append(UInt64(column.firstMissingLine), &bytes)
            append(column.name, &bytes)
            append(column.categories, &bytes)
        }
        append(schema.targetName, &bytes)
        append(schema.classNames, &bytes)
        bytes.append(schema.hasWeights ? 1 : 0)
        append(UInt64(schema.badRows), &bytes)
        append(schema.badRowFindings, &bytes)
        return bytes
    }

    /// Reads columns, names and counts into a schema that has the numbers of the header.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, into schema: inout SetSchema
    ) throws(DataProblem) {
        var reader = Reader(bytes: bytes)
        let columns = try reader.count(leastBytes: 25)
        for _ in 0..<columns {
            guard let kind = ColumnKind(rawValue: try reader.byte()) else {
                throw SetView.damaged("a column is of an unknown kind")
            }
            let missing = try reader.number()
            let line = try reader.number()
            schema.columns.append(
                ColumnSchema(
                    name: try reader.text(), kind: kind, categories: try reader.texts(),
                    missing: missing, firstMissingLine: line))
        }
        schema.targetName = try reader.text()
        schema.classNames = try reader.texts()
        schema.hasWeights = try reader.byte() == 1
        schema.badRows = try reader.number()
        schema.badRowFindings = try reader.texts()
        guard reader.isAtEnd else { throw SetView.damaged("bytes follow the schema") }
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func append(_ text: String, _ bytes: inout [UInt8]) {
        append(UInt32(text.utf8.count), &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ texts: [String], _ bytes: inout [UInt8]) {
        append(UInt32(texts.count), &bytes)
        for text in texts { append(text, &bytes) }
    }

    /// Takes one thing after the other off the front.
    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var place = 0

        var isAtEnd: Bool { place == bytes.count }

        mutating func byte() throws(DataProblem) -> UInt8 {
            try require(1)
            defer { place += 1 }
            return bytes[place]
        }

        mutating func number() throws(DataProblem) -> Int {
            try require(8)
            defer { place += 8 }
            let raw = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            guard let number = Int(exactly: UInt64(littleEndian: raw)) else {
                throw SetView.damaged("a number of the schema is out of range")
            }
            return number
        }

        /// A count of items that take at least so many bytes each: hostile counts end here and not
        /// in an allocation.
        mutating func count(leastBytes: Int) throws(DataProblem) -> Int {
            try require(4)
            let raw = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            place += 4
            let count = Int(UInt32(littleEndian: raw))
            guard count <= (bytes.count - place) / leastBytes else {
                throw SetView.damaged("more names are announced than there are bytes")
            }
            return count
        }

        mutating func text() throws(DataProblem) -> String {
            let count = try count(leastBytes: 1)
            defer { place += count }
            guard let text = String(validating: bytes[place..<place + count], as: UTF8.self)
            else { throw SetView.damaged("a name is not UTF-8") }
            return text
        }

        mutating func texts() throws(DataProblem) -> [String] {
            let count = try count(leastBytes: 4)
            var texts: [String] = []
            texts.reserveCapacity(count)
            for _ in 0..<count { texts.append(try text()) }
            return texts
        }

        private func require(_ count: Int) throws(DataProblem) {
            guard bytes.count - place >= count else {
                throw SetView.damaged("the schema ends early")
            }
        }
    }
}
