import ArgumentParser
import Client
import ClusterVocabulary
import ControlAPI
import JobSpecification

/// `mlctl submit`: checks specs and data here, uploads what is new, submits.
struct SubmitCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Check job specs and their data, upload what is new, and submit.",
        discussion: """
            Prints the names of the runs, one a line. Nothing is submitted unless all documents \
            of all files and all their data are right.
            """)

    @Argument(help: "Spec files; - is standard input.", completion: .file(extensions: ["yaml"]))
    var files: [String]

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Replace a field, such as training.epochs=5.", valueName: "path=value"))
    var overrides: [String] = []

    @Flag(help: "Show the progress until the jobs end; exit 1 when one fails.")
    var follow = false

    @Flag(help: "Print the spec with its defaults and the plan; submit nothing.")
    var dryRun = false

    @Option(help: "The same key gives the same runs, however often it is submitted.")
    var key: String?

    @Option(
        name: [.customShort("n"), .long], help: "The namespace, in place of the one in the specs.")
    var namespace: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if files.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("standard input can be read only once")
        }
        if dryRun, follow { throw ValidationError("--dry-run submits nothing to --follow") }
        if let key, key.isEmpty || key.utf8.count > SubmitRequest.longestKey - 8 {
            throw ValidationError("--key has 1 to \(SubmitRequest.longestKey - 8) bytes")
        }
    }

    func run(_ session: ClientSession) async throws {
        var overrides = overrides
        if let namespace { overrides.append("metadata.namespace=\(namespace)") }
        let parsed = try SpecificationFile.overrides(overrides)
        var loaded: [SpecificationFile] = []
        for file in files { loaded.append(try SpecificationFile.load(file)) }
        var preparation = JobPreparation()
        let jobs = try preparation.prepare(loaded, overrides: parsed)
        for warning in preparation.warnings { session.console.note(warning) }
        if dryRun {
            try await show(jobs, session)
            try ExperimentActions.show(preparation.experiments, session)
            return
        }
        let submission = Submission(try session.client(), session.console)
        var submitted: [SubmittedJob] = []
        if !jobs.isEmpty {
            submitted = try await submission.submit(jobs, key: key) { accepted in
                for job in accepted { try session.console.line(job.name) }
            }
        }
        let experiments = try await submission.submit(
            experiments: preparation.experiments, key: key.map { "\($0)/x" }
        ) { try session.console.line($0.name) }
        if follow {
            if submitted.count == 1, case .command(let job) = jobs[0].specification {
                try await JobActions.follow(
                    command: submitted[0], ranks: job.command.ranks, session)
            } else if !submitted.isEmpty {
                try await JobActions.follow(submitted, session)
            }
            try await ExperimentActions.follow(experiments, session)
        }
    }

    private func show(_ jobs: [JobPreparation.Prepared], _ session: ClientSession) async throws {
        var unreachable: String?
        for (index, job) in jobs.enumerated() {
            var placed: PlannedJob?
            if unreachable == nil {
                let request = SubmitRequest(specification: job.specification.canonicalYAML())
                do {
                    placed = try await session.client().plan(request).first
                } catch let failure as ClientFailure
                    where [.unreachable, .refused].contains(failure.status)
                {
                    unreachable = failure.message
                }
            }
            if index > 0 { try session.console.line("---") }
            try session.console.write(Array(job.written.canonicalYAML().utf8))
            for line in PlanText.lines(job, placed: placed, unreachable: unreachable) {
                try session.console.line(line)
            }
        }
    }
}
