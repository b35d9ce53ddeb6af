import ArgumentParser
import ClusterVocabulary
import Foundation

/// `mlctl report`: says values from within a command whose job has `metrics: {push: {}}`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report values from within a job, as in: mlctl report loss=0.31 step=7.",
        discussion: """
            For jobs with metrics: {push: {}} and Katib's collector Push. Any program may as well \
            append such a line, or an object of JSON, to the file that MLCTL_METRICS names.
            """)

    @Argument(help: "Values, as name=number.")
    var values: [String]

    func run() throws {
        let variables = ProcessInfo.processInfo.environment
        guard let path = variables[MetricCollector.pushVariable], !path.isEmpty else {
            throw ValidationError(
                "\(MetricCollector.pushVariable) is not set: report works within a job that has"
                    + " metrics: {push: {}}")
        }
        for value in values {
            let parts = value.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, Double(parts[1]) != nil else {
                throw ValidationError("\"\(value)\" is not name=number")
            }
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ValidationError("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let line = Array((values.joined(separator: " ") + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count else {
            throw ValidationError("\(path): \(String(cString: strerror(errno)))")
        }
    }
}
