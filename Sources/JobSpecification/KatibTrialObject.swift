import ClusterVocabulary

/// Turns the Kubernetes object of a Katib trial into a document of ours, placeholders and all.
struct KatibTrialObject {
    let collector: DiagnosticCollector
    /// The container that is the trial.
    let primary: String?
    let metrics: MetricSource

    /// Our own trial parameter: the trial's name.
    static let trialName = "mlctl.trialName"

    /// Fields of a container that say nothing about what runs.
    private static let ignored = [
        "imagePullPolicy", "ports", "securityContext", "livenessProbe", "readinessProbe",
        "terminationMessagePath", "terminationMessagePolicy", "tty", "stdin",
    ]

    /// Fields that decide what runs in a container and have no effect here, and what holds.
    private static let ineffective = [
        ("image", "the command runs on the hosts as it is, its programs must be there"),
        ("workingDir", "the command starts in an empty folder of the trial"),
    ]

    /// The document, or nothing when anything was reported.
    func job(_ object: YAMLNode, path: String) -> YAMLNode? {
        let version = object[field: "apiVersion"]?.scalarText ?? ""
        let kind = object[field: "kind"]?.scalarText ?? ""
        switch (version, kind) {
        case (SpecificationReader.apiVersion, "TrainJob"): return object
        case (SpecificationReader.apiVersion, "Job"):
            // A job that says itself where its values come from keeps that.
            guard var spec = object[field: "spec"], spec[field: "metrics"] == nil,
                let source = metricsNode(at: spec.position)
            else { return object }
            var job = object
            spec.set(field: "metrics", to: source)
            job.set(field: "spec", to: spec)
            return job
        case ("batch/v1", "Job"): return batchJob(object, path)
        case ("", _), (_, ""):
            collector.report(object.position, path, "needs apiVersion and kind")
        default:
            collector.report(
                object[field: "kind"]?.position ?? object.position, "\(path).kind",
                "\(version)/\(kind) is not supported by this release; there are batch/v1 Job and"
                    + " our own Job and TrainJob")
        }
        return nil
    }

    private func batchJob(_ object: YAMLNode, _ path: String) -> YAMLNode? {
        let root = FieldReader(
            object, path: path, position: object.position, collector: collector)
        _ = root.entry("apiVersion")
        _ = root.entry("kind")
        let metadata = root.section("metadata")
        metadata.refuse("name", "a trial gets its own name")
        metadata.refuse("namespace", "a trial runs in its experiment's namespace")
        for free in ["labels", "annotations"] { _ = metadata.entry(free) }
        metadata.finish()
        let spec = root.section("spec")
        root.finish()
        for field in ["parallelism", "completions"] {
            if let count = spec.optionalInteger(field, in: 1...1_000), count > 1 {
                spec.report(field, "a trial is one process; use our own Job with ranks")
            }
        }
        let retries = spec.optionalInteger("backoffLimit", in: 0...1_000) ?? 0
        let limit = spec.optionalInteger("activeDeadlineSeconds", in: Limits.policySeconds)
        let kept = spec.optionalInteger("ttlSecondsAfterFinished", in: Limits.policySeconds)
        _ = spec.entry("suspend")
        let template = spec.section("template")
        spec.finish()
        _ = template.entry("metadata")
        let pod = template.section("spec")
        template.finish()
        _ = pod.word("restartPolicy", among: ["Never", "OnFailure", "Always"], default: "Never")
        for field in ["serviceAccountName", "imagePullSecrets", "schedulerName", "tolerations"] {
            _ = pod.entry(field)
        }
        guard let container = container(of: pod) else { return nil }
        pod.finish()
        return document(container, retries: retries, limit: limit, kept: kept)
    }

    private func container(of pod: FieldReader) -> FieldReader? {
        pod.require("containers", "containers: [{name: main, command: [python, train.py]}]")
        let items = pod.list("containers", atMost: 16) ?? []
        let index =
            items.firstIndex { $0[field: "name"]?.scalarText == primary }
            ?? (items.count == 1 && primary == nil ? 0 : nil)
        guard let index else {
            let names = items.compactMap { $0[field: "name"]?.scalarText }
            let hint = NearestName.hint(for: primary ?? "", among: names)
            pod.report(
                "containers",
                "none is called \(YAMLNode.quoted(primary ?? "")), the"
                    + " primaryContainerName\(hint)")
            return nil
        }
        if items.count > 1 {
            pod.report("containers", "side containers cannot run here; keep the primary one")
            return nil
        }
        return FieldReader(
            items[index], path: "\(pod.path("containers"))[\(index)]",
            position: items[index].position, collector: collector)
    }

    /// Our Job with the container's command, environment and resources.
    private func document(
        _ container: FieldReader, retries: Int64, limit: Int64?, kept: Int64?
    ) -> YAMLNode? {
        _ = container.entry("name")
        for field in KatibTrialObject.ignored { _ = container.entry(field) }
        for (field, what) in KatibTrialObject.ineffective {
            guard let value = container.value(field), !value.isNull else { continue }
            collector.warn(
                value.position, container.path(field),
                "\(YAMLNode.quoted(value.scalarText ?? "")) is not used: \(what)")
        }
        for field in ["volumeMounts", "envFrom", "lifecycle"] {
            container.refuse(field, "has no counterpart on plain hosts; remove it")
        }
        let words =
            (container.list("command", atMost: 1_024) ?? [])
            + (container.list("args", atMost: 1_024) ?? [])
        if words.isEmpty {
            container.report(
                "command",
                "without a command the image decides what runs, and images are not used here")
        }
        let environment = readEnvironment(container)
        let resources = readResources(container)
        container.finish()
        guard !words.isEmpty else { return nil }
        func text(_ text: String) -> YAMLNode {
            YAMLNode(position: container.position, content: .scalar(text, isPlain: true))
        }
        func map(_ entries: [(String, YAMLNode)]) -> YAMLNode {
            YAMLNode(
                position: container.position,
                content: .mapping(
                    entries.map {
                        .init(key: $0.0, keyPosition: container.position, value: $0.1)
                    }))
        }
        var spec: [(String, YAMLNode)] = [
            ("command", YAMLNode(position: container.position, content: .sequence(words)))
        ]
        if let source = metricsNode(at: container.position) { spec.append(("metrics", source)) }
        let name = ("KATIB_TRIAL_NAME", text("${trialParameters.\(KatibTrialObject.trialName)}"))
        let isNamed = environment.contains { $0.0 == name.0 }
        spec.append(("env", map(environment + (isNamed ? [] : [name]))))
        if !resources.isEmpty { spec.append(("resources", map(resources))) }
        var policy: [(String, YAMLNode)] = [
            ("retries", map([("program", text(String(retries)))]))
        ]
        if let limit { policy.append(("timeLimit", text("\(limit)s"))) }
        if let kept { policy.append(("ttlAfterFinished", text("\(kept)s"))) }
        spec.append(("runPolicy", map(policy)))
        return map([
            ("apiVersion", text(SpecificationReader.apiVersion)), ("kind", text("Job")),
            ("spec", map(spec)),
        ])
    }

    private func metricsNode(at position: SourcePosition) -> YAMLNode? {
        let parser = DocumentParser(
            collector: DiagnosticCollector(file: "", source: SourceText("")))
        return metrics.canonicalText.flatMap {
            parser.documents(of: SourceText($0)).first?.moved(to: position)
        }
    }

    private func readEnvironment(_ container: FieldReader) -> [(String, YAMLNode)] {
        let items = container.list("env", atMost: 1_024) ?? []
        return items.enumerated().compactMap { index, item -> (String, YAMLNode)? in
            let entry = FieldReader(
                item, path: "\(container.path("env"))[\(index)]", position: item.position,
                collector: collector)
            entry.require("name", "name: OMP_NUM_THREADS")
            let name = entry.text("name") { $0.isEmpty ? "must not be empty" : nil }
            let value = entry.value("value")
            entry.refuse("valueFrom", "has no counterpart here; use a secret of our own Job")
            entry.finish()
            guard let name else { return nil }
            return (
                name,
                value
                    ?? YAMLNode(position: item.position, content: .scalar("", isPlain: false))
            )
        }
    }

    /// Kubernetes' `limits`, or `requests` where there are none.
    private func readResources(_ container: FieldReader) -> [(String, YAMLNode)] {
        let reader = container.section("resources")
        let limits = reader.section("limits")
        let requests = reader.section("requests")
        var found: [(String, YAMLNode)] = []
        for (theirs, ours) in [("cpu", "cpu"), ("memory", "memory")] {
            let asked = requests.value(theirs)
            if let value = limits.value(theirs) ?? asked { found.append((ours, value)) }
        }
        for part in [limits, requests] {
            if let gpus = part.value("nvidia.com/gpu"), !found.contains(where: { $0.0 == "gpu" }) {
                found.append(("gpu", gpus))
            }
            _ = part.entry("ephemeral-storage")
            part.finish()
        }
        reader.finish()
        return found
    }
}
