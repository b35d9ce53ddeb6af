import ClusterVocabulary

/// Reads, defaults and validates one document of kind Job.
struct CommandJobReader {
    let collector: DiagnosticCollector

    /// Fields people look for directly under `spec`, with the place where they belong.
    private static let places = [
        "cpu": "spec.resources", "memory": "spec.resources", "maxHosts": "spec.resources",
        "timeLimit": "spec.runPolicy", "retries": "spec.runPolicy", "suspend": "spec.runPolicy",
        "backoffLimit": "spec.runPolicy", "onHostLost": "spec.runPolicy",
        "restartAfter": "spec.runPolicy.onHostLost", "grace": "spec.runPolicy",
        "name": "metadata", "labels": "metadata", "args": "spec.command",
    ]

    /// The specification, or nothing when anything was reported.
    func read(_ root: FieldReader) -> CommandJobSpecification? {
        let before = collector.count
        let trainer = TrainJobReader(collector: collector)
        let metadata = trainer.readMetadata(root)
        root.require("spec", "spec: {command: [python, train.py]}")
        let spec = root.section("spec")
        root.finish()
        let ranks = spec.integer("ranks", in: 1...CommandWork.mostRanks, default: 1)
        readRendezvous(spec)
        let (arguments, script) = readProgram(spec)
        var job = CommandJobSpecification(
            name: metadata.name, namespace: metadata.namespace,
            command: CommandWork(ranks: ranks, arguments: arguments, script: script))
        job.labels = metadata.labels
        job.annotations = metadata.annotations
        job.workdir = readWorkdir(spec)
        job.command.environment = readEnvironment(spec)
        job.command.checkpoint = readCheckpoint(spec)
        job.command.metrics = readMetrics(spec)
        job.command.outputs = readOutputs(spec)
        let (perRank, mostHosts) = trainer.readResources(spec)
        job.perRank = perRank
        job.mostHosts = mostHosts
        readPolicy(spec, &job)
        spec.belongsElsewhere(CommandJobReader.places)
        spec.finish()
        return collector.count == before ? job : nil
    }

    private func readRendezvous(_ spec: FieldReader) {
        let later = ["torch", "tensorflow", "mpi", "xgboost", "jax"]
        if let (text, _) = spec.scalar("rendezvous", "none"), later.contains(text) {
            spec.report(
                "rendezvous",
                "\(text) is not supported by this release; with none every rank finds RANK, "
                    + "WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MLCTL_ADDRESSES")
        } else {
            _ = spec.word("rendezvous", among: ["none"], default: "none")
        }
    }

    private func readProgram(_ spec: FieldReader) -> (arguments: [String], script: String) {
        let hasCommand = spec.entry("command") != nil
        let hasScript = spec.entry("script") != nil
        if hasCommand, hasScript {
            spec.report("script", "spec.command is given too, keep one of the two")
        } else if !hasScript {
            spec.require("command", "command: [python, train.py, --lr, \"3e-4\"]")
        }
        let script = spec.text("script") { text in
            CommandJobReader.problem(
                of: text, longest: CommandWork.longestScript, mayBeEmpty: false)
        }
        guard hasCommand else { return ([], script ?? "") }
        if case .scalar(let text, _) = spec.value("command")?.content {
            let words = text.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ", ")
            spec.report(
                "command",
                "is a list of words, no shell reads it: [\(words)]; for a shell use script")
            return ([], "")
        }
        guard let items = spec.list("command", atMost: CommandWork.mostWords) else {
            return ([], "")
        }
        if items.isEmpty { spec.report("command", "needs at least the program") }
        let words = items.enumerated().compactMap { index, item in
            word(item, "\(spec.path("command"))[\(index)]", longest: CommandWork.longestWord)
        }
        if words.first == "" { spec.report("command", "the program is an empty text") }
        return (words, "")
    }

    /// A scalar as a word of a program; numbers and booleans stand as written.
    private func word(_ item: YAMLNode, _ path: String, longest: Int) -> String? {
        guard case .scalar(let text, _) = item.content, !item.isNull else {
            collector.report(item.position, path, "expected a text, found \(item.found)")
            return nil
        }
        if let problem = CommandJobReader.problem(of: text, longest: longest) {
            collector.report(item.position, path, problem)
            return nil
        }
        return text
    }

    static func problem(of text: String, longest: Int, mayBeEmpty: Bool = true) -> String? {
        if text.utf8.count > longest { return "is longer than \(longest) bytes" }
        if text.utf8.contains(0) { return "has a zero byte" }
        return text.isEmpty && !mayBeEmpty ? "must not be empty" : nil
    }

    private func readWorkdir(_ spec: FieldReader) -> CommandJobSpecification.Workdir {
        guard let value = spec.value("workdir"), !value.isNull else { return .none }
        if case .scalar = value.content {
            return spec.text("workdir", NameRules.path).map { .folder($0) } ?? .none
        }
        guard let (_, entry) = spec.union("workdir", members: ["artifact"]) else { return .none }
        let reader = spec.member("workdir", entry)
        reader.require("sha256", "sha256: …")
        reader.require("bytes", "bytes: 10240")
        let digest = reader.text("sha256") { text in
            let isDigest =
                text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
            return isDigest ? nil : "is not 64 lower case hexadecimal digits"
        }
        let bytes = reader.optionalInteger("bytes", in: 0...CommandWork.largestWorkdir)
        reader.finish()
        guard let digest, let bytes else { return .none }
        return .archive(StoredArchive(digest: digest, byteCount: bytes))
    }

    private func readEnvironment(_ spec: FieldReader) -> [EnvironmentVariable] {
        let reader = spec.section("env")
        let entries = reader.writtenEntries
        guard entries.count <= CommandWork.mostWords else {
            collector.report(
                reader.position, reader.path,
                "has \(entries.count) entries, at most \(CommandWork.mostWords) are allowed")
            return []
        }
        reader.finishRepeated()
        var variables: [EnvironmentVariable] = []
        for entry in entries {
            let path = "\(reader.path).\(entry.key.prefix(Limits.quotedScalars))"
            if let problem = NameRules.variable(entry.key) {
                collector.report(entry.keyPosition, reader.path, problem)
                continue
            }
            if case .mapping = entry.value.content {
                let inner = FieldReader(
                    entry.value, path: path, position: entry.keyPosition, collector: collector)
                inner.require("secret", "\(entry.key): {secret: hf}")
                let secret = inner.text("secret", NameRules.secret)
                inner.finish()
                if let secret {
                    variables.append(
                        EnvironmentVariable(name: entry.key, value: "", secret: secret))
                }
            } else if let text = word(entry.value, path, longest: CommandWork.longestWord) {
                variables.append(EnvironmentVariable(name: entry.key, value: text))
            }
        }
        return variables.sorted { $0.name < $1.name }
    }
}
