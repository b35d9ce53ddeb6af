import ClusterVocabulary
import Foundation
import Search
import Testing

@testable import JobSpecification

/// Experiments as people write them, and the jobs their trials become.
struct ExperimentReaderTests {
    static let text = """
        apiVersion: mlctl.dev/v1
        kind: Experiment
        metadata:
          name: tune
          namespace: team-a
          labels: {tier: "1"}
          annotations: {note: "a b"}
        spec:
          objective: {metric: validation.accuracy, direction: maximize, goal: 0.99, strategy: best}
          algorithm: {random: {seed: 3}}
          earlyStopping: {asha: {resource: epoch, min: 2, reduction: 3}}
          trials: {max: 200, parallel: 6, maxFailed: 10}
          parameters:
            - name: lr
              logUniform: {min: 1.0e-4, max: 1}
              sets: training.optimizer.sgd.learningRate
            - name: model
              categorical: [{softmaxRegression: {}}, {mlp: {hidden: [32]}}]
              sets: model
            - name: hidden
              categorical: [[64], [128, 64]]
              sets: model.mlp.hidden
              when: {model: [{mlp: {hidden: [32]}}]}
            - {name: batch, ordinal: [16, 32, 64], sets: training.batchSize}
            - {name: epochs, logInt: {min: 1, max: 100}}
            - name: momentum
              normal: {min: 0, max: 0.99}
              sets: spec.training.optimizer.sgd.momentum
          enqueue: [{lr: 0.05, model: {softmaxRegression: {}}, batch: 32, epochs: 3, momentum: 0.5}]
          warmStart: [tune-1]
          template:
            apiVersion: mlctl.dev/v1
            kind: TrainJob
            metadata: {labels: {own: "yes"}}
            spec:
              data: {source: {file: digits.csv}, split: {validation: 0.2}}
              model: {mlp: {hidden: [32]}}
              training: {epochs: "${epochs}"}

        """

    private func experiment(_ text: String = text) throws -> ExperimentSpecification {
        let reading = SpecificationReader.read(text, file: "tune.yaml")
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        return try #require(reading.experiments.first)
    }

    @Test func everyFieldIsRead() throws {
        let experiment = try experiment()
        #expect(experiment.namespace == "team-a")
        #expect(
            experiment.objectives == [
                ObjectiveSpecification(
                    metric: "validation.accuracy", direction: .maximize, goal: 0.99,
                    strategy: .best)
            ])
        #expect(experiment.algorithm.name == "random")
        #expect(experiment.earlyStopping?.number("max") == 100, "the longest trial there can be")
        #expect(experiment.algorithm.seed == 3)
        #expect(experiment.limits == TrialLimits(most: 200, parallel: 6, mostFailed: 10))
        #expect(experiment.parameters.map(\.name).count == 6)
        #expect(experiment.parameters[2].condition == .init(parent: "model", choices: [1]))
        #expect(experiment.parameters[0].domain == .logUniform(1e-4, 1))
        #expect(experiment.enqueued.count == 1)
        #expect(experiment.warmStart == ["tune-1"])
    }

    @Test func theCanonicalTextGivesTheSameExperiment() throws {
        let experiment = try experiment()
        let again = try self.experiment(experiment.canonicalYAML())
        #expect(again == experiment)
        #expect(again.canonicalYAML() == experiment.canonicalYAML())
    }

    @Test func aTrialIsTheTemplateWithItsValues() throws {
        let experiment = try experiment()
        let template = try #require(experiment.template)
        let values: [TrialAssignment] = [
            .init("lr", .number(0.25)), .init("model", .choice("{mlp: {hidden: [32]}}")),
            .init("hidden", .choice("[128, 64]")), .init("batch", .choice("64")),
            .init("epochs", .integer(7)), .init("momentum", .number(0.5)),
        ]
        let rendering = template.render(
            values, of: experiment.parameters, name: "tune-1-0003", namespace: "team-a",
            labels: [Label(key: "trial", value: "3")])
        guard case .job(.trainJob(let job)) = rendering else {
            Issue.record("\(rendering)")
            return
        }
        #expect(job.name == "tune-1-0003")
        #expect(job.namespace == "team-a")
        #expect(job.optimizer.learningRate == 0.25)
        #expect(job.optimizer.momentum == 0.5)
        #expect(job.hiddenLayers == [128, 64])
        #expect(job.batchSize == 64)
        #expect(job.epochs == 7)
        #expect(job.labels.map(\.key) == ["own", "trial"])
    }

    @Test func aValueThatLooksLikeAPlaceholderIsNotLookedAtAgain() {
        let substitution = PlaceholderSubstitution(
            prefix: "",
            values: ["a": .init(text: "${b}", yaml: "\"${b}\""), "b": .init(text: "x", yaml: "x")])
        #expect(substitution.replaced("--p ${a} ${b} ${HOME} ${") == "--p ${b} x ${HOME} ${")
    }

    @Test func aPlaceholderThatIsAWholeValueKeepsItsType() throws {
        let node = YAMLNode(
            position: SourcePosition(origin: 0, line: 1, column: 1),
            content: .scalar("${n}", isPlain: false))
        let substitution = PlaceholderSubstitution(
            prefix: "", values: ["n": .init(text: "[1, 2]", yaml: "[1, 2]")])
        #expect(substitution.applied(to: node).items?.count == 2)
    }

    @Test func templatesLieInFilesOfTheClient() throws {
        let text =
            Self.text.components(separatedBy: "  template:")[0] + "  template: {file: job.yaml}\n"
        let files = TemplateFiles { path in
            path == "job.yaml"
                ? .text(
                    """
                    apiVersion: mlctl.dev/v1
                    kind: TrainJob
                    metadata: {name: own}
                    spec:
                      data: {source: {file: digits.csv}, split: {validation: 0.2}}
                      model: {mlp: {hidden: [32]}}
                      training: {epochs: "${epochs}"}
                    """, name: "folder/job.yaml") : .problem("is not there")
        }
        let reading = SpecificationReader.read(text, file: "tune.yaml", templates: files)
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        #expect(reading.experiments.first?.template?.file == "folder/job.yaml")
        let refused = SpecificationReader.read(text, file: "tune.yaml")
        #expect(refused.diagnostics.first?.path == "spec.template.file")
    }

    @Test func warmStartsAndGridsAndAliasesAreUnderstood() throws {
        let grid = try experiment(
            """
            apiVersion: mlctl.dev/v1
            kind: Experiment
            metadata: {name: g}
            spec:
              objectives: [{metric: a, direction: minimize}, {metric: b, direction: maximize}]
              algorithm: {nsga2: {}}
              parameters: [{name: x, uniform: {min: 0, max: 1, step: 0.25}}]
              template: {external: {timeout: 2h}}

            """.replacingOccurrences(of: "nsga2", with: "random"))
        #expect(grid.objectives.count == 2)
        #expect(grid.template == nil)
        #expect(grid.externalSeconds == 7_200)
        #expect(grid.limits.most == Limits.defaultTrials)
    }
}
