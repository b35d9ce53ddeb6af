import ArgumentParser
import Client
import Foundation
import JobSpecification

/// `mlctl validate`: checks files and submits nothing.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check job specs and cluster files; all errors with line, column and caret.")

    @Argument(help: "Files; - is standard input.", completion: .file(extensions: ["yaml"]))
    var files: [String]

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Replace a field, such as training.epochs=5.", valueName: "path=value"))
    var overrides: [String] = []

    @Flag(help: "Read and check the data of jobs too.")
    var data = false

    func run() throws {
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        let parsed = try SpecificationFile.overrides(overrides)
        var problems: [String] = []
        var preparation = JobPreparation()
        for name in files {
            do throws(ClientFailure) {
                let file = try SpecificationFile.load(name)
                let found = try check(file, parsed, &preparation, console)
                try? console.line("\(file.name): valid, \(found)")
            } catch {
                problems.append(error.message)
            }
        }
        guard problems.isEmpty else {
            throw ClientFailure(.wrongUsage, problems.joined(separator: "\n"))
        }
    }

    private func check(
        _ file: SpecificationFile, _ overrides: [Override], _ preparation: inout JobPreparation,
        _ console: Console
    ) throws(ClientFailure) -> String {
        if file.isCluster {
            switch ClusterConfiguration.read(file.text, file: file.name) {
            case .configuration(let cluster): return "1 Cluster, \(cluster.workers.count) workers"
            case .refused(let diagnostics): throw refusal(diagnostics)
            }
        }
        let reading = file.read(overrides: overrides)
        guard reading.diagnostics.isEmpty else { throw refusal(reading.diagnostics) }
        for warning in reading.warnings { console.note("warning: \(warning.rendered())") }
        if data { _ = try preparation.prepare([file], overrides: overrides) }
        let trained = reading.jobs.count
        let found = [
            ("TrainJob", trained), ("Job", reading.documents.count - trained),
            ("Experiment", reading.experiments.count),
        ]
        return found.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)\($0.1 == 1 ? "" : "s")" }
            .joined(separator: ", ")
    }

    private func refusal(_ diagnostics: [Diagnostic]) -> ClientFailure {
        ClientFailure(
            .wrongUsage, diagnostics.map { $0.rendered() }.joined(separator: "\n"))
    }
}
