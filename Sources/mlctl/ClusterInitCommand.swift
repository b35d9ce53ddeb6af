import ArgumentParser
import Client
import Foundation
import JobSpecification
import Messaging
import SchedulerService

/// `mlctl cluster init`: makes this host the scheduler of several.
struct ClusterInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make this host the scheduler of a cluster of several hosts.",
        discussion: """
            Writes keys and cluster.yaml into the state folder, which mlctl scheduler reads at its \
            start. People are served on this host alone (loopback and a Unix socket), or, with \
            another --http address, from other machines over TLS; workers of other hosts reach \
            control, artifacts and enrolment, each connection encrypted and bound to the worker's \
            key.
            """)

    @Option(help: "The name or address by which other hosts reach this one.")
    var advertise: String

    @Option(help: "The state folder (default: this user's).")
    var state: String?

    @Option(help: "Where people connect (HTTP).")
    var http = "127.0.0.1:7070"

    @Option(help: "The workers' port for artifacts; enrolment is one below, control two above.")
    var port = 7_069

    @Flag(help: "Write cluster.yaml again when it is there already.")
    var force = false

    func validate() throws {
        if !(2...65_533).contains(port) { throw ValidationError("--port must be 2 to 65533") }
    }

    func run() throws {
        let state = state ?? StateFolder.path
        let path = StateFolder.configurationPath(in: state)
        if FileManager.default.fileExists(atPath: path), !force {
            throw ClientFailure(
                .refused, "\(path) is there already; edit it, or write it anew with --force")
        }
        let text = """
            # Written by mlctl cluster init; read by mlctl scheduler at its start.
            apiVersion: mlctl.dev/v1
            kind: Cluster
            scheduler:
              advertise: "\(advertise)"       # how other hosts reach this one
              http: "\(http)"        # people and tools; TLS unless loopback
              control: "0.0.0.0:\(port + 2)"
              artifacts: "0.0.0.0:\(port)"
              enrolment: "0.0.0.0:\(port - 1)"

            """
        if case .refused(let diagnostics) = ClusterConfiguration.read(text, file: path) {
            throw ClientFailure(
                .wrongUsage, diagnostics.map { $0.rendered() }.joined(separator: "\n"))
        }
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let keys = try ClusterKeys.load(stateFolder: state)
        try ClusterKeys.write(text, to: path)
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        try console.line("\(path) written; the scheduler's public key is \(keys.server.publicKey)")
        try console.line(
            """
            next, here:        mlctl scheduler --state \(state)
            then, here:        mlctl cluster token > join.token
            on each worker:    mlctl worker --join \(advertise):\(port - 1) --token-file join.token
            open to workers:   tcp \(port - 1) (enrolment), \(port) (artifacts), \(port + 2) \
            (control); between workers from \(port + 3) on
            """)
    }
}
