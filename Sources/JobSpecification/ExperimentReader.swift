import ClusterVocabulary
import Search

/// Reads, defaults and validates one document of kind Experiment.
struct ExperimentReader {
    let collector: DiagnosticCollector
    /// Where the document stands.
    let source: SourceText
    /// How the person named the file.
    let file: String
    /// Reads the files that templates name.
    let templates: TemplateFiles

    /// Fields people look for directly under `spec`, with the place where they belong.
    private static let places = [
        "metric": "spec.objective", "direction": "spec.objective", "goal": "spec.objective",
        "maxTrials": "spec.trials", "max": "spec.trials", "parallel": "spec.trials",
        "maxTrialCount": "spec.trials.max", "parallelTrialCount": "spec.trials.parallel",
        "maxFailedTrialCount": "spec.trials.maxFailed", "seed": "spec.algorithm",
        "trialTemplate": "spec.template", "name": "metadata", "labels": "metadata",
    ]

    /// Reads a document whose kind is Experiment; nothing when anything was reported.
    func read(document: YAMLNode) -> ExperimentSpecification? {
        let root = FieldReader(
            document, path: "", position: document.position, collector: collector)
        let version = root.scalar("apiVersion", "a text")?.text
        _ = root.scalar("kind", "a text")
        return version == KatibExperimentReader.apiVersion
            ? KatibExperimentReader(collector: collector, source: source, file: file).read(root)
            : read(root)
    }

    private func read(_ root: FieldReader) -> ExperimentSpecification? {
        let before = collector.count
        let metadata = TrainJobReader(collector: collector).readMetadata(root)
        root.require("spec", "spec: {objective: …, parameters: …, template: …}")
        let spec = root.section("spec")
        root.finish()
        let objectives = readObjectives(spec)
        let algorithm = readAlgorithm(spec)
        let stopping = readEarlyStopping(spec)
        let parameters = ParameterReader(collector: collector).read(spec)
        let space = checkSpace(parameters, spec)
        let limits = readTrials(spec, algorithm: algorithm, space: space)
        let enqueued = readPoints(spec, parameters, space)
        let warmStart = readWarmStart(spec)
        let trialParameters = readTrialParameters(spec)
        let (template, externalSeconds) = readTemplate(spec, trialParameters)
        let compatibility = spec.word(
            "compat", among: ExperimentSpecification.Compatibility.allCases.map(\.rawValue),
            default: "native")
        let resume = spec.word("resume", among: ["always", "never"], default: "always")
        spec.belongsElsewhere(ExperimentReader.places)
        spec.finish()
        guard collector.count == before else { return nil }
        var result = ExperimentSpecification(
            name: metadata.name, namespace: metadata.namespace, labels: metadata.labels,
            annotations: metadata.annotations, objectives: objectives, algorithm: algorithm,
            earlyStopping: stopping, limits: limits, parameters: parameters,
            enqueued: enqueued, warmStart: warmStart, template: template,
            externalSeconds: externalSeconds,
            compatibility: .init(rawValue: compatibility) ?? .native)
        result.isResumable = resume == "always"
        ExperimentCheck(collector: collector).check(&result, spec)
        return collector.count == before ? result : nil
    }

    // MARK: Objectives

    private func readObjectives(_ spec: FieldReader) -> [ObjectiveSpecification] {
        if spec.has("objectives") {
            spec.refuseBoth("objective", "objectives")
            let items = spec.list("objectives", atMost: Limits.objectives) ?? []
            if items.isEmpty { spec.report("objectives", "needs at least one objective") }
            return items.enumerated().map { index, item in
                let path = "\(spec.path("objectives"))[\(index)]"
                return readObjective(
                    FieldReader(item, path: path, position: item.position, collector: collector))
            }
        }
        spec.require(
            "objective", "objective: {metric: validation.accuracy, direction: maximize}")
        guard spec.has("objective") else { return [] }
        return [readObjective(spec.section("objective"))]
    }

    private func readObjective(_ reader: FieldReader) -> ObjectiveSpecification {
        reader.require("metric", "metric: validation.accuracy")
        reader.require("direction", "direction: maximize")
        let metric = reader.text("metric", ExperimentReader.metricName) ?? ""
        let direction = reader.word(
            "direction", among: ObjectiveSpecification.Direction.allCases.map(\.rawValue),
            default: "minimize")
        let strategy = reader.word(
            "strategy", among: ObjectiveSpecification.Strategy.allCases.map(\.rawValue),
            default: "last")
        let goal = reader.double("goal")
        reader.belongsElsewhere(["type": "direction"])
        reader.finish()
        return ObjectiveSpecification(
            metric: metric, direction: .init(rawValue: direction) ?? .minimize, goal: goal,
            strategy: .init(rawValue: strategy) ?? .last)
    }

    static func metricName(_ text: String) -> String? {
        guard !text.isEmpty else { return "must not be empty" }
        guard text.utf8.count <= Limits.metricBytes else {
            return "is longer than \(Limits.metricBytes) bytes"
        }
        let hasControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return hasControl ? "contains a control character" : nil
    }

    // MARK: Algorithm and early stopping

    private func readAlgorithm(_ spec: FieldReader) -> AlgorithmSpecification {
        guard let value = spec.value("algorithm"), !value.isNull else {
            return AlgorithmSpecification(name: "auto", seed: 0, settings: [])
        }
        // The name alone will do: `algorithm: tpe`.
        if case .scalar = value.content {
            let written = value.scalarText ?? ""
            let name =
                SearchWords.aliases[written]
                ?? spec.word("algorithm", among: SearchWords.algorithmNames, default: "auto")
            return AlgorithmSpecification(name: name, seed: 0, settings: [])
        }
        guard
            let (written, entry) = spec.union(
                "algorithm", members: SearchWords.algorithmNames,
                hidden: SearchWords.aliases.keys.sorted(),
                refused: SearchWords.refusedAlgorithms)
        else { return AlgorithmSpecification(name: "auto", seed: 0, settings: []) }
        let name = SearchWords.aliases[written] ?? written
        let reader = spec.member("algorithm", entry)
        let seed = reader.seed("seed", default: 0)
        let settings = readSettings(reader, SearchWords.algorithms[name] ?? [])
        reader.finish()
        return AlgorithmSpecification(name: name, seed: seed, settings: settings)
    }

    private func readEarlyStopping(_ spec: FieldReader) -> EarlyStoppingSpecification? {
        guard let value = spec.value("earlyStopping"), !value.isNull else { return nil }
        if case .scalar(let text, _) = value.content {
            guard text != "none" else { return nil }
            let name = spec.word("earlyStopping", among: SearchWords.stoppingNames, default: "auto")
            return EarlyStoppingSpecification(name: name, settings: [])
        }
        guard let (name, entry) = spec.union("earlyStopping", members: SearchWords.stoppingNames)
        else { return nil }
        let reader = spec.member("earlyStopping", entry)
        let settings = readSettings(reader, SearchWords.stopping[name] ?? [])
        reader.finish()
        return EarlyStoppingSpecification(name: name, settings: settings)
    }

    private func readSettings(
        _ reader: FieldReader, _ known: [SearchWords.Setting]
    ) -> [AlgorithmSpecification.Setting] {
        known.compactMap { setting -> AlgorithmSpecification.Setting? in
            guard reader.has(setting.name) else {
                _ = reader.entry(setting.name)
                return nil
            }
            switch setting.kind {
            case .integer(let range):
                guard let number = reader.optionalInteger(setting.name, in: range) else {
                    return nil
                }
                return .init(name: setting.name, text: String(number))
            case .number(let range):
                guard let number = reader.double(setting.name) else { return nil }
                guard range.contains(number) else {
                    reader.report(
                        setting.name,
                        "must be from \(range.lowerBound) to \(range.upperBound), found \(number)")
                    return nil
                }
                return .init(name: setting.name, text: number.description)
            case .name:
                let text = reader.text(setting.name) { text in
                    text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.-]{0,62}/) == nil
                        ? "must be a name of letters, digits, '.', '_' and '-'" : nil
                }
                return text.map { .init(name: setting.name, text: $0) }
            case .word(let words):
                // Unquoted true and false are words here.
                let word = reader.word(setting.name, among: words, default: words[0])
                return .init(name: setting.name, text: word)
            }
        }
        .sorted { $0.name < $1.name }
    }

    // MARK: Trials

    private func readTrials(
        _ spec: FieldReader, algorithm: AlgorithmSpecification, space: SearchSpace?
    ) -> TrialLimits {
        let reader = spec.section("trials")
        let points = algorithm.name == "grid" ? space?.cardinality : nil
        let fallback = min(points ?? Limits.defaultTrials, TrialLimits.largestMost)
        let most = reader.integer("max", in: 1...TrialLimits.largestMost, default: fallback)
        let parallel = reader.integer(
            "parallel", in: 1...TrialLimits.largestParallel, default: min(3, most))
        if reader.has("parallel"), parallel > most {
            reader.report("parallel", "must be at most max, which is \(most), found \(parallel)")
        }
        let failed = reader.optionalInteger("maxFailed", in: 0...Int64(TrialLimits.largestMost))
        reader.belongsElsewhere(["maxTrialCount": "max", "seed": "spec.algorithm"])
        reader.finish()
        if algorithm.name == "grid", let space {
            if let points {
                if points > most {
                    let message = "the grid has \(points) points, trials.max is only \(most)"
                    reader.report("max", "\(message): raise it or take larger steps")
                }
            } else {
                for parameter in space.parameters {
                    guard case .float(let range) = parameter.domain, range.step == nil else {
                        continue
                    }
                    spec.report(
                        "parameters",
                        "grid needs a step for \(parameter.name): without one it has no end")
                }
            }
        }
        return TrialLimits(most: most, parallel: parallel, mostFailed: failed.map { Int($0) })
    }

    private func checkSpace(
        _ parameters: [ParameterSpecification], _ spec: FieldReader
    ) -> SearchSpace? {
        guard !parameters.isEmpty else { return nil }
        do throws(SearchSpaceProblem) {
            return try SearchSpace(parameters.map(\.searchParameter))
        } catch {
            // A parameter's own problem is reported where it stands already.
            spec.report("parameters", "\(error)")
            return nil
        }
    }

    // MARK: Known points

    private func readPoints(
        _ spec: FieldReader, _ parameters: [ParameterSpecification], _ space: SearchSpace?
    ) -> [[TrialAssignment]] {
        guard let items = spec.list("enqueue", atMost: Limits.enqueuedPoints) else { return [] }
        return items.enumerated().map { index, item in
            let path = "\(spec.path("enqueue"))[\(index)]"
            let reader = FieldReader(
                item, path: path, position: item.position, collector: collector)
            let values = parameters.compactMap { parameter -> TrialAssignment? in
                guard let value = reader.value(parameter.name) else { return nil }
                guard let trial = ParameterReader.value(value, of: parameter) else {
                    reader.report(
                        parameter.name, "\(value.found) is not a value of this parameter")
                    return nil
                }
                return TrialAssignment(parameter.name, trial)
            }
            let before = collector.count
            reader.finish()
            if let space, collector.count == before,
                let problem = problem(values, parameters, space)
            {
                collector.report(item.position, path, problem)
            }
            return values
        }
    }

    private func problem(
        _ values: [TrialAssignment], _ parameters: [ParameterSpecification], _ space: SearchSpace
    ) -> String? {
        var assignment = Assignment(Array(repeating: nil, count: parameters.count))
        for (position, parameter) in parameters.enumerated() {
            guard let given = values.first(where: { $0.name == parameter.name }) else { continue }
            assignment[position] = parameter.parameterValue(given.value)
        }
        return space.problem(with: assignment)
    }

    private func readWarmStart(_ spec: FieldReader) -> [String] {
        guard let items = spec.list("warmStart", atMost: Limits.warmStarts) else { return [] }
        return items.enumerated().compactMap { index, item in
            guard let text = item.scalarText, NameRules.name(text) == nil else {
                collector.report(
                    item.position, "\(spec.path("warmStart"))[\(index)]",
                    "expected the name of an experiment, found \(item.found)")
                return nil
            }
            return text
        }
    }

    // MARK: Template

    /// Katib's names for placeholders, as the canonical text keeps them.
    private func readTrialParameters(_ spec: FieldReader) -> [String: String]? {
        guard spec.has("trialParameters") else {
            _ = spec.entry("trialParameters")
            return nil
        }
        let reader = spec.section("trialParameters")
        var references: [String: String] = [:]
        for entry in reader.writtenEntries {
            references[entry.key] = reader.text(entry.key) {
                $0.isEmpty ? "must not be empty" : nil
            }
        }
        reader.finishRepeated()
        return references
    }

    private func readTemplate(
        _ spec: FieldReader, _ references: [String: String]?
    ) -> (TrialTemplate?, externalSeconds: Int64) {
        spec.require("template", "template: {file: digits.yaml}")
        guard let value = spec.value("template") else { return (nil, 0) }
        guard case .mapping(let entries) = value.content else {
            spec.report("template", "expected a job, or file: with one, found \(value.found)")
            return (nil, 0)
        }
        switch entries.count == 1 ? entries[0].key : "" {
        case "file":
            guard let name = entries[0].value.scalarText else {
                collector.report(
                    entries[0].value.position, "spec.template.file", "expected a path")
                return (nil, 0)
            }
            return (templates.load(name, at: entries[0].value.position, collector), 0)
        case "external":
            let reader = spec.section("template").section("external")
            let seconds = reader.seconds("timeout", in: Limits.policySeconds)
            reader.finish()
            return (nil, seconds ?? Limits.externalSeconds)
        default:
            let placeholders = references.map { TrialTemplate.Placeholders.katib($0) } ?? .names
            return (
                TrialTemplate(
                    root: value, source: source, file: file, placeholders: placeholders), 0
            )
        }
    }
}
