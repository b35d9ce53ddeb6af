import ArgumentParser
import Artifacts
import Client
import ClusterVocabulary
import ControlAPI
import Foundation
import Messaging
import WorkerService

/// `mlctl doctor`: looks at this host and at the way to the scheduler.
struct DoctorCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what would keep this host from working, and name the cure.",
        discussion: """
            Disk, memory, processor, cgroups, proxies, the proof of each kernel; with a scheduler \
            its ports, the clock, and whether it reaches this host. Exit codes: 0 nothing is \
            wrong, 1 there is a problem.
            """)

    @Option(help: "Look at the ports of this scheduler's host (default: where its API is).")
    var host: String?

    @Option(help: "The port on which trainers of other hosts reach this one.")
    var exchange = WorkerSettings.defaultExchangePort

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        var findings = hostFindings(session.environment)
        var nodes: [NodeBody] = []
        // The ports of a host are looked at whether or not its API can be asked from here.
        if let host { findings += portFindings(host) }
        do {
            let client = try session.client()
            let server = client.connection.server
            if host == nil, !server.isLoopback { findings += portFindings(server.host) }
            if let host, server.isLoopback, isElsewhere(host) {
                findings.append(
                    HostChecks.unasked(host, reason: "this host's own scheduler is another"))
            } else {
                nodes = try await interfaceFindings(client, session.environment, &findings)
            }
        } catch {
            let failure = ClientFailure(error)
            if let host, isElsewhere(host) {
                findings.append(HostChecks.unasked(host, reason: failure.message))
            } else {
                findings.append(DoctorFinding("scheduler", .problem, failure.message))
            }
        }
        findings += await kernelFindings(nodes)
        try show(findings, session)
        if findings.contains(where: { $0.verdict == .problem }) {
            throw ClientFailure(.workFailed, "")
        }
    }

    /// Whether the named host is another than this one.
    private func isElsewhere(_ host: String) -> Bool {
        if ServerAddress(host)?.isLoopback ?? false || host == HostIdentity.name { return false }
        return HostIdentity.address(toward: host) != host
    }

    /// What the scheduler says over its API: its health, its clock, its nodes, the way back.
    private func interfaceFindings(
        _ client: SchedulerClient, _ environment: [String: String],
        _ findings: inout [DoctorFinding]
    ) async throws -> [NodeBody] {
        let server = client.connection.server
        findings.append(HostChecks.proxies(environment, server: server))
        let before = WallClockReading.milliseconds
        let health = try await client.health()
        let after = WallClockReading.milliseconds
        findings.append(
            DoctorFinding(
                "scheduler", health.status == "ok" ? .ok : .problem,
                "\(server): \(health.status), \(health.readyNodes) of "
                    + "\(health.nodes) nodes ready",
                cure: health.status == "ok" ? "" : "free disk space on the scheduler's host"))
        if let there = health.time.flatMap(TimeText.milliseconds(of:)) {
            findings.append(HostChecks.clock(before: before, after: after, there: there))
        }
        let nodes = try await client.nodes()
        if !server.isLoopback { findings.append(await wayBack(client)) }
        return nodes
    }

    private func show(_ findings: [DoctorFinding], _ session: ClientSession) throws {
        switch form {
        case .text: try session.show(findings.flatMap(\.lines))
        case .json:
            var json = JSONText()
            json.beginObject()
            json.list("findings", findings)
            json.endObject()
            json.newLine()
            try session.console.write(json.bytes)
        }
    }

    private func hostFindings(_ environment: [String: String]) -> [DoctorFinding] {
        let folder = StateFolder.path
        var place = folder
        // Before the first start the folder is not there yet: its parent says.
        while !FileManager.default.fileExists(atPath: place), place.contains("/"), place != "/" {
            place = (place as NSString).deletingLastPathComponent
        }
        let meminfo = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let cgroup = "/sys/fs/cgroup"
        let controllers = try? String(
            contentsOfFile: "\(cgroup)/cgroup.controllers", encoding: .utf8)
        return [
            HostChecks.disk(
                free: (try? FreeSpace.bytes(at: place)).map { Int64($0) }, folder: place),
            HostChecks.memory(meminfo),
            HostChecks.processor(features: HostFacts.features, cores: HostFacts.cores),
            HostChecks.cgroups(
                isUnified: controllers != nil,
                isMounted: FileManager.default.fileExists(atPath: "\(cgroup)/memory"),
                controllers: controllers ?? ""),
        ]
    }

    private func kernelFindings(_ nodes: [NodeBody]) async -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        for coreType in HostFacts.coreTypes {
            let proof = await HostInspection.fingerprint(
                of: coreType, executable: ProgramPath.own)
            let others = nodes.flatMap { node in
                node.fingerprints.filter { $0.coreType == coreType }
                    .map { (node: node.name, digest: $0.digest) }
            }
            findings.append(
                HostChecks.fingerprint(
                    coreType: coreType, digest: proof?.digest, others: others))
        }
        return findings
    }

    /// The scheduler's ports from here.
    private func portFindings(_ name: String) -> [DoctorFinding] {
        [("enrolment", 7_068), ("artifacts", 7_069), ("control", 7_071)].map { what, port in
            HostChecks.port(
                what, "\(name):\(port)", reason: PortProbe.reason(host: name, port: port))
        }
    }

    /// This host's port for trainers from the scheduler's host.
    private func wayBack(_ client: SchedulerClient) async -> DoctorFinding {
        do {
            let listener = try PortProbe.Listener(port: exchange)
            defer { listener.close() }
            let answer = try await client.get(
                APIPath.probe + APIPath.query([("port", String(listener.port))]),
                as: ProbeBody.self)
            return HostChecks.reach(port: listener.port, answer: answer.reason)
        } catch {
            return DoctorFinding(
                "reach", .warning, "not tried: \(ClientFailure(error).message)",
                cure: "is port \(exchange) taken by a running trainer? Then it is in use")
        }
    }
}

/// The wall clock, for comparing with the scheduler's.
private enum WallClockReading {
    static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
