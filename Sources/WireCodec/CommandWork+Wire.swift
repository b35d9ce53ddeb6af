import ClusterVocabulary

extension StoredArchive: WireValue {
    init(wire: WireStoredArchive) throws(WireError) {
        let check = FieldChecks("StoredArchive")
        self.init(
            digest: try check.digest(wire.digest, "digest", digits: 64),
            byteCount: try check.count(wire.byteCount, "byte_count"))
    }

    var wire: WireStoredArchive {
        var wire = WireStoredArchive()
        wire.digest = digest
        wire.byteCount = byteCount
        return wire
    }
}

extension EnvironmentVariable: WireValue {
    init(wire: WireEnvironmentVariable) throws(WireError) {
        let check = FieldChecks("EnvironmentVariable")
        self.init(
            name: try check.word(wire.name, "name", mayBeEmpty: false),
            value: try check.word(wire.value, "value"),
            secret: try check.text(wire.secret, "secret"))
        guard !name.utf8.contains(UInt8(ascii: "=")) else {
            throw check.invalid("name", "has a =")
        }
    }

    var wire: WireEnvironmentVariable {
        var wire = WireEnvironmentVariable()
        wire.name = name
        wire.value = value
        wire.secret = secret
        return wire
    }
}

extension FieldChecks {
    /// A text that becomes a word of a program: within its length, without a zero byte.
    func word(
        _ value: String, _ field: String, mayBeEmpty: Bool = true,
        longest: Int = CommandWork.longestWord
    ) throws(WireError) -> String {
        let text = try text(value, field, longest: longest, mayBeEmpty: mayBeEmpty)
        guard !text.utf8.contains(0) else { throw invalid(field, "has a zero byte") }
        return text
    }
}

extension CheckpointRequest: WireValue {
    init(wire: WireCheckpointRequest) throws(WireError) {
        let check = FieldChecks("CheckpointRequest")
        self.init(
            path: try check.path(wire.path, "path"),
            signal: try check.number(wire.signal, "signal", 0...64),
            graceSeconds: try check.number(
                wire.graceSeconds, "grace_seconds", 0...WireLimits.longestSeconds))
        folderOf = JobID(
            try check.number(wire.folderOf, "folder_of", 0...WireLimits.largestNumber))
    }

    var wire: WireCheckpointRequest {
        var wire = WireCheckpointRequest()
        wire.path = path
        wire.signal = signal
        wire.graceSeconds = graceSeconds
        wire.folderOf = folderOf.number
        return wire
    }
}

extension CommandWork: WireValue {
    init(wire: WireCommandWork) throws(WireError) {
        let check = FieldChecks("CommandWork")
        let seconds = 0...WireLimits.longestSeconds
        self.init(
            ranks: try check.integer(
                wire.ranks, "ranks", from: 1, through: Int64(CommandWork.mostRanks)),
            arguments: try check.list(
                wire.arguments, "arguments", most: CommandWork.mostWords
            ) { (word) throws(WireError) in _ = try check.word(word, "arguments") },
            script: try check.word(
                wire.script, "script", longest: CommandWork.longestScript))
        guard arguments.isEmpty != script.isEmpty else {
            throw check.invalid("arguments", "and script: exactly one must be there")
        }
        workdir = wire.hasWorkdir ? try StoredArchive(wire: wire.workdir) : nil
        environment = try check.list(
            EnvironmentVariable.self, wire.environment, "environment",
            most: CommandWork.mostWords)
        outputs = try check.list(wire.outputs, "outputs", most: CommandWork.mostWords) {
            (path) throws(WireError) in
            _ = try check.word(path, "outputs", longest: WireLimits.longestPath)
        }
        switch wire.metrics {
        case .none: metrics = MetricSource.none
        case .assignments: metrics = .assignments
        case .pattern:
            metrics = .pattern(
                try check.text(
                    wire.metricsPattern, "metrics_pattern", longest: WireLimits.longestPath))
        case .json: metrics = .json
        case .text: metrics = .text
        case .collected:
            metrics = .collected(try MetricCollector(wire: wire.metricCollector))
        case .UNRECOGNIZED(let number):
            throw check.invalid("metrics", "is \(number), which stands for nothing known")
        }
        checkpoint = wire.hasCheckpoint ? try CheckpointRequest(wire: wire.checkpoint) : nil
        programRetries = try check.integer(wire.programRetries, "program_retries")
        infrastructureRetries = try check.integer(
            wire.infrastructureRetries, "infrastructure_retries")
        restartAfterSeconds = try check.number(
            wire.restartAfterSeconds, "restart_after_seconds", seconds)
        graceSeconds = try check.number(wire.graceSeconds, "grace_seconds", seconds)
    }

    var wire: WireCommandWork {
        var wire = WireCommandWork()
        wire.ranks = Int64(ranks)
        wire.arguments = arguments
        wire.script = script
        if let workdir { wire.workdir = workdir.wire }
        wire.environment = environment.map(\.wire)
        wire.outputs = outputs
        switch metrics {
        case .none: wire.metrics = WireMetricSourceKind.none
        case .assignments: wire.metrics = .assignments
        case .pattern(let text):
            wire.metrics = .pattern
            wire.metricsPattern = text
        case .json: wire.metrics = .json
        case .text: wire.metrics = .text
        case .collected(let collector):
            wire.metrics = .collected
            wire.metricCollector = collector.wire
        }
        if let checkpoint { wire.checkpoint = checkpoint.wire }
        wire.programRetries = Int64(programRetries)
        wire.infrastructureRetries = Int64(infrastructureRetries)
        wire.restartAfterSeconds = restartAfterSeconds
        wire.graceSeconds = graceSeconds
        return wire
    }
}
