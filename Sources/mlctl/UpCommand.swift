import ArgumentParser
import Client
import Foundation

/// `mlctl up`: a scheduler and a worker on this machine, for this user.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start a scheduler and a worker on this machine, in the background.")

    @Option(help: "Worker daemons to start.")
    var workers = 1

    @Option(help: "Processor cores each worker offers (default: all, shared out).")
    var slots: Int?

    @Option(help: "Where people connect (HTTP).")
    var http = "127.0.0.1:7070"

    @Option(help: "Where nodes connect (control).")
    var control = "127.0.0.1:7071"

    @Option(help: "Where nodes fetch and store files (artifacts).")
    var artifacts = "127.0.0.1:7069"

    func validate() throws {
        for address in [http, control, artifacts] where !address.contains(":") {
            throw ValidationError("\(address) is not HOST:PORT such as 127.0.0.1:7070")
        }
        if !(1...64).contains(workers) { throw ValidationError("--workers must be 1 to 64") }
    }

    func run() async throws {
        let state = StateFolder.path
        let daemons = LocalDaemons(stateFolder: state, executable: ProgramPath.own)
        let server = "http://\(http)"
        let names = workers == 1 ? [WorkerNames.single] : (1...workers).map { "h\($0)" }
        let wasRunning: Bool
        do {
            let lock = try daemons.lock()
            defer { lock.release() }
            wasRunning = daemons.running("scheduler") != nil
            let process = try daemons.start(
                "scheduler",
                arguments: [
                    "scheduler", "--state", state, "--http", http, "--control", control,
                    "--artifacts", artifacts,
                ])
            try await SchedulerStart.wait(
                server: server, state: state, process: process, name: "scheduler", daemons)
            let cores = ProcessInfo.processInfo.activeProcessorCount
            for name in names {
                _ = try daemons.start(
                    "worker-\(name)",
                    arguments: [
                        "worker", "--name", name, "--scheduler", control,
                        "--credentials", state, "--state", "\(state)/workers/\(name)",
                        "--slots", "\(slots ?? max(1, cores / workers))",
                    ])
            }
            try await SchedulerStart.waitForWorkers(
                names, server: server, state: state, daemons)
        } catch {
            throw DaemonFailure("\(error)")
        }
        print("scheduler \(wasRunning ? "runs already at" : "at") \(server)")
        print("\(names.count == 1 ? "worker" : "workers") \(names.joined(separator: ", ")) ready")
        if http != "127.0.0.1:7070" { print("tell clients: export MLCTL_SERVER=\(server)") }
        print("state in \(state); next: mlctl submit jobs/02-digits-mlp.yaml --follow")
    }
}

/// `mlctl down`: stops what `up` started.
struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stop the scheduler and workers that `mlctl up` started, and their commands.")

    func run() throws {
        let daemons = LocalDaemons(stateFolder: StateFolder.path, executable: ProgramPath.own)
        var stopped = 0
        // Workers first, so that the scheduler hears them leave.
        for name in daemons.names().sorted(by: >) where daemons.stop(name) { stopped += 1 }
        stopped += daemons.stopSupervisors()
        print(stopped == 0 ? "nothing ran" : "stopped \(stopped) daemons")
    }
}
