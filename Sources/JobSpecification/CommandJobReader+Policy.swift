import ClusterVocabulary

extension CommandJobReader {
    /// Signals a checkpoint may be asked with, by the numbers of Linux.
    static let signals: [(word: String, number: Int32)] = [
        ("HUP", 1), ("INT", 2), ("QUIT", 3), ("USR1", 10), ("USR2", 12), ("TERM", 15),
        ("CONT", 18),
    ]

    /// Reads `checkpoint`.
    func readCheckpoint(_ spec: FieldReader) -> CheckpointRequest? {
        guard spec.has("checkpoint") else { return nil }
        let reader = spec.section("checkpoint")
        reader.require("path", "path: ckpt")
        let path = reader.text("path", NameRules.innerPath)
        let word = reader.word(
            "signal", among: ["none"] + CommandJobReader.signals.map(\.word), default: "none")
        let signal = CommandJobReader.signals.first { $0.word == word }?.number ?? 0
        let grace = reader.seconds("grace", in: Limits.policySeconds) ?? (signal > 0 ? 60 : 0)
        if signal == 0, reader.has("grace") {
            reader.report("grace", "is the time between signal and SIGTERM: give signal too")
        }
        reader.finish()
        return path.map { CheckpointRequest(path: $0, signal: signal, graceSeconds: grace) }
    }

    /// Reads `outputs`.
    func readOutputs(_ spec: FieldReader) -> [String] {
        guard let items = spec.list("outputs", atMost: CommandWork.mostWords) else { return [] }
        var paths: [String] = []
        for (index, item) in items.enumerated() {
            let place = "\(spec.path("outputs"))[\(index)]"
            guard case .scalar(let text, _) = item.content, !item.isNull else {
                collector.report(item.position, place, "expected a path, found \(item.found)")
                continue
            }
            if let problem = NameRules.innerPath(text) {
                collector.report(item.position, place, problem)
            } else {
                paths.append(NameRules.cleanPath(text))
            }
        }
        return paths
    }

    /// Reads `runPolicy`.
    func readPolicy(_ spec: FieldReader, _ job: inout CommandJobSpecification) {
        let reader = spec.section("runPolicy")
        let trainer = TrainJobReader(collector: collector)
        job.timeLimitSeconds = trainer.seconds(
            reader, "timeLimit", orInteger: "activeDeadlineSeconds")
        job.keepFinishedSeconds = trainer.seconds(
            reader, "ttlAfterFinished", orInteger: "ttlSecondsAfterFinished")
        job.isSuspended = reader.boolean("suspend") ?? false
        job.command.graceSeconds =
            reader.seconds("grace", in: 0...86_400) ?? CommandWork.defaultGraceSeconds
        let retries = reader.section("retries")
        job.command.programRetries = retries.integer(
            "program", in: Limits.backoff,
            default: reader.integer("backoffLimit", in: Limits.backoff, default: 0))
        if retries.has("program"), reader.has("backoffLimit") {
            reader.report("backoffLimit", "says the same as retries.program, keep one of the two")
        }
        job.command.infrastructureRetries = retries.integer(
            "infrastructure", in: Limits.backoff,
            default: CommandWork.defaultInfrastructureRetries)
        retries.finish()
        readHostLost(reader, &job)
        reader.finish()
    }

    private func readHostLost(_ policy: FieldReader, _ job: inout CommandJobSpecification) {
        let reader = policy.section("onHostLost")
        defer { reader.finish() }
        if let (text, _) = reader.scalar("restartAfter", "a duration or never"), text == "never" {
            job.command.restartAfterSeconds = 0
            return
        }
        let seconds = reader.seconds("restartAfter", in: Limits.restartAfterSeconds)
        job.command.restartAfterSeconds = seconds ?? CommandWork.defaultRestartAfterSeconds
        let restart = job.command.restartAfterSeconds
        let room = restart - CommandLease.marginSeconds(restartAfter: restart)
        if job.command.graceSeconds >= room {
            if seconds == nil {
                policy.report(
                    "grace", "must be shorter than onHostLost.restartAfter, which is \(restart)s")
            } else {
                reader.report(
                    "restartAfter",
                    "must be longer than runPolicy.grace: a command that hears nothing of the "
                        + "scheduler is ended before it runs elsewhere")
            }
        }
    }
}

extension NameRules {
    /// The name of an environment variable.
    static func variable(_ text: String) -> String? {
        let isLegal = text.utf8.enumerated().allSatisfy { index, byte in
            byte == UInt8(ascii: "_")
                || isAlphanumeric(byte)
                    && (index > 0 || !ScalarSyntax.isDigit(byte))
        }
        guard isLegal, !text.isEmpty, text.utf8.count <= Limits.labelKeyBytes else {
            return "\(YAMLNode.quoted(text)) is not the name of a variable: use letters, digits "
                + "and '_', no digit first"
        }
        guard !text.hasPrefix("MLCTL_") else {
            return "\(YAMLNode.quoted(text)) is set by mlctl itself"
        }
        return nil
    }

    /// The name of a secret: the name of a file.
    static func secret(_ text: String) -> String? {
        let isLegal = text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
        guard isLegal, !text.isEmpty, !text.hasPrefix("."), text.utf8.count <= Limits.nameBytes
        else {
            return "\(YAMLNode.quoted(text)) is not the name of a secret: use letters, digits, "
                + "'-', '_' and '.', no '.' first"
        }
        return nil
    }

    /// A path below the working folder.
    static func innerPath(_ text: String) -> String? {
        if let problem = path(text) { return problem }
        if text.hasPrefix("/") { return "must be a path below the working folder, not absolute" }
        let parts = cleanPath(text).split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains(where: { $0 == ".." || $0.isEmpty || $0 == "." }) {
            return "must be a path below the working folder, without .. and empty parts"
        }
        return nil
    }

    /// The path without `./` in front and `/` behind.
    static func cleanPath(_ text: String) -> String {
        var rest = text[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        return String(rest)
    }
}
