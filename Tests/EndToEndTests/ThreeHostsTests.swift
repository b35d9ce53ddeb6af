import Foundation
import Glibc
import Testing

/// Patterns are found wherever they lie, and nothing else is.
struct PatternSearchTests {
    @Test func everyAlignmentIsFound() {
        let pattern = (0..<31).map { UInt8($0 * 7 + 3) }
        let other = (0..<40).map { UInt8($0 * 5 + 1) }
        let search = PatternSearch([other, pattern])
        for offset in 0..<40 {
            let bytes = [UInt8](repeating: 9, count: offset) + pattern
            #expect(search.found(in: bytes + [1, 2]) == [1], "\(offset)")
            #expect(search.found(in: bytes) == [1], "\(offset), at the end")
            #expect(search.found(in: Array(bytes.dropLast())).isEmpty, "\(offset), cut")
        }
        #expect(search.found(in: []).isEmpty)
        #expect(search.found(in: pattern + [0] + other) == [0, 1])
    }
}

/// Three hosts as namespaces: joining by token, training over TCP, and what passes on the wire.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct ThreeHostsTests {
    private static let script = RealCluster.root + "/deploy/hosts/three-hosts"

    /// Runs a command to its end; gives code and output.
    private func run(_ words: [String], in folder: String) throws -> (code: Int32, output: String) {
        let output = "\(folder)/out-\(UInt32.random(in: 0 ... .max))"
        defer { unlink(output) }
        var environment = ProcessInfo.processInfo.environment
        environment["MLCTL"] = RealCluster.executable
        let process = try ChildProcess(
            words, environment: environment, output: output, errors: output)
        let code = process.wait()
        return (code, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
    }

    private func client(_ folder: String, _ words: [String]) throws -> String {
        let result = try run(
            [Self.script, "client", folder, "\(folder)/bin/mlctl"] + words, in: folder)
        #expect(result.code == 0, "\(words): \(result.output)")
        return result.output
    }

    @Test func workersJoinOverTheNetworkAndNothingPlainPasses() throws {
        let folder = "/tmp/mlctl-hosts-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer {
            _ = try? run([Self.script, "down", folder], in: "/tmp")
            try? FileManager.default.removeItem(atPath: folder)
        }
        let up = try run([Self.script, "up", folder], in: folder)
        guard up.code != 77 else {
            // What this machine does not allow is said, and not taken for a success of the rest.
            print("skipped: \(up.output)")
            return
        }
        try #require(up.code == 0, "\(up.output)")
        let network = try run([Self.script, "network", folder], in: folder).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let capture = try PacketCapture(namespace: network)
        // The data is handed to the client alone: it lies on no host.
        try FileManager.default.copyItem(
            atPath: RealCluster.root + "/jobs", toPath: "\(folder)/jobs")
        // Long enough that both hosts take part.
        let name = try client(
            folder,
            [
                "submit", "\(folder)/jobs/02-digits-mlp.yaml", "--set", "training.epochs=300",
                "--set", "model.mlp.hidden=[512, 256]",
            ]
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        _ = try client(folder, ["wait", name, "--timeout", "60s"])
        let exported = "\(folder)/disk/model"
        _ = try client(folder, ["model", "export", name, "--output", exported])
        let weights = try run(
            [
                Self.script, "client", folder, "/bin/sh", "-c",
                "od -An -v -tx1 \(exported)/model.safetensors | tr -d ' \\n'",
            ], in: folder
        ).output
        let packets = capture.stop()
        #expect(packets.count > 100)
        check(packets, weights: weights, folder)
        let nodes = try client(folder, ["get", "nodes"])
        #expect(nodes.split(separator: "\n").filter { $0.contains("Ready") }.count == 2)
    }

    /// No parameter, no row of the data and no secret passes in the clear.
    private func check(_ packets: [UInt8], weights: String, _ folder: String) {
        let wire = Data(packets)
        // The capture does see what passes: CURVE names itself in its greeting.
        #expect(wire.range(of: Data("CURVE".utf8)) != nil)
        // The two workers speak to each other: 10.77.0.11 to 10.77.0.12.
        #expect(wire.range(of: Data([10, 77, 0, 11, 10, 77, 0, 12])) != nil)
        let digits = Array(weights.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
        #expect(bytes.count > 4_096)
        var secrets: [(what: String, bytes: [UInt8])] = []
        for start in stride(from: 1_024, to: bytes.count - 32, by: 512) {
            let window = Array(bytes[start..<(start + 32)])
            if Set(window).count > 8 { secrets.append(("parameters at \(start)", window)) }
        }
        let data = RealCluster.root + "/jobs/data/digits.csv"
        let rows = (try? String(contentsOfFile: data, encoding: .utf8))?.split(separator: "\n")
        for (number, row) in (rows ?? []).dropFirst().prefix(200).enumerated() {
            secrets.append(("row \(number + 1) of the data", Array(row.utf8)))
        }
        for host in ["a", "b"] {
            let token = try? String(contentsOfFile: "\(folder)/token-\(host)", encoding: .utf8)
            let secret = token?.split(separator: " ").dropFirst(2).first ?? ""
            #expect(secret.utf8.count == 64)
            secrets.append(("the join token of host-\(host)", Array(secret.utf8)))
        }
        let found = PatternSearch(secrets.map(\.bytes)).found(in: packets).sorted()
        #expect(found.isEmpty, "on the wire: \(found.prefix(5).map { secrets[$0].what })")
    }
}
