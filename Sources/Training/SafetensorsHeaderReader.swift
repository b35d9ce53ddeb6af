/// Reads the JSON of a safetensors header: only the shapes that may occur there, nothing nested.
struct SafetensorsHeaderReader {
    struct Entry {
        var name: String
        var type: String
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    struct Header {
        var entries: [Entry] = []
        var metadata: [String: String] = [:]
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func header() throws(SafetensorsFault) -> Header {
        var header = Header()
        var names: Set<String> = []
        try forEachMember { (reader, name) throws(SafetensorsFault) in
            guard names.insert(name).inserted else { throw .duplicateName(name) }
            if name == "__metadata__" {
                header.metadata = try reader.texts()
            } else {
                guard header.entries.count < Safetensors.maximumTensors else {
                    throw .tooManyTensors
                }
                header.entries.append(try reader.entry(named: name))
            }
        }
        skipSpace()
        guard position == bytes.count else { throw fault("the end of the header") }
        return header
    }

    private mutating func texts() throws(SafetensorsFault) -> [String: String] {
        var texts: [String: String] = [:]
        try forEachMember { (reader, key) throws(SafetensorsFault) in
            let value = try reader.string()
            guard texts.updateValue(value, forKey: key) == nil else { throw .duplicateName(key) }
        }
        return texts
    }

    private mutating func entry(named name: String) throws(SafetensorsFault) -> Entry {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try forEachMember { (reader, key) throws(SafetensorsFault) in
            switch key {
            case "dtype" where type == nil: type = try reader.string()
            case "shape" where shape == nil: shape = try reader.integers()
            case "data_offsets" where offsets == nil: offsets = try reader.integers()
            default: throw reader.fault("dtype, shape and data_offsets, each once")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw fault("dtype, shape and two data_offsets before here")
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    /// Reads `{ "key": value, … }`; `body` reads each value.
    private mutating func forEachMember(
        _ body: (inout SafetensorsHeaderReader, String) throws(SafetensorsFault) -> Void
    ) throws(SafetensorsFault) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try body(&self, key)
        } while accept(",")
        try expect("}")
    }

    private mutating func integers() throws(SafetensorsFault) -> [Int] {
        try expect("[")
        var values: [Int] = []
        if accept("]") { return values }
        repeat {
            guard values.count < Safetensors.maximumRank else {
                throw fault("at most \(Safetensors.maximumRank) numbers")
            }
            values.append(try integer())
        } while accept(",")
        try expect("]")
        return values
    }

    private mutating func integer() throws(SafetensorsFault) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, case 0x30...0x39 = bytes[position] {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(Int(bytes[position] - 0x30))
            guard !tooLarge, !overflow else { throw fault("a number below 2^63") }
            value = sum
            position += 1
        }
        guard position > start else { throw fault("a whole number that is not negative") }
        guard position == start + 1 || bytes[start] != 0x30 else {
            throw fault("a number without leading zeros")
        }
        return value
    }

    private mutating func string() throws(SafetensorsFault) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            let byte = try next()
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw fault("UTF-8 before here")
                }
                return string
            case UInt8(ascii: "\\"): try appendEscape(to: &text)
            case 0..<0x20: throw fault("an escaped control character")
            default: text.append(byte)
            }
        }
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(SafetensorsFault) {
        switch try next() {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800...0xDBFF).contains(code) {
                guard try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u") else {
                    throw fault("the second half of a surrogate pair")
                }
                let low = try fourDigits()
                guard (0xDC00...0xDFFF).contains(low) else {
                    throw fault("the second half of a surrogate pair")
                }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("a Unicode scalar") }
            text.append(contentsOf: Character(scalar).utf8)
        default: throw fault("a known escape")
        }
    }

    private mutating func fourDigits() throws(SafetensorsFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(try next())).hexDigitValue else {
                throw fault("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func next() throws(SafetensorsFault) -> UInt8 {
        guard position < bytes.count else { throw fault("more text") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func accept(_ symbol: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: Unicode.Scalar) throws(SafetensorsFault) {
        guard accept(symbol) else { throw fault("'\(symbol)'") }
    }

    private func fault(_ expected: String) -> SafetensorsFault {
        .malformedHeader(byte: position, expected: expected)
    }
}
