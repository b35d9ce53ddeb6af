import ClusterVocabulary
import Search

/// Reads `spec.parameters`: names, domains, conditions and where the values go.
struct ParameterReader {
    let collector: DiagnosticCollector

    private static let kinds = [
        "uniform", "logUniform", "normal", "logNormal", "int", "logInt", "categorical", "ordinal",
    ]

    /// The parameters in their order.
    func read(_ spec: FieldReader) -> [ParameterSpecification] {
        spec.require(
            "parameters",
            "parameters: [{name: lr, logUniform: {min: 1e-4, max: 1},"
                + " sets: training.optimizer.sgd.learningRate}]")
        guard let items = spec.list("parameters", atMost: TrialAssignment.most) else { return [] }
        if items.isEmpty { spec.report("parameters", "needs at least one parameter") }
        var parameters: [ParameterSpecification] = []
        for (index, item) in items.enumerated() {
            let path = "\(spec.path("parameters"))[\(index)]"
            let reader = FieldReader(
                item, path: path, position: item.position, collector: collector)
            guard let parameter = read(reader, after: parameters) else { continue }
            if parameters.contains(where: { $0.name == parameter.name }) {
                reader.report("name", "\(YAMLNode.quoted(parameter.name)) is given twice")
            } else {
                parameters.append(parameter)
            }
        }
        return parameters
    }

    private func read(
        _ reader: FieldReader, after earlier: [ParameterSpecification]
    ) -> ParameterSpecification? {
        let before = collector.count
        reader.require("name", "name: lr")
        let name = reader.text("name", ParameterReader.name) ?? ""
        let path = reader.text("sets", ParameterReader.path)
        let condition = readCondition(reader, earlier)
        let given = ParameterReader.kinds.filter { reader.entry($0) != nil }
        var domain: ParameterDomain?
        var choices: [ParameterSpecification.Choice] = []
        if let kind = given.first, given.count == 1 {
            if kind == "categorical" || kind == "ordinal" {
                choices = readChoices(reader, kind)
                domain =
                    kind == "ordinal"
                    ? .ordinal(count: choices.count) : .categorical(count: choices.count)
            } else {
                domain = readRange(reader, kind)
            }
        }
        if given.count > 1 {
            let names = given.joined(separator: " and ")
            reader.report(given[1], "only one kind of values can be given, there are \(names)")
        }
        reader.finish()
        if given.isEmpty, collector.count == before {
            collector.report(
                reader.position, reader.path,
                "needs its values, one of \(ParameterReader.kinds.joined(separator: ", "))")
        }
        guard let domain, collector.count == before else { return nil }
        let parameter = ParameterSpecification(
            name: name, domain: domain, choices: choices, condition: condition, path: path)
        return check(parameter, reader, kind: given[0]) ? parameter : nil
    }

    /// Whether the domain is one by itself; reports where it stands when it is not.
    private func check(
        _ parameter: ParameterSpecification, _ reader: FieldReader, kind: String
    ) -> Bool {
        do throws(SearchSpaceProblem) {
            _ = try SearchSpace([SearchParameter(parameter.name, parameter.domain)])
            return true
        } catch {
            let text = "\(error)"
            let prefix = "parameter '\(parameter.name)': "
            let short = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
            reader.report(kind, short)
            return false
        }
    }

    private func readRange(_ reader: FieldReader, _ kind: String) -> ParameterDomain? {
        let range = reader.section(kind)
        range.require("min", "min: 0")
        range.require("max", "max: 1")
        defer { range.finish() }
        let isLog = kind.lowercased().contains("log")
        switch kind {
        case "int", "logInt":
            let bounds = Int64(-SearchSpace.integerLimit)...Int64(SearchSpace.integerLimit)
            let least = range.optionalInteger("min", in: bounds)
            let most = range.optionalInteger("max", in: bounds)
            let step = range.optionalInteger("step", in: bounds) ?? 1
            guard let least, let most else { return nil }
            return .int(
                IntRange(
                    minimum: Int(least), maximum: Int(most),
                    scale: isLog ? .logarithmic : .linear, step: Int(step)))
        default:
            let isNormal = kind == "normal" || kind == "logNormal"
            let least = range.double("min")
            let most = range.double("max")
            let step = range.double("step")
            guard let least, let most else { return nil }
            return .float(
                FloatRange(
                    minimum: least, maximum: most, scale: isLog ? .logarithmic : .linear,
                    step: step, density: isNormal ? .normal : .uniform))
        }
    }

    private func readChoices(
        _ reader: FieldReader, _ kind: String
    ) -> [ParameterSpecification.Choice] {
        let items = reader.list(kind, atMost: Limits.choices) ?? []
        if items.isEmpty { reader.report(kind, "needs at least one choice") }
        var seen: Set<String> = []
        return items.enumerated().compactMap { index, item in
            let choice = ParameterReader.choice(item)
            let path = "\(reader.path(kind))[\(index)]"
            guard choice.text.utf8.count <= TrialValue.longestChoice else {
                collector.report(
                    item.position, path, "is longer than \(TrialValue.longestChoice) bytes")
                return nil
            }
            guard seen.insert(choice.text).inserted else {
                collector.report(item.position, path, "\(item.found) is given twice")
                return nil
            }
            return choice
        }
    }

    static func choice(_ node: YAMLNode) -> ParameterSpecification.Choice {
        ParameterSpecification.Choice(text: node.scalarText ?? node.flowText, yaml: node.flowText)
    }

    private func readCondition(
        _ reader: FieldReader, _ earlier: [ParameterSpecification]
    ) -> ParameterCondition? {
        guard reader.has("when") else { return nil }
        let section = reader.section("when")
        let entries = section.writtenEntries
        for entry in entries { _ = section.entry(entry.key) }
        section.finishRepeated()
        guard let entry = entries.first, entries.count == 1 else {
            reader.report("when", "expected one parameter with its values, such as {model: [mlp]}")
            return nil
        }
        guard let parent = earlier.first(where: { $0.name == entry.key }) else {
            let names = earlier.filter { !$0.choices.isEmpty }.map(\.name)
            let hint = NearestName.hint(for: entry.key, among: names)
            collector.report(
                entry.keyPosition, section.path(entry.key),
                "is no categorical or ordinal parameter that stands earlier\(hint)")
            return nil
        }
        guard !parent.choices.isEmpty else {
            collector.report(
                entry.keyPosition, section.path(entry.key),
                "\(parent.name) is a range; only lists of choices decide about other parameters")
            return nil
        }
        let values = entry.value.items ?? [entry.value]
        let positions = values.compactMap { value -> Int? in
            let text = ParameterReader.choice(value).text
            let position = parent.choices.firstIndex { $0.text == text }
            if position == nil {
                let hint = NearestName.hint(for: text, among: parent.choices.map(\.text))
                collector.report(
                    value.position, section.path(entry.key),
                    "\(value.found) is no choice of \(parent.name)\(hint)")
            }
            return position
        }
        return ParameterCondition(parent: parent.name, choices: positions.sorted())
    }

    /// A value as written, when it is one of the parameter's.
    static func value(_ node: YAMLNode, of parameter: ParameterSpecification) -> TrialValue? {
        switch parameter.domain {
        case .float:
            guard let text = node.scalarText, let number = try? ScalarSyntax.decimal(text) else {
                return nil
            }
            return .number(number)
        case .int:
            guard let text = node.scalarText, let number = try? ScalarSyntax.integer(text) else {
                return nil
            }
            return .integer(number)
        case .categorical, .ordinal:
            let text = choice(node).text
            return parameter.choices.contains { $0.text == text } ? .choice(text) : nil
        }
    }

    /// A parameter's name: what stands between `${` and `}`.
    static func name(_ text: String) -> String? {
        guard !text.isEmpty else { return "must not be empty" }
        guard text.utf8.count <= Limits.parameterNameBytes else {
            return "is longer than \(Limits.parameterNameBytes) bytes"
        }
        let isLegal = text.utf8.allSatisfy {
            NameRules.isAlphanumeric($0) || "-_.".utf8.contains($0)
        }
        return isLegal
            ? nil : "\(YAMLNode.quoted(text)) is not a name: use letters, digits, '-', '_' and '.'"
    }

    /// The path of a field that trials may set.
    static func path(_ text: String) -> String? {
        do throws(Diagnostic) {
            let steps = try Override(parsing: "\(text)=1").steps.map(\.name)
            let path = steps.joined(separator: ".")
            for fixed in ["metadata.name", "metadata.namespace", "apiVersion", "kind"]
            where path == fixed {
                return "\(fixed) belongs to the trial and cannot be searched over"
            }
            for fixed in ["spec.data.source", "spec.data.format"]
            where path == fixed || path.hasPrefix(fixed + ".") || path == "spec.data" {
                return "\(path) cannot be searched over: all trials share one data set"
            }
            return nil
        } catch {
            return error.message
        }
    }
}

extension YAMLNode {
    /// The items of a list; `nil` when this is none.
    var items: [YAMLNode]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }
}
