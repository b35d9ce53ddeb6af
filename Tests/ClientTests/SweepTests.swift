import ClusterVocabulary
import ControlAPI
import JobSpecification
import Testing

@testable import Client

/// Sweeps of the command line, and what is made of trials.
struct SweepTests {
    @Test(arguments: [
        ("lr=log:1e-4..1", "logUniform: {min: 1e-4, max: 1}"),
        ("p=0.0..1.0", "uniform: {min: 0.0, max: 1.0}"),
        ("p=0..1:0.25", "uniform: {min: 0, max: 1, step: 0.25}"),
        ("n=int:1..8", "int: {min: 1, max: 8}"),
        ("n=int:log:16..1024", "logInt: {min: 16, max: 1024}"),
        ("n=-5..5", "uniform: {min: -5, max: 5}"),
        ("k=a,b,c", "categorical: [a,b,c]"),
        ("h=[64],[128,64]", "categorical: [[64],[128,64]]"),
        ("s=ordinal:s,m,l", "ordinal: [s,m,l]"),
    ])
    func spacesBecomeDomains(text: String, domain: String) throws {
        #expect(try SweepSpace(parsing: text).domain == domain)
    }

    @Test(arguments: ["lr", "=1..2", "lr=", "lr=log:a,b", "lr=1..", "lr=..2", "lr=1..2:3:4"])
    func whatIsNoSpaceIsRefused(text: String) {
        #expect(throws: ClientFailure.self) { try SweepSpace(parsing: text) }
    }

    @Test func aSweepIsAnExperiment() throws {
        let document = SweepDocument(
            name: "digits", file: "job.yaml",
            spaces: [
                try SweepSpace(parsing: "training.optimizer.sgd.learningRate=log:1e-4..1"),
                try SweepSpace(parsing: "model.mlp.hidden=[64],[128,64]"),
            ], metric: "validation.accuracy:max", goal: 0.99, trials: 50, parallel: 4,
            algorithm: "random", seed: 3, earlyStopping: "median")
        let template = """
            apiVersion: mlctl.dev/v1
            kind: TrainJob
            metadata: {name: own}
            spec:
              data: {source: {file: digits.csv}, split: {validation: 0.2}}
              model: {mlp: {hidden: [32]}}
            """
        let reading = SpecificationReader.read(
            try document.text(), file: "sweep",
            templates: TemplateFiles { .text(template, name: $0) })
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        let experiment = try #require(reading.experiments.first)
        #expect(experiment.parameters.map(\.name) == ["learningRate", "hidden"])
        #expect(experiment.limits == TrialLimits(most: 50, parallel: 4, mostFailed: nil))
        #expect(experiment.objectives.first?.direction == .maximize)
        #expect(experiment.algorithm.seed == 3)
        #expect(experiment.earlyStopping?.name == "median")
    }

    @Test func aSweepOfACommandPutsValuesIntoItsWords() throws {
        var document = SweepDocument(
            name: "t", file: "", spaces: [try SweepSpace(parsing: "lr=log:1e-4..1")],
            metric: "val_acc:max", goal: nil, trials: 5, parallel: 2, algorithm: "random",
            seed: 0, earlyStopping: nil)
        document.command = ["python", "t.py", "--lr={lr}", "{other}"]
        let reading = SpecificationReader.read(try document.text(), file: "sweep")
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        let experiment = try #require(reading.experiments.first)
        let rendering = try #require(experiment.template).render(
            [TrialAssignment("lr", .number(0.5))], of: experiment.parameters, name: "t-1-0001",
            namespace: "default")
        guard case .job(.command(let job)) = rendering else {
            Issue.record("\(rendering)")
            return
        }
        #expect(job.command.arguments == ["python", "t.py", "--lr=0.5", "{other}"])
        #expect(job.command.metrics == .assignments)
    }

    @Test func aMetricWithoutItsDirectionIsRefused() {
        let document = SweepDocument(
            name: "x", file: "f", spaces: [], metric: "accuracy", goal: nil, trials: nil,
            parallel: nil, algorithm: "random", seed: 0, earlyStopping: nil)
        #expect(throws: ClientFailure.self) { try document.text() }
    }

    // MARK: What is made of trials

    private func trial(
        _ number: UInt32, _ values: [Double], x: Double = 0, state: Trial.State = .succeeded
    ) -> TrialBody {
        var trial = Trial(
            experiment: ExperimentID(1), number: number, job: JobID(0),
            assignments: [
                .init("x", .number(x)), .init("k", .choice(number % 2 == 0 ? "a" : "b")),
            ],
            origin: .sampled, decision: "a, \"b\"", createdAt: 0)
        trial.values = values
        trial.state = state
        trial.lastStep = Int64(number)
        return TrialBody(trial, experiment: "tune-1", metric: "a", now: 1_000)
    }

    private func experiment(_ directions: [String]) -> ExperimentBody {
        let record = ExperimentRecord(
            id: ExperimentID(1), namespace: "default", name: "tune", run: 1, user: "ana",
            labels: [], idempotencyKey: "",
            limits: TrialLimits(most: 10, parallel: 2, mostFailed: nil), submittedAt: 0)
        return ExperimentBody(
            record, algorithm: "random",
            objectives: directions.enumerated().map {
                .init(metric: ["a", "b"][$0.offset], direction: $0.element, goal: nil)
            }, parameters: ["x", "k"], best: nil)
    }

    @Test func theFrontHoldsWhatNothingDominates() {
        let trials = [
            trial(1, [1, 5]), trial(2, [2, 9]), trial(3, [3, 6]), trial(4, [2, 9]),
            trial(5, [0, 1]), trial(6, [9, 9], state: .failed),
        ]
        let front = ParetoFront(experiment(["minimize", "maximize"]), trials)
        #expect(front.ranked.map(\.trial.number) == [5, 1, 2, 4])
    }

    @Test func importanceFindsWhatMattersAndNothingInNoise() {
        let trials = (1...64).map { (number: Int) -> TrialBody in
            let noise = Double(number * number % 17) / 100
            let value: Double = noise + Double(number)
            return trial(UInt32(number), [value], x: Double(number))
        }
        let shares = ParameterImportance.shares(experiment(["minimize"]), trials)
        #expect(shares.map(\.name) == ["x", "k"])
        #expect(shares[0].share > 0.9)
        #expect(shares[1].share < 0.1)
        #expect(
            ParameterImportance.shares(experiment(["minimize"]), Array(trials.prefix(7))).isEmpty)
    }

    @Test(arguments: ExperimentPlot.Kind.allCases)
    func everyPictureIsDrawn(kind: ExperimentPlot.Kind) throws {
        let trials = (1...20).map { number in
            trial(UInt32(number), [Double(number), -Double(number)], x: Double(number))
        }
        let svg = try ExperimentPlot(experiment(["minimize", "minimize"]), trials).svg(kind)
        #expect(svg.hasPrefix("<svg"))
        #expect(svg.hasSuffix("</svg>\n"))
        #expect(!svg.contains("nan"))
    }

    @Test func tablesQuoteWhatNeedsIt() {
        let text = TrialCSV.text([trial(1, [0.5, 2])], of: experiment(["minimize", "maximize"]))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("trial,name,state,reason,message,objective:a,objective:b,"))
        #expect(lines[1].hasPrefix("1,tune-1-0001,Succeeded,None,,0.5,2.0,0.0,b,"))
        #expect(lines[1].hasSuffix("\"a, \"\"b\"\"\""))
    }

    @Test func curvesBecomeBlocks() {
        #expect(ExperimentText.sparkline([0, 0.5, 1], width: 8) == "▁▅█")
        #expect(ExperimentText.sparkline([], width: 8) == "")
    }
}
