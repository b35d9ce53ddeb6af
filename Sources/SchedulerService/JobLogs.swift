import ClusterVocabulary
import Foundation

/// One text file per job: what happened, line by line, for people. Bounded; once full, newer lines
/// are lost.
final class JobLogs: Sendable {
    private let folder: String

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    private func path(_ job: JobID) -> String { "\(folder)/\(job).log" }

    /// Appends a line; what cannot be written is not worth failing for.
    func append(_ line: String, to job: JobID) {
        let path = path(job)
        guard let file = fopen(path, "a") else { return }
        defer { fclose(file) }
        guard ftell(file) < SchedulerSettings.largestLogBytes else { return }
        fputs(line + "\n", file)
    }

    /// The whole log; empty when there is none.
    func text(of job: JobID) -> String {
        (try? String(contentsOfFile: path(job), encoding: .utf8)) ?? ""
    }

    /// Removes a job's log.
    func remove(_ job: JobID) {
        unlink(path(job))
    }
}
