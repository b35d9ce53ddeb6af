/// What is wrong with the text of one value.
struct SyntaxProblem: Error, Equatable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

/// The spelling of numbers, durations and sizes; each function refuses what it cannot keep exactly.
enum ScalarSyntax {
    /// A decimal integer without leading zeros (which YAML 1.1 would read as octal).
    static func integer(_ text: String) throws(SyntaxProblem) -> Int64 {
        guard let value = Int64(try digits(text, mayBeNegative: true)) else {
            throw SyntaxProblem("\(YAMLNode.quoted(text)) is too large for an integer")
        }
        return value
    }

    /// A decimal integer from 0 to 2^64 - 1.
    static func unsigned(_ text: String) throws(SyntaxProblem) -> UInt64 {
        guard let value = UInt64(try digits(text, mayBeNegative: false)) else {
            throw SyntaxProblem("must be from 0 to \(UInt64.max)")
        }
        return value
    }

    private static func digits(_ text: String, mayBeNegative: Bool) throws(SyntaxProblem) -> String
    {
        var bytes = text.utf8[...]
        if bytes.first == UInt8(ascii: "-") {
            guard mayBeNegative else { throw SyntaxProblem("must not be negative") }
            bytes = bytes.dropFirst()
        }
        guard !bytes.isEmpty, bytes.allSatisfy(isDigit) else {
            throw SyntaxProblem("expected an integer")
        }
        guard bytes.count == 1 || bytes.first != UInt8(ascii: "0") else {
            throw SyntaxProblem("an integer has no leading zeros")
        }
        return text
    }

    /// A finite decimal number such as `0.05`, `.5`, `1e-3`.
    static func decimal(_ text: String) throws(SyntaxProblem) -> Double {
        try checkDecimal(text)
        guard let value = Double(text), value.isFinite else {
            throw SyntaxProblem("expected a finite number")
        }
        return value
    }

    /// The same, rounded once to single precision.
    static func single(_ text: String) throws(SyntaxProblem) -> Float {
        try checkDecimal(text)
        guard let value = Float(text), value.isFinite else {
            throw SyntaxProblem("expected a finite number of single precision")
        }
        return value
    }

    private static func checkDecimal(_ text: String) throws(SyntaxProblem) {
        var rest = text.utf8[...]
        func skipDigits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        func skipSign() {
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
                rest = rest.dropFirst()
            }
        }
        skipSign()
        var mantissa = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            mantissa += skipDigits()
        }
        var isValid = mantissa > 0 && text.utf8.count <= Limits.quotedScalars
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            skipSign()
            isValid = skipDigits() > 0 && isValid
        }
        guard isValid, rest.isEmpty else { throw SyntaxProblem("expected a number") }
    }

    /// A whole number and a unit (`ms` only where allowed); milliseconds.
    static func milliseconds(
        _ text: String, allowsMilliseconds: Bool
    ) throws(SyntaxProblem) -> Int64 {
        let examples = allowsMilliseconds ? "500ms, 3s, 1m" : "90s, 30m, 12h, 30d"
        let (count, unit) = try numberAndUnit(text, examples: examples, what: "a duration")
        let factor: Int64
        switch unit {
        case "ms" where allowsMilliseconds: factor = 1
        case "s": factor = 1_000
        case "m": factor = 60_000
        case "h": factor = 3_600_000
        case "d": factor = 86_400_000
        case "": throw SyntaxProblem("a duration needs a unit, such as \(examples)")
        default: throw SyntaxProblem("expected a duration such as \(examples)")
        }
        return try multiply(count, factor)
    }

    /// A whole number of bytes, bare or with one of Ki, Mi, Gi, Ti, k, M, G, T.
    static func bytes(_ text: String) throws(SyntaxProblem) -> Int64 {
        let (count, unit) = try numberAndUnit(text, examples: "512Mi, 2Gi", what: "a size")
        switch unit {
        case "": return count
        case "Ki": return try multiply(count, 1 << 10)
        case "Mi": return try multiply(count, 1 << 20)
        case "Gi": return try multiply(count, 1 << 30)
        case "Ti": return try multiply(count, 1 << 40)
        case "k": return try multiply(count, 1_000)
        case "M": return try multiply(count, 1_000_000)
        case "G": return try multiply(count, 1_000_000_000)
        case "T": return try multiply(count, 1_000_000_000_000)
        default:
            let units = ["Ki", "Mi", "Gi", "Ti", "k", "M", "G", "T"]
            let hint = NearestName.hint(for: String(unit.prefix(2)), among: units)
            throw SyntaxProblem("unknown unit \(YAMLNode.quoted(unit)) of a size\(hint)")
        }
    }

    /// Processor cores: `2`, `0.5` (three decimals at most) or thousandths as `500m`.
    static func milliCPU(_ text: String) throws(SyntaxProblem) -> Int64 {
        let problem = SyntaxProblem("expected processor cores such as 2, 0.5 or 500m")
        if text.hasSuffix("m") {
            guard let value = try? integer(String(text.dropLast())) else { throw problem }
            return value
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let whole = try? integer(String(first))
        else { throw problem }
        guard whole >= 0 else { throw problem }
        let fraction = parts.count == 2 ? String(parts[1]) : "0"
        guard fraction.utf8.allSatisfy(isDigit), (1...3).contains(fraction.utf8.count) else {
            throw problem
        }
        let padded = fraction + String(repeating: "0", count: 3 - fraction.utf8.count)
        guard let thousandths = Int64(padded) else { throw problem }
        let (sum, overflow) = try multiply(whole, 1_000).addingReportingOverflow(thousandths)
        guard !overflow else { throw problem }
        return sum
    }

    private static func numberAndUnit(
        _ text: String, examples: String, what: String
    ) throws(SyntaxProblem) -> (Int64, String) {
        let digits = String(text.prefix { $0.isASCII && $0.isNumber })
        let unit = String(text.dropFirst(digits.count))
        guard let count = try? integer(digits) else {
            if !digits.isEmpty, digits.utf8.count < 19 {
                throw SyntaxProblem("an integer has no leading zeros")
            }
            throw SyntaxProblem(
                digits.isEmpty ? "expected \(what) such as \(examples)" : "\(what) is too large")
        }
        guard unit.utf8.allSatisfy({ !isDigit($0) && $0 != UInt8(ascii: ".") }) else {
            throw SyntaxProblem("expected a whole number and one unit, such as \(examples)")
        }
        return (count, unit)
    }

    private static func multiply(_ left: Int64, _ right: Int64) throws(SyntaxProblem) -> Int64 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        guard !overflow else { throw SyntaxProblem("\(left) of this unit is too much") }
        return product
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
