import Foundation
import Glibc
import Testing

/// The real program as processes on loopback: a scheduler, workers, and the client beside them.
///
/// Every process is started and ended here, by its id; the folder is removed at the end unless a
/// test failed and `MLCTL_KEEP` is set.
final class RealCluster {
    let folder: String
    let http: Int
    let control: Int
    let artifacts: Int
    private var processes: [String: ChildProcess] = [:]

    init() throws {
        folder = NSTemporaryDirectory() + "mlctl-e2e-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        http = RealCluster.freePort()
        control = RealCluster.freePort()
        artifacts = RealCluster.freePort()
    }

    deinit {
        for process in processes.values { process.kill9() }
        endSupervisors()
        if ProcessInfo.processInfo.environment["MLCTL_KEEP"] == nil {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// The program under test, beside the test bundle.
    static let executable: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let place = bundle ?? ProcessInfo.processInfo.arguments[0]
        return URL(fileURLWithPath: place).deletingLastPathComponent()
            .appendingPathComponent("mlctl").path
    }()

    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// A port that nobody listens on just now.
    static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(descriptor, generic, length)
                _ = getsockname(descriptor, generic, &length)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }

    var state: String { "\(folder)/state" }

    /// Set for every process started from now on.
    var moreVariables: [String: String] = [:]

    private var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment.merging(moreVariables) { $1 }
        variables["MLCTL_STATE"] = state
        variables["MLCTL_SERVER"] = "http://127.0.0.1:\(http)"
        variables["XDG_CONFIG_HOME"] = "\(folder)/config"
        variables["MLCTL_TOKEN_FILE"] = nil
        variables["MLCTL_CONTEXT"] = nil
        return variables
    }

    /// Starts the program with arguments of its own.
    func start(_ name: String, _ arguments: [String]) throws {
        let log = "\(folder)/\(name).log"
        processes[name] = try ChildProcess(
            [RealCluster.executable] + arguments, environment: environment, output: log,
            errors: log)
    }

    /// Lets frames between trainers of workers started from now on pass a relay; trainers wait for
    /// each other in silence for so many seconds.
    func relayExchange(silence seconds: Int) throws -> ExchangeRelay {
        let root = "\(folder)/x"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        moreVariables["XDG_RUNTIME_DIR"] = root
        moreVariables["MLCTL_EXCHANGE_SILENCE"] = "\(seconds)"
        return ExchangeRelay(root: root)
    }

    /// The token of the scheduler's user.
    func token() throws -> String {
        try String(contentsOfFile: "\(state)/keys/admin.token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts the scheduler and waits for nothing.
    func launchScheduler() throws {
        try start(
            "scheduler",
            [
                "scheduler", "--state", state, "--http", "127.0.0.1:\(http)",
                "--control", "127.0.0.1:\(control)", "--artifacts", "127.0.0.1:\(artifacts)",
            ])
    }

    /// Starts the scheduler and waits until it answers.
    func startScheduler() async throws {
        try launchScheduler()
        try await eventually(within: 30, "the scheduler answers") {
            self.run(["get", "nodes", "-o", "name"]).code == 0
        }
    }

    /// Starts a worker and waits for nothing.
    func launchWorker(_ name: String, slots: Int = 1) throws {
        try start(
            name,
            [
                "worker", "--name", name, "--slots", "\(slots)",
                "--scheduler", "127.0.0.1:\(control)", "--state", "\(folder)/worker-\(name)",
            ])
    }

    /// The trainer processes of all workers of this cluster.
    func trainers() -> [pid_t] {
        let workers = Set(processes.filter { $0.key != "scheduler" }.map(\.value.number))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            guard
                let status = try? String(
                    contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let words = try? String(
                    contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
                words.contains("trainer"), let name = status.lastIndex(of: ")")
            else { return false }
            // Behind the name in brackets: state, parent, …
            let fields = status[name...].split(separator: " ")
            return fields.count > 2 && workers.contains(pid_t(fields[2]) ?? -1)
        }.sorted()
    }

    /// Starts a worker; with `waiting`, until it is registered.
    func startWorker(_ name: String, slots: Int = 1) async throws {
        try launchWorker(name, slots: slots)
        try await eventually(within: 30, "\(name) is ready") {
            self.run(["get", "nodes"]).output.split(separator: "\n").contains {
                $0.hasPrefix(name) && $0.contains("Ready")
            }
        }
    }

    /// The process id of a daemon; 0 when it does not run.
    func number(of name: String) -> pid_t { processes[name]?.number ?? 0 }

    /// Ends a process at once, as a power cut would.
    func kill9(_ name: String) {
        processes.removeValue(forKey: name)?.kill9()
    }

    /// Sends a process a signal.
    func signal(_ name: String, _ number: Int32) {
        processes[name]?.signal(number)
    }

    /// Asks a process to stop; gives its exit code.
    func terminate(_ name: String) -> Int32 {
        processes.removeValue(forKey: name)?.terminate() ?? -1
    }

    /// What a process has written to its log.
    func log(_ name: String) -> String {
        (try? String(contentsOfFile: "\(folder)/\(name).log", encoding: .utf8)) ?? ""
    }

    /// Runs the client to its end.
    @discardableResult
    func run(
        _ arguments: [String], variables: [String: String] = [:]
    ) -> (code: Int32, output: String, errors: String) {
        let (output, errors) = ("\(folder)/out-\(UUID())", "\(folder)/err-\(UUID())")
        defer {
            unlink(output)
            unlink(errors)
        }
        do {
            let process = try ChildProcess(
                [RealCluster.executable] + arguments,
                environment: environment.merging(variables) { $1 }, output: output,
                errors: errors)
            let code = process.wait()
            return (
                code, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "",
                (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
            )
        } catch {
            return (-1, "", "\(error)")
        }
    }

    /// Writes a file below the cluster's folder.
    func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        let url = URL(fileURLWithPath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: url.path)
    }

    /// The files below a folder, with their contents.
    private func contents(under folder: String) throws -> [(path: String, bytes: Data)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.compactMap { name in
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)")
            else { return nil }
            return (name, bytes)
        }
    }

    /// The files below a folder that contain a text.
    func files(under folder: String, containing text: String) throws -> [String] {
        let wanted = Data(text.utf8)
        return try contents(under: folder).filter { $0.bytes.range(of: wanted) != nil }
            .map(\.path)
    }

    /// Bytes of all files below a folder.
    func bytes(under folder: String) throws -> Int {
        try contents(under: folder).reduce(0) { $0 + $1.bytes.count }
    }

    /// Ends the supervisors of this cluster's workers, found by their state folder.
    private func endSupervisors() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = pid_t(name),
                let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"),
                String(decoding: line, as: UTF8.self).contains("supervisor\0--state\0\(folder)/")
            else { continue }
            kill(process, SIGKILL)
        }
    }

    /// Submits a file; gives the run's name.
    func submit(_ path: String, _ more: [String] = []) throws -> String {
        let result = run(["submit", path] + more)
        try #require(result.code == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What `describe -o json` says.
    func describe(_ job: String) throws -> [String: Any] {
        let result = run(["describe", job, "-o", "json"])
        try #require(result.code == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require(object as? [String: Any])
    }

    /// The `.status` of a job.
    func status(_ job: String) throws -> [String: Any] {
        try #require(try describe(job)["status"] as? [String: Any])
    }

    /// The model's SHA-256 of a job that must have succeeded.
    func modelDigest(_ job: String) throws -> String {
        let status = try status(job)
        try #require(status["state"] as? String == "Succeeded", "\(status)")
        let model = try #require(status["model"] as? [String: Any])
        return try #require(model["sha256"] as? String)
    }

    /// How many memberships a job has had.
    func terms(_ job: String) throws -> Int {
        let frozen = try status(job)["frozen"] as? [String: Any]
        return (frozen?["terms"] as? NSNumber)?.intValue ?? 0
    }

    /// The share of rounds done, 0...1.
    func progress(_ job: String) throws -> Double {
        let status = try status(job)
        if let state = status["state"] as? String, state != "Running", state != "Pending" {
            return 1
        }
        guard let progress = status["progress"] as? [String: Any],
            let done = (progress["completeRounds"] as? NSNumber)?.doubleValue,
            let all = (progress["totalRounds"] as? NSNumber)?.doubleValue, all > 0
        else { return 0 }
        return done / all
    }

    /// Waits for the end of a job and gives its model's digest.
    func digestAtEnd(of job: String, seconds: Int = 60) throws -> String {
        let result = run(["wait", job, "--timeout", "\(seconds)s"])
        try #require(result.code == 0, "\(result.errors) \(log("scheduler"))")
        return try modelDigest(job)
    }

    /// Asks again and again until it is so.
    func eventually(
        within seconds: Double, _ what: String, _ isSo: () throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("did not happen in \(seconds) s: \(what)\n\(log("scheduler"))")
        throw CancellationError()
    }
}
