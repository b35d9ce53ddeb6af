extension FieldReader {
    /// The text of a scalar field, or nothing when it is absent; other shapes are reported.
    func scalar(_ name: String, _ expected: String) -> (text: String, isPlain: Bool)? {
        guard let value = value(name) else { return nil }
        guard case .scalar(let text, let isPlain) = value.content, !value.isNull else {
            report(name, "expected \(expected), found \(value.found)")
            return nil
        }
        return (text, isPlain)
    }

    /// Reads a scalar with a function of ``ScalarSyntax``.
    private func parsed<Value>(
        _ name: String, _ expected: String,
        _ parse: (String) throws(SyntaxProblem) -> Value
    ) -> Value? {
        guard let (text, _) = scalar(name, expected) else { return nil }
        do {
            return try parse(text)
        } catch {
            let found = value(name)?.found ?? ""
            let message = error.message
            report(name, message.hasPrefix("expected") ? "\(message), found \(found)" : message)
            return nil
        }
    }

    /// An integer within a range.
    func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        let wide = Int64(range.lowerBound)...Int64(range.upperBound)
        return Int(optionalInteger(name, in: wide) ?? Int64(fallback))
    }

    /// An integer within a range, or nothing when the field is absent.
    func optionalInteger(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = parsed(name, "an integer", ScalarSyntax.integer) else { return nil }
        guard range.contains(value) else {
            report(
                name, "must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
            return nil
        }
        return value
    }

    /// A seed from 0 to 2^64 - 1.
    func seed(_ name: String, default fallback: UInt64) -> UInt64 {
        parsed(name, "an integer", ScalarSyntax.unsigned) ?? fallback
    }

    /// A share from 0 up to, but not including, 1.
    func fraction(_ name: String, default fallback: Double) -> Double {
        guard let value = parsed(name, "a number", ScalarSyntax.decimal) else { return fallback }
        guard value >= 0, value < 1 else {
            let found = self.value(name)?.found ?? ""
            report(name, "must be at least 0 and less than 1, found \(found)")
            return fallback
        }
        return value
    }

    /// A number of single precision that satisfies a rule.
    func single(
        _ name: String, default fallback: Float, rule: String, _ isLegal: (Float) -> Bool
    ) -> Float {
        guard let value = parsed(name, "a number", ScalarSyntax.single) else { return fallback }
        guard isLegal(value) else {
            report(name, "must be \(rule), found \(self.value(name)?.found ?? "")")
            return fallback
        }
        return value
    }

    /// A finite number, or nothing when the field is absent.
    func double(_ name: String) -> Double? {
        parsed(name, "a number", ScalarSyntax.decimal)
    }

    /// Reports the second of two fields of which one is to be given, when both are.
    func refuseBoth(_ first: String, _ second: String) {
        if has(first), has(second) { report(second, "either \(first) or \(second), not both") }
    }

    /// `true` or `false`.
    func boolean(_ name: String) -> Bool? {
        guard let (text, isPlain) = scalar(name, "true or false") else { return nil }
        switch text {
        case "true" where isPlain: return true
        case "false" where isPlain: return false
        default:
            report(name, "expected true or false, found \(value(name)?.found ?? "")")
            return nil
        }
    }

    /// A text that satisfies a rule, or nothing when the field is absent.
    func text(_ name: String, _ rule: (String) -> String?) -> String? {
        guard let (text, _) = scalar(name, "a text") else { return nil }
        if let problem = rule(text) {
            report(name, problem)
            return nil
        }
        return text
    }

    /// One word of a closed list.
    func word(_ name: String, among words: [String], default fallback: String) -> String {
        guard let (text, _) = scalar(name, words.joined(separator: " or ")) else {
            return fallback
        }
        guard words.contains(text) else {
            let hint = NearestName.hint(for: text, among: words)
            report(name, "unknown value \(YAMLNode.quoted(text))\(hint)")
            return fallback
        }
        return text
    }

    /// A duration in milliseconds within a range.
    func milliseconds(
        _ name: String, in range: ClosedRange<Int64>, default fallback: Int64
    ) -> Int64 {
        let value = parsed(name, "a duration such as 500ms, 3s or 1m") {
            text throws(SyntaxProblem) in
            try ScalarSyntax.milliseconds(text, allowsMilliseconds: true)
        }
        guard let value else { return fallback }
        guard range.contains(value) else {
            report(name, "must be from \(range.lowerBound)ms to \(range.upperBound)ms")
            return fallback
        }
        return value
    }

    /// A duration in seconds within a range, or nothing when the field is absent.
    func seconds(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        let value = parsed(name, "a duration such as 90s, 30m, 12h or 30d") {
            text throws(SyntaxProblem) in
            try ScalarSyntax.milliseconds(text, allowsMilliseconds: false) / 1_000
        }
        guard let value else { return nil }
        guard range.contains(value) else {
            let most = CanonicalYAML.duration(seconds: range.upperBound)
            report(name, "must be from \(range.lowerBound)s to \(most)")
            return nil
        }
        return value
    }

    /// A size in bytes within a range, or nothing when the field is absent.
    func bytes(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = parsed(name, "a size such as 512Mi or 2Gi", ScalarSyntax.bytes) else {
            return nil
        }
        guard range.contains(value) else {
            let least = CanonicalYAML.size(range.lowerBound)
            let most = CanonicalYAML.size(range.upperBound)
            report(name, "must be from \(least) to \(most), found \(self.value(name)?.found ?? "")")
            return nil
        }
        return value
    }

    /// Processor time within the bounds of one replica, or nothing when the field is absent.
    func milliCPU(_ name: String) -> Int64? {
        let expected = "processor cores such as 2, 0.5 or 500m"
        guard let value = parsed(name, expected, ScalarSyntax.milliCPU) else { return nil }
        guard Limits.milliCPU.contains(value) else {
            let range = Limits.milliCPU
            report(name, "must be from \(range.lowerBound)m to \(range.upperBound)m")
            return nil
        }
        return value
    }

    /// The items of a list, or nothing when the field is absent; at most `most` items.
    func list(_ name: String, atMost most: Int) -> [YAMLNode]? {
        guard let value = value(name) else { return nil }
        guard case .sequence(let items) = value.content else {
            report(name, "expected a list, found \(value.found)")
            return nil
        }
        guard items.count <= most else {
            report(name, "has \(items.count) items, at most \(most) are allowed")
            return nil
        }
        return items
    }

    /// The one key of a union with its value; none, several and unknown keys are reported.
    ///
    /// Hidden members are accepted and not suggested; refused ones are known with a reason.
    func union(
        _ name: String, members: [String], hidden: [String] = [],
        refused: [String: String] = [:]
    ) -> (member: String, entry: YAMLNode.Entry)? {
        guard let value = value(name), !value.isNull else { return nil }
        let names = members + hidden + refused.keys.sorted()
        let choices = members.joined(separator: ", ")
        guard case .mapping(let entries) = value.content else {
            let expected = "expected a map with \(members.count > 1 ? "one of " : "")\(choices)"
            report(name, "\(expected), found \(value.found)")
            return nil
        }
        let inner = FieldReader(
            value, path: path(name), position: value.position, collector: collector)
        for known in names { _ = inner.entry(known) }
        inner.finish()
        for entry in entries {
            if let reason = refused[entry.key] {
                collector.report(entry.keyPosition, inner.path(entry.key), reason)
            }
        }
        let given = entries.filter { (members + hidden).contains($0.key) }
        guard let first = given.first else {
            if entries.isEmpty { report(name, "needs one of \(choices)") }
            return nil
        }
        if let other = given.first(where: { $0.key != first.key }) {
            collector.report(
                other.keyPosition, inner.path(other.key),
                "only one of \(choices) can be given, \"\(first.key)\" already is")
        }
        return (first.key, first)
    }

    /// The fields of a union's member.
    func member(_ name: String, _ entry: YAMLNode.Entry) -> FieldReader {
        FieldReader(
            entry.value, path: "\(path(name)).\(entry.key)", position: entry.keyPosition,
            collector: collector)
    }
}
