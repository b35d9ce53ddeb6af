import ArgumentParser
import Client
import ControlAPI
import JobSpecification

/// `mlctl sweep`: a search over a job's parameters without an experiment file.
struct SweepCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Search the best values for fields of a job.",
        discussion: """
            mlctl sweep digits.yaml --param training.optimizer.sgd.learningRate=log:1e-4..1 \
            --param 'model.mlp.hidden=[64],[128,64]' --metric validation.accuracy:max --trials 50

            mlctl sweep --param lr=log:1e-4..1 --metric val_acc:max --trials 50 \\
            -- python train.py --lr {lr}

            A command prints its metrics as name=value words. Spaces are 0.0..1.0, \
            log:1e-4..1, int:1..8, int:log:16..1024 and lists a,b,c; a step \
            comes behind a colon (0..1:0.1). Prints the experiment's name first and shows it until \
            it has ended.
            """)

    @Argument(help: "The file of the job a trial is.", completion: .file(extensions: ["yaml"]))
    var file: String?

    @Argument(
        parsing: .postTerminator,
        help: "Or the command a trial is, behind --; {name} stands for a value.")
    var command: [String] = []

    @Option(help: "The folder a command starts in, packed and sent along.")
    var workdir = "."

    @Option(help: "Processor cores for a command.")
    var cpu = "1"

    @Option(
        name: .customLong("param"),
        help: ArgumentHelp("A field with its values.", valueName: "name=space"))
    var spaces: [String] = []

    @Option(help: ArgumentHelp("What is sought.", valueName: "name:max"))
    var metric: String

    @Option(help: "End at this value of the metric.")
    var goal: Double?

    @Option(help: "How many trials.")
    var trials: Int?

    @Option(help: "How many trials at once.")
    var parallel: Int?

    @Option(help: "How values are chosen: auto, random, grid, sobol, tpe, …")
    var algorithm = "auto"

    @Option(help: "The seed of the algorithm.")
    var seed: UInt64 = 0

    @Option(help: "End trials early: auto, median, asha, hyperband.")
    var earlyStopping: String?

    @Option(help: "The name of the experiment; that of the file without.")
    var name: String?

    @Flag(name: .shortAndLong, help: "Print the name and do not wait.")
    var detach = false

    @Flag(help: "Print the experiment; submit nothing.")
    var dryRun = false

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if (file == nil) == command.isEmpty {
            throw ValidationError("name the file of a job, or a command behind --")
        }
        if spaces.isEmpty {
            throw ValidationError("--param is missing: name at least one field with its values")
        }
        let known = SearchWords.algorithmNames
        if !known.contains(algorithm) {
            throw ValidationError("--algorithm is one of \(known.joined(separator: ", "))")
        }
    }

    func run(_ session: ClientSession) async throws {
        var parsed: [SweepSpace] = []
        for text in spaces { parsed.append(try SweepSpace(parsing: text)) }
        var document = SweepDocument(
            name: name ?? stem, file: file ?? "", spaces: parsed, metric: metric, goal: goal,
            trials: trials, parallel: parallel, algorithm: algorithm, seed: seed,
            earlyStopping: earlyStopping)
        document.command = command
        document.workdir = workdir
        document.resources = "cpu: \(cpu)"
        let specification = SpecificationFile(
            name: "sweep", folder: "", text: try document.text())
        var preparation = JobPreparation()
        _ = try preparation.prepare([specification], overrides: [], namespace: scope.chosen)
        if dryRun {
            try ExperimentActions.show(preparation.experiments, session)
            return
        }
        let submission = Submission(try session.client(), session.console)
        let submitted = try await submission.submit(
            experiments: preparation.experiments, key: nil
        ) { try session.console.line($0.name) }
        if !detach { try await ExperimentActions.follow(submitted, session) }
    }

    /// The name of the file as the name of an experiment.
    private var stem: String {
        let named = file ?? command.last { $0.contains(".") } ?? command.first ?? "sweep"
        let base = named.split(separator: "/").last.map(String.init) ?? "sweep"
        let name = base.split(separator: ".").first.map { $0.lowercased() } ?? "sweep"
        let legal = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }
            .joined().split(separator: "-").joined(separator: "-")
        return legal.isEmpty ? "sweep" : String(legal.prefix(Limits.experimentNameBytes))
    }
}
