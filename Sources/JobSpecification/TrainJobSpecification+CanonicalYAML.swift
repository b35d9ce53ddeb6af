import ClusterVocabulary

extension TrainJobSpecification {
    /// The document with every default written out, ending in a line break.
    ///
    /// Equal specifications give equal texts, and ``SpecificationReader`` reads the text back to
    /// an equal specification. `--dry-run` prints it, the scheduler stores it, `get -o yaml` shows
    /// it.
    package func canonicalYAML() -> String {
        let lines =
            ["apiVersion: mlctl.dev/v1", "kind: TrainJob"]
            + TrainJobSpecification.metadataLines(
                name: name, namespace: namespace, labels: labels, annotations: annotations)
            + ["spec:"]
            + ["  replicas: \(replicas)"] + dataLines() + modelLines() + policyLines()
        return lines.joined(separator: "\n") + "\n"
    }

    /// The lines of `metadata`.
    static func metadataLines(
        name: String, namespace: String, labels: [Label], annotations: [Label]
    ) -> [String] {
        var lines = [
            "metadata:",
            "  name: \(CanonicalYAML.text(name))",
            "  namespace: \(CanonicalYAML.text(namespace))",
        ]
        for (title, entries) in [("labels", labels), ("annotations", annotations)]
        where !entries.isEmpty {
            lines.append("  \(title):")
            lines += entries.map {
                "    \(CanonicalYAML.text($0.key)): \(CanonicalYAML.text($0.value))"
            }
        }
        return lines
    }

    private func dataLines() -> [String] {
        var lines = ["  data:", "    source:"]
        switch dataSource {
        case .file(let files): lines += TrainJobSpecification.lines("file", files)
        case .hostPath(let files): lines += TrainJobSpecification.lines("hostPath", files)
        case .artifact(let reference): lines += TrainJobSpecification.artifactLines(reference)
        }
        lines += formatLines()
        let split = "validation: \(validationFraction), test: \(testFraction), seed: \(splitSeed)"
        let stratified = preprocessing.isStratified ? ", stratified: true" : ""
        lines.append("    split: {\(split)\(stratified)}")
        return lines + preprocessingLines()
    }

    private static func lines(_ kind: String, _ files: [DataFile]) -> [String] {
        if let only = files.first, files.count == 1, only.role == .train {
            return ["      \(kind): \(CanonicalYAML.text(only.path))"]
        }
        return ["      \(kind):"]
            + files.map { "        \($0.role.word): \(CanonicalYAML.text($0.path))" }
    }

    static func artifactLines(_ reference: DatasetReference) -> [String] {
        var lines = [
            "      artifact:",
            "        key: \"\(reference.key)\"",
            "        format: \(CanonicalYAML.text(reference.format))",
            "        files:",
        ]
        for file in reference.files {
            lines.append("          - role: \(file.role.word)")
            lines.append("            sha256: \"\(file.digest)\"")
            lines.append("            bytes: \(file.byteCount)")
            if !file.hostPath.isEmpty {
                lines.append("            hostPath: \(CanonicalYAML.text(file.hostPath))")
            }
        }
        return lines
    }

    private func modelLines() -> [String] {
        return [model.canonicalLine] + (initial.map { [$0.canonicalLine] } ?? []) + [
            "  training:",
            "    epochs: \(epochs)",
            "    batchSize: \(batchSize)",
            "    seed: \(seed)",
        ] + loss.canonicalLines(usual: TrainJobReader.losses(of: model.kind)[0])
            + optimizer.canonicalLines + steering.canonicalLines + [
                averagingLine,
                checkpointLine,
                "  numerics: \(CanonicalYAML.text(numerics))",
            ]
    }

    private func policyLines() -> [String] {
        let amounts =
            "cpu: \(CanonicalYAML.cpu(perReplica.milliCPU)),"
            + " memory: \(CanonicalYAML.size(perReplica.memoryBytes))"
        let hosts = mostHosts > 0 ? ", maxHosts: \(mostHosts)" : ""
        var policy: [String] = []
        if timeLimitSeconds > 0 {
            policy.append("timeLimit: \(CanonicalYAML.duration(seconds: timeLimitSeconds))")
        }
        policy.append("backoffLimit: \(backoffLimit)")
        if keepFinishedSeconds > 0 {
            let kept = CanonicalYAML.duration(seconds: keepFinishedSeconds)
            policy.append("ttlAfterFinished: \(kept)")
        }
        policy.append("suspend: \(isSuspended)")
        return [
            "  resources: {\(amounts)\(hosts)}",
            "  output: {model: \(CanonicalYAML.text(modelName))}",
            "  runPolicy: {\(policy.joined(separator: ", "))}",
        ]
    }
}
