/// Reads and validates the document of a cluster file.
struct ClusterConfigurationReader {
    let collector: DiagnosticCollector

    private typealias Endpoint = ClusterConfiguration.Endpoint

    /// The configuration; only of use when nothing was reported.
    func read(_ document: YAMLNode) -> ClusterConfiguration {
        let root = FieldReader(
            document, path: "", position: document.position, collector: collector)
        root.require("apiVersion", "apiVersion: \(SpecificationReader.apiVersion)")
        root.require("kind", "kind: Cluster")
        _ = root.word(
            "apiVersion", among: [SpecificationReader.apiVersion],
            default: SpecificationReader.apiVersion)
        _ = root.word("kind", among: ["Cluster"], default: "Cluster")
        let scheduler = readScheduler(root.section("scheduler"))
        let workers = readWorkers(root)
        root.finish()
        return ClusterConfiguration(scheduler: scheduler, workers: workers)
    }

    private func readScheduler(_ reader: FieldReader) -> ClusterConfiguration.Scheduler {
        var result = ClusterConfiguration.Scheduler()
        result.http = endpoint(reader, "http") ?? result.http
        result.certificateFile = reader.text("certificateFile", ClusterConfigurationReader.path)
        result.certificateKeyFile = reader.text(
            "certificateKeyFile", ClusterConfigurationReader.path)
        result.plainHTTP = reader.boolean("plainHTTP") ?? false
        if (result.certificateFile == nil) != (result.certificateKeyFile == nil) {
            let name = result.certificateFile == nil ? "certificateKeyFile" : "certificateFile"
            reader.report(name, "certificateFile and certificateKeyFile go together")
        }
        if result.plainHTTP { reader.refuseBoth("plainHTTP", "certificateFile") }
        result.control = endpoint(reader, "control") ?? result.control
        result.artifacts = endpoint(reader, "artifacts") ?? result.artifacts
        result.enrolment = endpoint(reader, "enrolment")
        result.advertise = host(reader, "advertise")
        let range = Limits.heartbeatMilliseconds
        result.heartbeatMilliseconds = reader.milliseconds(
            "heartbeatInterval", in: range, default: result.heartbeatMilliseconds)
        result.suspectAfterMilliseconds = reader.milliseconds(
            "suspectAfter", in: range, default: result.suspectAfterMilliseconds)
        result.freeDiskFloorBytes =
            reader.bytes("freeDiskFloor", in: Limits.diskFloorBytes) ?? result.freeDiskFloorBytes
        result.retention = readRetention(reader.section("retention"))
        reader.finish()
        let least = result.heartbeatMilliseconds * Limits.heartbeatsPerSilence
        if result.suspectAfterMilliseconds < least {
            let name = reader.entry("suspectAfter") == nil ? "heartbeatInterval" : "suspectAfter"
            reader.report(
                name,
                "suspectAfter must be at least \(Limits.heartbeatsPerSilence) times"
                    + " heartbeatInterval, \(least)ms, so that one lost heartbeat changes nothing")
        }
        var named = [
            ("http", result.http), ("control", result.control), ("artifacts", result.artifacts),
        ]
        if let enrolment = result.enrolment { named.append(("enrolment", enrolment)) }
        for (index, (name, address)) in named.enumerated() {
            if let other = named[..<index].first(where: { $0.1 == address }) {
                reader.report(name, "\(address) is the address of \(other.0) too")
            }
        }
        return result
    }

    private func readRetention(_ reader: FieldReader) -> ClusterConfiguration.Retention {
        var result = ClusterConfiguration.Retention()
        let range = Limits.retentionSeconds
        result.endedJobsSeconds =
            reader.seconds("endedJobs", in: range) ?? result.endedJobsSeconds
        result.logsSeconds = reader.seconds("logs", in: range) ?? result.logsSeconds
        result.curvesSeconds = reader.seconds("curves", in: range) ?? result.curvesSeconds
        result.filesSeconds = reader.seconds("files", in: range) ?? result.filesSeconds
        reader.finish()
        return result
    }

    private func readWorkers(_ root: FieldReader) -> [ClusterConfiguration.Worker] {
        guard let items = root.list("workers", atMost: Limits.workers) else { return [] }
        var workers: [ClusterConfiguration.Worker] = []
        for (index, item) in items.enumerated() {
            let reader = FieldReader(
                item, path: "workers[\(index)]", position: item.position, collector: collector)
            for (name, example) in [
                ("name", "name: h1"), ("memory", "memory: 2Gi"),
                ("exchange", "exchange: 127.0.0.1:7072"),
            ] {
                reader.require(name, example)
            }
            let name = reader.text("name", NameRules.name)
            let slots = reader.integer("slots", in: Limits.slots, default: 1)
            let memory = reader.bytes("memory", in: Limits.memoryBytes)
            let exchange = endpoint(reader, "exchange")
            reader.finish()
            if let name, workers.contains(where: { $0.name == name }) {
                reader.report("name", "\"\(name)\" is the name of another worker too")
            }
            if let exchange, let other = workers.first(where: { $0.exchange == exchange }) {
                reader.report("exchange", "\(exchange) is the address of \(other.name) too")
            }
            guard let name, let memory, let exchange else { continue }
            workers.append(
                ClusterConfiguration.Worker(
                    name: name, slots: slots, memoryBytes: memory, exchange: exchange))
        }
        return workers
    }

    private static func path(_ text: String) -> String? {
        text.hasPrefix("/") && text.utf8.count <= 4_096
            ? nil : "expected an absolute path of at most 4096 bytes"
    }

    private func host(_ reader: FieldReader, _ name: String) -> String? {
        guard let (text, _) = reader.scalar(name, "a host such as 192.0.2.10") else { return nil }
        guard
            ClusterConfigurationReader.isHost(text, isBracketed: false)
                || ClusterConfigurationReader.isHost(text, isBracketed: true)
        else {
            reader.report(name, "\(YAMLNode.quoted(text)) is neither a host name nor an address")
            return nil
        }
        return text
    }

    private func endpoint(_ reader: FieldReader, _ name: String) -> Endpoint? {
        guard let (text, _) = reader.scalar(name, "an address such as 127.0.0.1:7070") else {
            return nil
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else {
            let found = YAMLNode.quoted(text)
            reader.report(name, "expected host:port such as 127.0.0.1:7070, found \(found)")
            return nil
        }
        var host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        guard ClusterConfigurationReader.isHost(host, isBracketed: isBracketed) else {
            reader.report(name, "\(YAMLNode.quoted(host)) is neither a host name nor an address")
            return nil
        }
        let port = String(text[text.utf8.index(after: colon)...])
        guard let number = try? ScalarSyntax.integer(port),
            (Int64(Limits.ports.lowerBound)...Int64(Limits.ports.upperBound)).contains(number)
        else {
            let range = "from \(Limits.ports.lowerBound) to \(Limits.ports.upperBound)"
            reader.report(name, "the port must be \(range), found \(YAMLNode.quoted(port))")
            return nil
        }
        return Endpoint(host: host, port: Int(number))
    }

    /// Whether the text can name a host; what consists of digits and dots must be IPv4.
    private static func isHost(_ text: String, isBracketed: Bool) -> Bool {
        guard !text.isEmpty, text.utf8.count <= Limits.hostBytes else { return false }
        if isBracketed {
            let isLegal = text.utf8.allSatisfy {
                ScalarSyntax.isDigit($0) || ":.".utf8.contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
            }
            return isLegal && text.utf8.filter { $0 == UInt8(ascii: ":") }.count >= 2
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if text.utf8.allSatisfy({ ScalarSyntax.isDigit($0) || $0 == UInt8(ascii: ".") }) {
            return parts.count == 4
                && parts.allSatisfy { part in
                    let number = try? ScalarSyntax.integer(String(part))
                    return number.map { (0...255).contains($0) } ?? false
                }
        }
        return parts.allSatisfy { part in
            let isLegal = part.utf8.allSatisfy {
                NameRules.isAlphanumeric($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
            return !part.isEmpty && part.utf8.count <= Limits.nameBytes && isLegal
                && !part.hasPrefix("-")
        }
    }
}
