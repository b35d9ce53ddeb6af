import ClusterVocabulary
import Dispatch
import Foundation
import Synchronization

/// One text file per job: what happened, line by line, for people. Bounded; once full, newer lines
/// are lost. Written off the loop, in order; a read sees every line that was appended before it.
final class JobLogs: Sendable {
    /// Lines waiting to be written; further ones are lost.
    static let mostWaiting = 65_536

    private enum Change {
        case line(JobID, String)
        case removal(JobID)
    }

    private let folder: String
    private let waiting = Mutex<[Change]>([])
    private let queue = DispatchQueue(label: "mlctl.logs")

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    private func path(_ job: JobID) -> String { "\(folder)/\(job).log" }

    /// Appends a line; what cannot be written is not worth failing for.
    func append(_ line: String, to job: JobID) {
        put(.line(job, line))
    }

    /// Removes a job's log.
    func remove(_ job: JobID) {
        put(.removal(job))
    }

    /// Every log with its bytes, by job.
    func sizes() -> [(job: JobID, bytes: Int64)] {
        drain()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name -> (job: JobID, bytes: Int64)? in
            guard name.hasSuffix(".log"), let number = UInt64(name.dropLast(4)) else { return nil }
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            return (JobID(number), (attributes?[.size] as? NSNumber)?.int64Value ?? 0)
        }.sorted { $0.job < $1.job }
    }

    /// The whole log; empty when there is none.
    func text(of job: JobID) -> String {
        drain()
        return (try? String(contentsOfFile: path(job), encoding: .utf8)) ?? ""
    }

    /// Waits until everything appended so far is written.
    func drain() {
        queue.sync { write() }
    }

    private func put(_ change: Change) {
        let isFirst = waiting.withLock { waiting in
            // A removal is never lost: without its job nobody would remove the file.
            if case .line = change, waiting.count >= JobLogs.mostWaiting { return false }
            waiting.append(change)
            return waiting.count == 1
        }
        if isFirst { queue.async { [self] in write() } }
    }

    private func write() {
        let changes = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        var start = 0
        while start < changes.count {
            switch changes[start] {
            case .removal(let job):
                unlink(path(job))
                start += 1
            case .line(let job, _):
                start = writeLines(of: job, changes, from: start)
            }
        }
    }

    /// Writes the lines of one job that follow each other; the index behind the last.
    private func writeLines(of job: JobID, _ changes: [Change], from start: Int) -> Int {
        let file = fopen(path(job), "a")
        var end = start
        while end < changes.count, case .line(job, let line) = changes[end] {
            if let file, ftell(file) < SchedulerSettings.largestLogBytes {
                fputs(line + "\n", file)
            }
            end += 1
        }
        if let file { fclose(file) }
        return end
    }
}
