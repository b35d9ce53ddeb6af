/// The records of a CSV text, one after the other; quotes as in RFC 4180.
struct CSVRecords {
    /// One record.
    struct Record {
        /// The line it begins on, from 1.
        let line: Int
        /// The fields, blanks around unquoted ones removed.
        let fields: [String]
    }

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var place = 0
    private var line = 1

    init(_ text: String) {
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        self.bytes = bytes
        let first = bytes.prefix { $0 != 0x0A }
        let (tab, semicolon, comma) = (UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ","))
        delimiter =
            first.contains(tab)
            ? tab : first.contains(semicolon) && !first.contains(comma) ? semicolon : comma
    }

    /// The next record that is not an empty line; `nil` at the end.
    mutating func next(in file: String) throws(ClientFailure) -> Record? {
        while place < bytes.count, bytes[place] == 0x0A || bytes[place] == 0x0D {
            if bytes[place] == 0x0A { line += 1 }
            place += 1
        }
        guard place < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(try field(file))
            guard place < bytes.count else { break }
            let mark = bytes[place]
            place += 1
            if mark == delimiter { continue }
            if mark == 0x0D, place < bytes.count, bytes[place] == 0x0A { place += 1 }
            line += 1
            break
        }
        return Record(line: start, fields: fields)
    }

    /// Reads up to, not over, the mark behind the field.
    private mutating func field(_ file: String) throws(ClientFailure) -> String {
        while place < bytes.count, bytes[place] == 0x20 { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return plainField() }
        let start = line
        place += 1
        var content: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
                    while place < bytes.count, bytes[place] == 0x20 { place += 1 }
                    if place < bytes.count, !isMark(bytes[place]) { break }
                    return String(decoding: content, as: UTF8.self)
                }
                place += 1
            } else if byte == 0x0A {
                line += 1
            }
            content.append(byte)
        }
        throw ClientFailure(
            .wrongUsage, "MalformedQuote: \(file), line \(start): a quoted field does not end")
    }

    private mutating func plainField() -> String {
        let start = place
        while place < bytes.count, !isMark(bytes[place]) { place += 1 }
        var field = bytes[start..<place]
        while field.last == 0x20 { field.removeLast() }
        return String(decoding: field, as: UTF8.self)
    }

    private func isMark(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == 0x0A || byte == 0x0D
    }
}
