import ClusterVocabulary

extension CommandJobSpecification {
    /// The document with every default written out, ending in a line break; read back, it gives an
    /// equal specification.
    package func canonicalYAML() -> String {
        let head =
            ["apiVersion: mlctl.dev/v1", "kind: Job"]
            + TrainJobSpecification.metadataLines(
                name: name, namespace: namespace, labels: labels, annotations: annotations)
        let lines =
            head + ["spec:", "  ranks: \(command.ranks)", "  rendezvous: none"]
            + programLines() + fileLines() + policyLines()
        return lines.joined(separator: "\n") + "\n"
    }

    private func programLines() -> [String] {
        var lines: [String] = []
        if command.script.isEmpty {
            lines.append("  command:")
            lines += command.arguments.map { "    - \(CanonicalYAML.text($0))" }
        } else {
            lines.append("  script: \(CanonicalYAML.text(command.script))")
        }
        if !command.environment.isEmpty {
            lines.append("  env:")
            lines += command.environment.map { variable in
                let value =
                    variable.secret.isEmpty
                    ? CanonicalYAML.text(variable.value)
                    : "{secret: \(CanonicalYAML.text(variable.secret))}"
                return "    \(CanonicalYAML.text(variable.name)): \(value)"
            }
        }
        return lines
    }

    private func fileLines() -> [String] {
        var lines: [String] = []
        switch workdir {
        case .none: break
        case .folder(let path): lines.append("  workdir: \(CanonicalYAML.text(path))")
        case .archive(let archive):
            lines.append(
                "  workdir: {artifact: {sha256: \"\(archive.digest)\","
                    + " bytes: \(archive.byteCount)}}")
        }
        if let checkpoint = command.checkpoint {
            var fields = ["path: \(CanonicalYAML.text(checkpoint.path))"]
            if let word = CommandJobReader.signals.first(where: { $0.number == checkpoint.signal })
            {
                fields.append("signal: \(word.word)")
                fields.append(
                    "grace: \(CanonicalYAML.duration(seconds: checkpoint.graceSeconds))")
            }
            lines.append("  checkpoint: {\(fields.joined(separator: ", "))}")
        }
        if let metrics = command.metrics.canonicalText { lines.append("  metrics: \(metrics)") }
        if !command.outputs.isEmpty {
            lines.append("  outputs:")
            lines += command.outputs.map { "    - \(CanonicalYAML.text($0))" }
        }
        return lines
    }

    private func policyLines() -> [String] {
        let hosts = mostHosts > 0 ? ", maxHosts: \(mostHosts)" : ""
        var lines = [
            "  resources: {cpu: \(CanonicalYAML.cpu(perRank.milliCPU)),"
                + " memory: \(CanonicalYAML.size(perRank.memoryBytes))\(hosts)}",
            "  runPolicy:",
        ]
        if timeLimitSeconds > 0 {
            lines.append("    timeLimit: \(CanonicalYAML.duration(seconds: timeLimitSeconds))")
        }
        let restart =
            command.restartAfterSeconds > 0
            ? CanonicalYAML.duration(seconds: command.restartAfterSeconds) : "never"
        lines += [
            "    retries: {program: \(command.programRetries),"
                + " infrastructure: \(command.infrastructureRetries)}",
            "    onHostLost: {restartAfter: \(restart)}",
            "    grace: \(CanonicalYAML.duration(seconds: command.graceSeconds))",
        ]
        if keepFinishedSeconds > 0 {
            lines.append(
                "    ttlAfterFinished: \(CanonicalYAML.duration(seconds: keepFinishedSeconds))")
        }
        return lines + ["    suspend: \(isSuspended)"]
    }
}
