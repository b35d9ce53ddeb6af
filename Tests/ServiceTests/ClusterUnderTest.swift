import Artifacts
import ClusterVocabulary
import Foundation
import Logging
import Messaging
import SchedulerCore
import SchedulerService
import WorkerService

/// A scheduler and workers in this process, with real sockets, ledger and trainer processes.
final class ClusterUnderTest {
    let folder: String
    let scheduler: SchedulerDaemon
    private var workers: [String: WorkerDaemon] = [:]
    private let logger: Logger

    init() throws {
        folder = NSTemporaryDirectory() + "mlctl-test-\(UInt32.random(in: 0 ... .max))"
        var logger = Logger(label: "test")
        logger.logLevel = .warning
        self.logger = logger
        var settings = SchedulerSettings(stateFolder: "\(folder)/scheduler")
        settings.controlEndpoint = "tcp://127.0.0.1:*"
        settings.artifactEndpoint = "tcp://127.0.0.1:*"
        settings.freeBytesFloor = 1 << 20
        scheduler = try SchedulerDaemon(settings: settings, logger: logger)
        try scheduler.start()
    }

    /// The program under test, beside the test bundle.
    static var executable: String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let place = bundle ?? ProcessInfo.processInfo.arguments[0]
        return URL(fileURLWithPath: place).deletingLastPathComponent()
            .appendingPathComponent("mlctl").path
    }

    /// `host` tells workers of different hosts apart: they exchange over TCP, encrypted.
    func startWorker(_ name: String, slots: Int = 1, host: String? = nil) throws {
        let credentials = try Enrolment(
            node: NodeID(name), workerFolder: "\(folder)/\(name)"
        ).joinLocally(stateFolder: "\(folder)/scheduler", patience: .seconds(20))
        var settings = WorkerSettings(
            name: name, milliCPU: Int64(slots) * 1_000, memoryBytes: 4 << 30,
            schedulerEndpoint: scheduler.controlEndpoint,
            serverPublicKey: credentials.serverPublicKey, keys: credentials.own,
            stateFolder: "\(folder)/\(name)", executable: Self.executable,
            cacheBytes: 1 << 30)
        if let host {
            settings.hostID = host
            settings.exchangeAddress = "127.0.0.1"
            settings.exchangePort = 27_072
        }
        let worker = WorkerDaemon(settings: settings, logger: logger)
        try worker.start()
        workers[name] = worker
    }

    func stopWorker(_ name: String) {
        workers.removeValue(forKey: name)?.stop()
    }

    func stop() {
        for worker in workers.values { worker.stop() }
        scheduler.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits until the job has ended, at most so long.
    func end(of job: JobID, within seconds: Double) async throws -> JobRecord? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let record = scheduler.view.job(job), record.state.isFinal { return record }
            try await Task.sleep(for: .milliseconds(10))
        }
        return scheduler.view.job(job)
    }
}
