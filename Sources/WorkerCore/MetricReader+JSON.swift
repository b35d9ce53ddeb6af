package import ClusterVocabulary

extension MetricReader {
    /// The numbers of a line that is a JSON object; those of inner objects as `outer.inner`.
    ///
    /// Strings, lists and other values are passed over. Not a validator: a line it cannot follow
    /// gives nothing.
    ///
    /// With `isFree` names may be any text and numbers may stand in quotes, as Katib has them.
    package static func numbers(ofJSON line: [UInt8], isFree: Bool = false) -> [Metric] {
        var scanner = JSONScanner(rest: line[...], isFree: isFree)
        var found: [Metric] = []
        guard scanner.object(prefix: "", depth: 0, into: &found), scanner.isAtEnd else {
            return []
        }
        return found
    }
}

/// One pass over a JSON object.
private struct JSONScanner {
    var rest: ArraySlice<UInt8>
    /// Whether names are free and numbers may stand in quotes.
    let isFree: Bool
    static let deepest = 8

    var isAtEnd: Bool {
        rest.allSatisfy { $0 <= 0x20 }
    }

    private mutating func blanks() {
        rest = rest.drop { $0 <= 0x20 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        blanks()
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func object(prefix: String, depth: Int, into found: inout [Metric]) -> Bool {
        guard depth < JSONScanner.deepest, take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            guard let key = string(), take(UInt8(ascii: ":")) else { return false }
            let name = prefix.isEmpty ? key : "\(prefix).\(key)"
            guard value(name, depth, &found) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func value(_ name: String, _ depth: Int, _ found: inout [Metric]) -> Bool {
        blanks()
        switch rest.first {
        case UInt8(ascii: "{"): return object(prefix: name, depth: depth + 1, into: &found)
        case UInt8(ascii: "["): return list(depth)
        case UInt8(ascii: "\""):
            guard let text = string() else { return false }
            if isFree, let number = MetricReader.number(Array(text.utf8)[...]), isName(name) {
                found.append(Metric(name, number))
            }
            return true
        default:
            let word = rest.prefix { $0 > 0x20 && !",}]".utf8.contains($0) }
            guard !word.isEmpty else { return false }
            rest = rest.dropFirst(word.count)
            if let number = MetricReader.number(word), isName(name) {
                found.append(Metric(name, number))
            }
            return true
        }
    }

    private func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)[...]
        return isFree
            ? MetricReader.freeName(bytes) != nil : MetricReader.name(bytes) != nil
    }

    private mutating func list(_ depth: Int) -> Bool {
        guard depth < JSONScanner.deepest, take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        var ignored: [Metric] = []
        repeat {
            guard value("", depth + 1, &ignored) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.first else { return nil }
                bytes.append(escaped)
                rest = rest.dropFirst()
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }
}
