package import ClusterVocabulary

extension MetricReader {
    /// Values as Katib finds them in text: a name of letters, digits, `_`, `-` and `|`, an equals
    /// sign with or without blanks around it, a decimal number; anywhere in the line, every one.
    ///
    /// Katib's default filter is `([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)`. Where that
    /// matches an empty number, `nan` and `inf` are read as what they are.
    package static func textMetrics(in line: [UInt8]) -> [Metric] {
        var found: [Metric] = []
        var free = line.startIndex
        for equal in line.indices where line[equal] == UInt8(ascii: "=") && equal >= free {
            var end = equal
            while end > free, isBlank(line[end - 1]) { end -= 1 }
            var start = end
            while start > free, isWord(line[start - 1]) { start -= 1 }
            var next = equal + 1
            while next < line.endIndex, isBlank(line[next]) { next += 1 }
            let number = numberPrefix(of: line[next...])
            free = equal + 1
            guard let value = number.value else { continue }
            if number.count > 0 { free = next + number.count }
            if let name = freeName(line[start..<end]) { found.append(Metric(name, value)) }
        }
        return found
    }

    /// A name in another program's words: not empty, no control characters, UTF-8.
    package static func freeName(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.isEmpty, bytes.count <= longestName,
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let hasControl = text.unicodeScalars.contains {
            $0.properties.generalCategory == .control
        }
        return hasControl ? nil : text
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
            || "_-|".utf8.contains(byte) || byte >= 0x80
    }

    /// The longest number a text begins with, and how long it is.
    private static func numberPrefix(of text: ArraySlice<UInt8>) -> (value: Double?, count: Int) {
        var place = text.startIndex
        func byte(_ offset: Int) -> UInt8? {
            place + offset < text.endIndex ? text[place + offset] : nil
        }
        if byte(0) == UInt8(ascii: "+") || byte(0) == UInt8(ascii: "-") { place += 1 }
        let afterSign = place
        while isDigit(byte(0)) { place += 1 }
        if byte(0) == UInt8(ascii: "."), isDigit(byte(1)) {
            place += 1
            while isDigit(byte(0)) { place += 1 }
        }
        if place > afterSign, let mark = byte(0), mark | 0x20 == UInt8(ascii: "e") {
            let hasSign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
            let digits = hasSign ? 2 : 1
            if isDigit(byte(digits)) {
                place += digits
                while isDigit(byte(0)) { place += 1 }
            }
        }
        if place == afterSign { while let next = byte(0), isWord(next) { place += 1 } }
        return (number(text[..<place]), place - text.startIndex)
    }
}
