import Foundation
import Glibc
import Testing

/// Many connections of strangers at the real scheduler, and one user who wants an answer.
///
/// 1 200 connections; `MLCTL_IDLE=10000` (as `make chaos` sets) for the full size.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct HostileLoadTests {
    /// Beyond what it took before, per connection of a stranger, and whatever their number.
    private static let mostBytesPerStranger = 64 << 10
    private static let mostBytes = 96 << 20

    /// ZMTP 3.1: a greeting that names a mechanism, padded to 64 bytes (ZeroMQ RFC 37), and what
    /// follows it.
    private static func greeting(_ mechanism: String, _ more: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, 3, 1]
        bytes.append(contentsOf: Array(mechanism.utf8))
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 64 - bytes.count))
        bytes.append(contentsOf: more)
        return bytes
    }

    /// A frame's flags with a length of 4 EiB behind them.
    private static func endless(_ flags: UInt8) -> [UInt8] {
        var bytes = [UInt8](repeating: 255, count: 9)
        bytes[0] = flags
        bytes[1] = 0x3F
        return bytes
    }

    /// What strangers say to a node port.
    private static var words: [[UInt8]] {
        let ready: [UInt8] = [4, 6, 5] + Array("READY".utf8)
        let hello: [UInt8] = [4, 206, 5] + Array("HELLO".utf8)
        let noise: [UInt8] = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 7) }
        return [
            [],
            Array(greeting("CURVE").prefix(20)),
            greeting("CURVE"),
            greeting("NULL", ready),
            greeting("CURVE", endless(6)),
            greeting("CURVE", endless(2)),
            greeting("CURVE", hello + [UInt8](repeating: 7, count: 200)),
            noise,
            Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
        ]
    }

    /// A value of the daemon's `/proc/PID/status`, in bytes.
    private func memory(_ cluster: RealCluster, _ name: String = "VmRSS") -> Int {
        let path = "/proc/\(cluster.number(of: "scheduler"))/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    private func files(_ cluster: RealCluster) -> Int {
        let path = "/proc/\(cluster.number(of: "scheduler"))/fd"
        return (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
    }

    @Test func strangersTakeNeitherMemoryNorAnswers() async throws {
        let allowed = Strangers.raiseLimit()
        let wanted = ProcessInfo.processInfo.environment["MLCTL_IDLE"].flatMap { Int($0) } ?? 1_200
        let count = min(wanted, allowed - 1_000)
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        _ = cluster.run(["get", "jobs"])
        let (before, filesBefore) = (memory(cluster), files(cluster))
        var parties: [Strangers] = []
        func party(_ count: Int, _ port: Int, _ bytes: [UInt8]) {
            let strangers = Strangers()
            strangers.open(count, port: port)
            strangers.say(bytes)
            parties.append(strangers)
        }
        let started = ContinuousClock.now
        let drips = Strangers()
        drips.open(count / 10, port: cluster.http)
        drips.say(Array("GET /v1/jobs HTTP/1.1\r\n".utf8))
        party(count / 4, cluster.http, [])
        party(count / 20, cluster.http, Array("POST /v1/jobs HTTP/1.1\r\nContent-Le".utf8))
        let each = count * 6 / 10 / (2 * Self.words.count)
        for port in [cluster.control, cluster.artifacts] {
            for words in Self.words { party(each, port, words) }
        }
        let opened = parties.reduce(drips.descriptors.count) { $0 + $1.descriptors.count }
        #expect(opened > count * 8 / 10, "only \(opened) connections could be opened")
        var (peak, slowest) = (0, Duration.zero)
        for round in 0..<12 {
            // Never silent for long, never done.
            drips.say([UInt8(ascii: "X")])
            for strangers in parties where round % 4 == 3 { strangers.say([0]) }
            let asked = ContinuousClock.now
            let answer = cluster.run(["get", "jobs"])
            #expect(answer.code == 0, "\(answer.errors)")
            slowest = max(slowest, ContinuousClock.now - asked)
            peak = max(peak, memory(cluster))
            if round == 4 {
                let hello = cluster.run(["run", "--", "echo", "hello"])
                #expect(hello.output == "hello\n", "\(hello.errors)")
            }
        }
        let nodes = cluster.run(["get", "nodes"]).output
        #expect(nodes.contains("Ready"), "the worker was lost: \(nodes)")
        print(
            "strangers: \(opened) connections in \(ContinuousClock.now - started), slowest answer "
                + "\(slowest), memory \(before >> 20) MiB before, \(peak >> 20) MiB at most")
        #expect(peak - before < Self.mostBytes + count * Self.mostBytesPerStranger)
        // Node ports close what does not shake hands within 5 s; then only HTTP's bound is left.
        try await cluster.eventually(within: 40, "strangers at node ports are closed") {
            files(cluster) < filesBefore + 1_024 + 300
        }
        drips.closeAll()
        for strangers in parties { strangers.closeAll() }
        try await cluster.eventually(within: 30, "nothing of them is left") {
            files(cluster) < filesBefore + 50
        }
        let log = cluster.log("scheduler")
        #expect(log.utf8.count < 64 << 10, "strangers write its log: \(log.utf8.count) bytes")
    }
}
