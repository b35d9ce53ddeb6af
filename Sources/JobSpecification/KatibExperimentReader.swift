import ClusterVocabulary
import Search

/// Reads Katib's `kubeflow.org/v1beta1` Experiment into our own; every field is taken or refused
/// with its reason.
struct KatibExperimentReader {
    static let apiVersion = "kubeflow.org/v1beta1"
    /// The annotation that asks for Katib's behaviour where it surprises.
    static let compatibilityAnnotation = "mlctl.dev/compat"

    let collector: DiagnosticCollector
    let source: SourceText
    let file: String

    /// The specification, or nothing when anything was reported.
    func read(_ root: FieldReader) -> ExperimentSpecification? {
        let before = collector.count
        let metadata = TrainJobReader(collector: collector).readMetadata(root)
        root.require("spec", "spec: {objective: …, algorithm: …, parameters: …, trialTemplate: …}")
        // What the controller writes; a manifest read back from a cluster has it.
        _ = root.entry("status")
        let spec = root.section("spec")
        root.finish()
        let isKatib = metadata.annotations.contains {
            $0.key == KatibExperimentReader.compatibilityAnnotation && $0.value == "katib"
        }
        let objective = readObjective(spec)
        let algorithm = KatibAlgorithmReader(collector: collector).read(spec)
        let stopping = readEarlyStopping(spec)
        var parameters = readParameters(spec)
        let limits = readLimits(spec)
        // Katib's default is Never; ours may go on unless the manifest forbids it.
        let resume = spec.word(
            "resumePolicy", among: ["Never", "LongRunning", "FromVolume"],
            default: isKatib ? "Never" : "LongRunning")
        let metrics = KatibMetricsReader(collector: collector).read(
            spec, names: [objective.metric] + additionalMetrics(spec))
        spec.refuse(
            "nasConfig",
            "neural architecture search needs Katib's own controller; run a one-shot method such as"
                + " DARTS as a single Job, or search over parameters")
        let template = KatibTemplateReader(collector: collector, source: source, file: file)
            .read(spec, parameters: parameters, metrics: metrics)
        spec.finish()
        if let resource = algorithm.resource {
            if let index = parameters.firstIndex(where: { $0.name == resource }) {
                // Its values are the budgets of the rungs.
                parameters.remove(at: index)
            } else {
                spec.report(
                    "algorithm", "resource_name: \(YAMLNode.quoted(resource)) is no parameter")
            }
        }
        guard let template, collector.count == before else { return nil }
        var result = ExperimentSpecification(
            name: metadata.name, namespace: metadata.namespace, labels: metadata.labels,
            annotations: metadata.annotations, objectives: [objective], algorithm: algorithm,
            earlyStopping: stopping, limits: limits, parameters: parameters, enqueued: [],
            warmStart: [], template: template, externalSeconds: 0,
            compatibility: isKatib ? .katib : .native)
        result.isResumable = resume != "Never"
        ExperimentCheck(collector: collector).check(&result, spec)
        return collector.count == before ? result : nil
    }

    // MARK: Objective

    private func readObjective(_ spec: FieldReader) -> ObjectiveSpecification {
        spec.require("objective", "objective: {type: maximize, objectiveMetricName: accuracy}")
        let reader = spec.section("objective")
        reader.require("type", "type: maximize")
        reader.require("objectiveMetricName", "objectiveMetricName: accuracy")
        let direction = reader.word("type", among: ["minimize", "maximize"], default: "minimize")
        let metric = reader.text("objectiveMetricName", ExperimentReader.metricName) ?? ""
        let goal = reader.double("goal")
        for (index, item) in (reader.list("additionalMetricNames", atMost: Limits.labels) ?? [])
            .enumerated()
        {
            // Every metric a trial prints is kept; the names are only checked.
            let path = "\(reader.path("additionalMetricNames"))[\(index)]"
            guard let name = item.scalarText else {
                collector.report(item.position, path, "expected a name, found \(item.found)")
                continue
            }
            if name == metric {
                collector.report(item.position, path, "is the objective's metric already")
            }
        }
        // Katib's default: the best value of the series.
        var strategy = ObjectiveSpecification.Strategy.best
        for (index, item) in (reader.list("metricStrategies", atMost: Limits.labels) ?? [])
            .enumerated()
        {
            let path = "\(reader.path("metricStrategies"))[\(index)]"
            let entry = FieldReader(
                item, path: path, position: item.position, collector: collector)
            entry.require("name", "name: \(metric)")
            entry.require("value", "value: max")
            let name = entry.text("name", ExperimentReader.metricName)
            let value = entry.word("value", among: ["min", "max", "latest"], default: "latest")
            entry.finish()
            guard name == metric else { continue }
            strategy = ["min": .min, "max": .max][value] ?? .last
        }
        reader.finish()
        return ObjectiveSpecification(
            metric: metric, direction: .init(rawValue: direction) ?? .minimize, goal: goal,
            strategy: strategy)
    }

    /// The metrics wanted beside the objective's.
    private func additionalMetrics(_ spec: FieldReader) -> [String] {
        let items = spec.value("objective")?[field: "additionalMetricNames"]?.items ?? []
        return items.prefix(MetricCollector.mostFilters - 1).compactMap(\.scalarText)
    }

    private func readEarlyStopping(_ spec: FieldReader) -> EarlyStoppingSpecification? {
        guard spec.has("earlyStopping") else {
            _ = spec.entry("earlyStopping")
            return nil
        }
        let reader = spec.section("earlyStopping")
        reader.require("algorithmName", "algorithmName: medianstop")
        _ = reader.word("algorithmName", among: ["medianstop"], default: "medianstop")
        let settings = KatibSettings(reader, collector)
        var found: [AlgorithmSpecification.Setting] = []
        if let least = settings.integer("min_trials_required", in: 1...1_000_000) {
            found.append(.init(name: "minTrials", text: String(least)))
        } else {
            found.append(.init(name: "minTrials", text: "3"))
        }
        let start = settings.integer("start_step", in: 1...1_000_000_000) ?? 4
        found.append(.init(name: "startStep", text: String(start)))
        settings.finish()
        reader.finish()
        return EarlyStoppingSpecification(name: "median", settings: found)
    }

    private func readLimits(_ spec: FieldReader) -> TrialLimits {
        let bounds = 1...Int64(TrialLimits.largestMost)
        let most = spec.optionalInteger("maxTrialCount", in: bounds)
        let parallel = spec.optionalInteger(
            "parallelTrialCount", in: 1...Int64(TrialLimits.largestParallel))
        let failed = spec.optionalInteger(
            "maxFailedTrialCount", in: 0...Int64(TrialLimits.largestMost))
        if let most, let parallel, parallel > most {
            spec.report("parallelTrialCount", "must be at most maxTrialCount, which is \(most)")
        }
        if let most, let failed, failed > most {
            spec.report("maxFailedTrialCount", "must be at most maxTrialCount, which is \(most)")
        }
        let bound = Int(most ?? Int64(TrialLimits.largestMost))
        return TrialLimits(
            most: bound, parallel: min(Int(parallel ?? 3), bound),
            mostFailed: failed.map { Int($0) })
    }

    // MARK: Parameters

    private func readParameters(_ spec: FieldReader) -> [ParameterSpecification] {
        guard !spec.has("nasConfig") else {
            _ = spec.entry("parameters")
            return []
        }
        spec.require(
            "parameters",
            "parameters: [{name: lr, parameterType: double, feasibleSpace: {min: \"0.01\","
                + " max: \"0.1\"}}]")
        guard let items = spec.list("parameters", atMost: TrialAssignment.most) else { return [] }
        var parameters: [ParameterSpecification] = []
        for (index, item) in items.enumerated() {
            let reader = FieldReader(
                item, path: "\(spec.path("parameters"))[\(index)]", position: item.position,
                collector: collector)
            guard let parameter = readParameter(reader) else { continue }
            if parameters.contains(where: { $0.name == parameter.name }) {
                reader.report("name", "\(YAMLNode.quoted(parameter.name)) is given twice")
            } else {
                parameters.append(parameter)
            }
        }
        return parameters
    }

    private func readParameter(_ reader: FieldReader) -> ParameterSpecification? {
        let before = collector.count
        reader.require("name", "name: lr")
        reader.require("parameterType", "parameterType: double")
        reader.require("feasibleSpace", "feasibleSpace: {min: \"0.01\", max: \"0.1\"}")
        // Katib's names are free; ours stand between braces, so a closing one is not allowed.
        let name = reader.text("name") { text in
            let isName = !text.isEmpty && !text.contains("}")
            return isName && text.utf8.count <= Limits.labelKeyBytes ? nil : "is not a name"
        }
        let type = reader.word(
            "parameterType", among: ["double", "int", "discrete", "categorical"],
            default: "double")
        let space = reader.section("feasibleSpace")
        let isList = type == "discrete" || type == "categorical"
        let foreign = isList ? ["min", "max", "step"] : ["list"]
        for field in foreign where space.has(field) {
            space.report(field, "does not go with parameterType \(type)")
        }
        var choices: [ParameterSpecification.Choice] = []
        let domain: ParameterDomain?
        if isList {
            choices = readList(space)
            domain =
                type == "discrete"
                ? .ordinal(count: choices.count) : .categorical(count: choices.count)
        } else {
            domain = readRange(space, isInteger: type == "int")
        }
        for field in ["min", "max", "step", "list"] { _ = space.entry(field) }
        space.finish()
        reader.finish()
        guard let name, let domain, collector.count == before else { return nil }
        do throws(SearchSpaceProblem) {
            _ = try SearchSpace([SearchParameter(name, domain)])
        } catch {
            reader.report("feasibleSpace", "\(error)")
            return nil
        }
        return ParameterSpecification(
            name: name, domain: domain, choices: choices, condition: nil, path: nil)
    }

    private func readRange(_ space: FieldReader, isInteger: Bool) -> ParameterDomain? {
        space.require("min", "min: \"0.01\"")
        space.require("max", "max: \"0.1\"")
        let distribution = space.word(
            "distribution", among: ["uniform", "logUniform", "normal", "logNormal"],
            default: "uniform")
        let scale: NumericScale = distribution.hasPrefix("log") ? .logarithmic : .linear
        let density: PriorDensity =
            distribution.lowercased().hasSuffix("normal") ? .normal : .uniform
        if isInteger {
            let bounds = Int64(-SearchSpace.integerLimit)...Int64(SearchSpace.integerLimit)
            guard let least = space.optionalInteger("min", in: bounds),
                let most = space.optionalInteger("max", in: bounds)
            else { return nil }
            let step = space.optionalInteger("step", in: bounds) ?? 1
            return .int(
                IntRange(
                    minimum: Int(least), maximum: Int(most), scale: scale, step: Int(step),
                    density: density))
        }
        guard let least = space.double("min"), let most = space.double("max") else { return nil }
        return .float(
            FloatRange(
                minimum: least, maximum: most, scale: scale, step: space.double("step"),
                density: density))
    }

    private func readList(_ space: FieldReader) -> [ParameterSpecification.Choice] {
        space.require("list", "list: [\"a\", \"b\"]")
        _ = space.entry("distribution")
        let items = space.list("list", atMost: Limits.choices) ?? []
        if items.isEmpty { space.report("list", "needs at least one value") }
        var seen: Set<String> = []
        return items.enumerated().compactMap { index, item in
            guard let text = item.scalarText, text.utf8.count <= TrialValue.longestChoice else {
                collector.report(
                    item.position, "\(space.path("list"))[\(index)]",
                    "expected a text of at most \(TrialValue.longestChoice) bytes")
                return nil
            }
            guard seen.insert(text).inserted else {
                collector.report(
                    item.position, "\(space.path("list"))[\(index)]", "is given twice")
                return nil
            }
            return ParameterSpecification.Choice(text: text, yaml: item.flowText)
        }
    }
}

/// Katib's lists of names and values, both texts.
struct KatibSettings {
    private let reader: FieldReader
    private let collector: DiagnosticCollector
    private let items: [(name: String, value: YAMLNode, position: SourcePosition, path: String)]
    private let known: KnownNames

    /// Which names were asked for.
    private final class KnownNames {
        var names: [String] = []
    }

    init(_ reader: FieldReader, _ collector: DiagnosticCollector) {
        self.reader = reader
        self.collector = collector
        known = KnownNames()
        var found: [(name: String, value: YAMLNode, position: SourcePosition, path: String)] = []
        let list = reader.list("algorithmSettings", atMost: Limits.labels) ?? []
        for (index, item) in list.enumerated() {
            let path = "\(reader.path("algorithmSettings"))[\(index)]"
            let entry = FieldReader(
                item, path: path, position: item.position, collector: collector)
            entry.require("name", "name: random_state")
            entry.require("value", "value: \"1\"")
            let name = entry.text("name") { $0.isEmpty ? "must not be empty" : nil }
            let value = entry.value("value")
            entry.finish()
            if let name, let value { found.append((name, value, item.position, path)) }
        }
        items = found
    }

    /// A setting as text.
    func text(_ name: String) -> String? {
        known.names.append(name)
        return items.first { $0.name == name }?.value.scalarText
    }

    /// A setting as a number within bounds.
    func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let text = text(name), text != "None" else { return nil }
        guard let number = try? ScalarSyntax.decimal(text), range.contains(number) else {
            report(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A setting as a whole number within bounds.
    func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let text = text(name), text != "None" else { return nil }
        guard let number = try? ScalarSyntax.integer(text), range.contains(number) else {
            report(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Reports a problem of a setting.
    func report(_ name: String, _ message: String) {
        guard let item = items.first(where: { $0.name == name }) else { return }
        collector.report(item.value.position, "\(item.path).value", "\(name): \(message)")
    }

    /// Reports settings nobody asked for.
    func finish() {
        for item in items where !known.names.contains(item.name) {
            let hint = NearestName.hint(for: item.name, among: known.names)
            collector.report(
                item.position, item.path, "unknown setting \(YAMLNode.quoted(item.name))\(hint)")
        }
    }
}
