/// Spells values so that the reader of this target reads them back unchanged.
enum CanonicalYAML {
    /// A text, plain when every YAML reader takes it for a text, otherwise in double quotes.
    static func text(_ text: String) -> String {
        let isWord = text.utf8.allSatisfy {
            NameRules.isAlphanumeric($0) || "-_./@".utf8.contains($0)
        }
        let startsWithLetter = text.utf8.first.map {
            NameRules.isAlphanumeric($0) && !ScalarSyntax.isDigit($0)
        }
        let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        if isWord, startsWithLetter ?? false, !reserved.contains(text.lowercased()) { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    let zeros = String(repeating: "0", count: 8 - digits.count)
                    result += "\\U\(zeros)\(digits)"
                }
            }
        }
        return result + "\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            false
        default: true
        }
    }

    /// A size in the largest binary unit that divides it.
    static func size(_ bytes: Int64) -> String {
        for (shift, unit) in [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")]
        where bytes > 0 && bytes % (Int64(1) << Int64(shift)) == 0 {
            return "\(bytes >> Int64(shift))\(unit)"
        }
        return String(bytes)
    }

    /// A duration in the largest unit that divides it.
    static func duration(seconds: Int64) -> String {
        for (length, unit) in [(86_400, "d"), (3_600, "h"), (60, "m")]
        where seconds > 0 && seconds % Int64(length) == 0 {
            return "\(seconds / Int64(length))\(unit)"
        }
        return "\(seconds)s"
    }

    /// Processor time as whole cores or thousandths.
    static func cpu(_ milliCPU: Int64) -> String {
        milliCPU % 1_000 == 0 ? String(milliCPU / 1_000) : "\(milliCPU)m"
    }
}
