import ClusterVocabulary

/// The checks of one message's fields: each returns the value or says which field breaks what.
struct FieldChecks {
    /// The message, for errors.
    let message: String

    init(_ message: String) {
        self.message = message
    }

    /// The error that a field breaks a rule.
    func invalid(_ field: String, _ problem: String) -> WireError {
        .invalid(message: message, field: field, problem: problem)
    }

    /// A number within the range.
    func number<Number: FixedWidthInteger>(
        _ value: Number, _ field: String, _ range: ClosedRange<Number>
    ) throws(WireError) -> Number {
        guard range.contains(value) else {
            throw invalid(
                field, "is \(value), outside \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A count, size or instant: 0 to ``WireLimits/largestCount``.
    func count(_ value: Int64, _ field: String) throws(WireError) -> Int64 {
        try number(value, field, 0...WireLimits.largestCount)
    }

    /// A number within a range that fits `Int`.
    func integer(
        _ value: Int64, _ field: String, from least: Int64 = 0,
        through greatest: Int64 = WireLimits.largestSmallCount
    ) throws(WireError) -> Int {
        Int(try number(value, field, least...greatest))
    }

    /// The number of an existing job.
    func job(_ value: UInt64, _ field: String) throws(WireError) -> JobID {
        JobID(try number(value, field, 1...WireLimits.largestNumber))
    }

    /// A membership, or none yet.
    func term(_ value: UInt64, _ field: String) throws(WireError) -> Term {
        Term(try number(value, field, 0...WireLimits.largestNumber))
    }

    /// A finite number of at least 0.
    func amount(_ value: Double, _ field: String) throws(WireError) -> Double {
        guard value.isFinite, value >= 0 else {
            throw invalid(field, "is \(value), not a finite number of at least 0")
        }
        return value
    }

    /// A number from 0 to below 1.
    func share<Number: BinaryFloatingPoint>(
        _ value: Number, _ field: String
    ) throws(WireError) -> Number {
        guard value >= 0, value < 1 else {
            throw invalid(field, "is \(value), not at least 0 and below 1")
        }
        return value
    }

    /// A finite number of at least 0.
    func amount(_ value: Float, _ field: String) throws(WireError) -> Float {
        guard value.isFinite, value >= 0 else {
            throw invalid(field, "is \(value), not a finite number of at least 0")
        }
        return value
    }

    /// A text within its length.
    func text(
        _ value: String, _ field: String, longest: Int = WireLimits.longestName,
        mayBeEmpty: Bool = true
    ) throws(WireError) -> String {
        guard value.utf8.count <= longest else {
            throw invalid(field, "has \(value.utf8.count) bytes, over the limit of \(longest)")
        }
        guard mayBeEmpty || !value.isEmpty else {
            throw .missing(message: message, field: field)
        }
        return value
    }

    /// A path or endpoint.
    func path(_ value: String, _ field: String) throws(WireError) -> String {
        try text(value, field, longest: WireLimits.longestPath)
    }

    /// A digest of exactly this many lower-case hexadecimal digits.
    func digest(
        _ value: String, _ field: String, digits: Int, mayBeEmpty: Bool = false
    ) throws(WireError) -> String {
        if mayBeEmpty, value.isEmpty { return value }
        let legal = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
            default: false
            }
        }
        guard legal, value.utf8.count == digits else {
            throw invalid(field, "is not \(digits) lower-case hexadecimal digits")
        }
        return value
    }

    /// The name of a node.
    func node(_ value: String, _ field: String) throws(WireError) -> NodeID {
        guard let node = NodeID(checking: value) else {
            throw invalid(
                field,
                "is not 1 to \(NodeID.longest) letters, digits, '-', '_' and '.'")
        }
        return node
    }

    /// The name of a node, or nothing.
    func nodeName(_ value: String, _ field: String) throws(WireError) -> String {
        value.isEmpty ? value : try node(value, field).name
    }

    /// The case of a closed list with the number.
    func closed<Value: RawRepresentable>(
        _ type: Value.Type, _ number: Int, _ field: String
    ) throws(WireError) -> Value where Value.RawValue: FixedWidthInteger {
        guard let raw = Value.RawValue(exactly: number), let value = Value(rawValue: raw) else {
            throw invalid(field, "is \(number), which stands for nothing known")
        }
        return value
    }

    /// The value of a message that must be there.
    func required<Value: WireValue>(
        _ type: Value.Type, _ wire: Value.Wire, _ isPresent: Bool, _ field: String
    ) throws(WireError) -> Value {
        guard isPresent else { throw .missing(message: message, field: field) }
        return try Value(wire: wire)
    }

    /// The values of a list that stays within its bound.
    func list<Value: WireValue>(
        _ type: Value.Type, _ wires: [Value.Wire], _ field: String, most: Int
    ) throws(WireError) -> [Value] {
        try bounded(wires.count, field, most: most)
        return try wires.map { (wire) throws(WireError) in try Value(wire: wire) }
    }

    /// Names or digests of a list that stays within its bound, each checked.
    func list<Element>(
        _ elements: [Element], _ field: String, most: Int,
        _ check: (Element) throws(WireError) -> Void
    ) throws(WireError) -> [Element] {
        try bounded(elements.count, field, most: most)
        for element in elements { try check(element) }
        return elements
    }

    private func bounded(_ count: Int, _ field: String, most: Int) throws(WireError) {
        guard count <= most else {
            throw invalid(field, "has \(count) entries, over the limit of \(most)")
        }
    }
}
