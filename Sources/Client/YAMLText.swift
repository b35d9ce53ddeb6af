/// Turns JSON into YAML of the same content, keys in their order.
package struct YAMLText {
    private let json: [UInt8]
    private var place = 0
    private var output: [UInt8] = []

    /// The deepest nesting accepted.
    static let mostNesting = 64

    private init(_ json: [UInt8]) {
        self.json = json
        output.reserveCapacity(json.count + json.count / 4)
    }

    /// The YAML of a JSON text; `nil` when it is not JSON.
    package static func text(ofJSON json: [UInt8]) -> [UInt8]? {
        var text = YAMLText(json)
        text.skipBlanks()
        guard text.value(indent: 0, isInline: true) else { return nil }
        text.skipBlanks()
        guard text.place == json.count else { return nil }
        if text.output.last != UInt8(ascii: "\n") { text.output.append(UInt8(ascii: "\n")) }
        return text.output
    }

    private var byte: UInt8? { place < json.count ? json[place] : nil }

    private mutating func skipBlanks() {
        while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
    }

    private mutating func takes(_ character: UInt8) -> Bool {
        skipBlanks()
        guard byte == character else { return false }
        place += 1
        return true
    }

    private mutating func line(_ indent: Int) {
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
    }

    /// Writes a value; `isInline` says that it stands behind a dash or at the very start, where the
    /// first entry needs no line of its own.
    private mutating func value(indent: Int, isInline: Bool) -> Bool {
        guard indent < YAMLText.mostNesting else { return false }
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): return object(indent, isInline)
        case UInt8(ascii: "["): return array(indent, isInline)
        case UInt8(ascii: "\""):
            guard let text = string() else { return false }
            scalar(text, indent)
            return true
        default: return word()
        }
    }

    private mutating func object(_ indent: Int, _ isInline: Bool) -> Bool {
        place += 1
        if takes(UInt8(ascii: "}")) {
            output += Array("{}\n".utf8)
            return true
        }
        var isFirst = true
        repeat {
            skipBlanks()
            guard byte == UInt8(ascii: "\""), let key = string(), takes(UInt8(ascii: ":")) else {
                return false
            }
            if !(isFirst && isInline) {
                if isFirst { output.append(UInt8(ascii: "\n")) }
                line(indent)
            }
            isFirst = false
            output += YAMLText.isPlain(key) ? Array(key.utf8) : YAMLText.quoted(key)
            output.append(UInt8(ascii: ":"))
            guard member(indent: indent + 1) else { return false }
        } while takes(UInt8(ascii: ","))
        return takes(UInt8(ascii: "}"))
    }

    private mutating func member(indent: Int) -> Bool {
        skipBlanks()
        let isBlock = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        if !isBlock || isEmptyBlock { output.append(UInt8(ascii: " ")) }
        return value(indent: indent, isInline: false)
    }

    private var isEmptyBlock: Bool {
        var next = place + 1
        while next < json.count, json[next] <= 0x20 { next += 1 }
        guard next < json.count else { return false }
        return json[next] == UInt8(ascii: "}") || json[next] == UInt8(ascii: "]")
    }

    private mutating func array(_ indent: Int, _ isInline: Bool) -> Bool {
        place += 1
        if takes(UInt8(ascii: "]")) {
            output += Array("[]\n".utf8)
            return true
        }
        var isFirst = true
        repeat {
            if !(isFirst && isInline) {
                if isFirst { output.append(UInt8(ascii: "\n")) }
                line(indent)
            }
            isFirst = false
            output += Array("- ".utf8)
            guard value(indent: indent + 1, isInline: true) else { return false }
        } while takes(UInt8(ascii: ","))
        return takes(UInt8(ascii: "]"))
    }

    private mutating func word() -> Bool {
        let start = place
        while let byte, !",]} \n\r\t".utf8.contains(byte) { place += 1 }
        let text = String(decoding: json[start..<place], as: UTF8.self)
        guard ["true", "false", "null"].contains(text) || Double(text) != nil else { return false }
        output += json[start..<place] + [UInt8(ascii: "\n")]
        return true
    }

    private mutating func scalar(_ text: String, _ indent: Int) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let isBlock =
            lines.count > 1 && text.hasSuffix("\n") && !text.hasPrefix(" ")
            && text.unicodeScalars.allSatisfy { $0 == "\n" || YAMLText.isPrintable($0) }
            && !text.hasSuffix("\n\n")
        guard isBlock else {
            output += (YAMLText.isPlain(text) ? Array(text.utf8) : YAMLText.quoted(text)) + [0x0A]
            return
        }
        output += Array("|\n".utf8)
        for part in lines.dropLast() {
            if !part.isEmpty { line(indent) }
            output += Array(part.utf8) + [0x0A]
        }
    }

    private mutating func string() -> String? {
        place += 1
        var bytes: [UInt8] = []
        while let next = byte {
            place += 1
            switch next {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard escape(into: &bytes) else { return nil }
            default: bytes.append(next)
            }
        }
        return nil
    }

    private mutating func escape(into bytes: inout [UInt8]) -> Bool {
        guard let next = byte else { return false }
        place += 1
        switch next {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "u"):
            guard var code = unit() else { return false }
            if (0xD800..<0xDC00).contains(code) {
                guard byte == UInt8(ascii: "\\"), place + 1 < json.count,
                    json[place + 1] == UInt8(ascii: "u")
                else { return false }
                place += 2
                guard let low = unit(), (0xDC00..<0xE000).contains(low) else { return false }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { return false }
            bytes += Array(String(Character(scalar)).utf8)
        default: bytes.append(next)
        }
        return true
    }

    private mutating func unit() -> UInt32? {
        guard place + 4 <= json.count else { return nil }
        defer { place += 4 }
        return UInt32(String(decoding: json[place..<place + 4], as: UTF8.self), radix: 16)
    }

    // MARK: Spelling

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80...0x9F).contains(scalar.value)
            && scalar.value != 0xFEFF
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        let isLetter = (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first)
        let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isLetter && !reserved.contains(text.lowercased())
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "-_./@".utf8.contains(byte)
                }
            }
    }

    /// A text in double quotes; JSON's escapes are YAML's too.
    private static func quoted(_ text: String) -> [UInt8] {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return Array((result + "\"").utf8)
    }
}
