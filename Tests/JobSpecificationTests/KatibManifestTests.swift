import ClusterVocabulary
import Testing

@testable import JobSpecification

/// The shapes of experiments that people bring from Katib: each is taken, or refused with a reason
/// that names the field.
struct KatibManifestTests {
    /// A manifest in Katib's form, with parts in the places where examples differ.
    private func manifest(
        algorithm: String = "algorithmName: random", more: String = "", collector: String = "",
        parameters: String = Self.range, container: String = Self.container,
        kind: String = "batch/v1", template: String = ""
    ) -> String {
        """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {namespace: kubeflow, name: example}
        spec:
          objective:
            type: minimize
            goal: 0.001
            objectiveMetricName: loss
            additionalMetricNames: [Train-accuracy]
          algorithm: {\(algorithm)}
          parallelTrialCount: 3
          maxTrialCount: 12
          maxFailedTrialCount: 3
        \(more)\(collector)\(parameters)
          trialTemplate:
            primaryContainerName: training-container
            trialParameters:
              - {name: learningRate, description: Learning rate, reference: lr}
        \(template)
            trialSpec:
              apiVersion: \(kind)
              kind: \(kind == "batch/v1" ? "Job" : "PyTorchJob")
              spec:
                template:
                  spec:
                    containers:
                      - name: training-container
        \(container)
                    restartPolicy: Never

        """
    }

    private static let range = """
          parameters:
            - {name: lr, parameterType: double, feasibleSpace: {min: "0.01", max: "0.05"}}
        """
    private static let container = """
                        image: example.org/mnist:latest
                        command: ["python3", "/mnist.py", "--lr=${trialParameters.learningRate}"]
                        resources: {limits: {memory: "1Gi", cpu: "0.5"}}
        """

    private func read(_ text: String) -> SpecificationReader.Reading {
        SpecificationReader.read(text, file: "katib.yaml")
    }

    private func metrics(_ collector: String) throws -> MetricSource {
        let reading = read(manifest(collector: "  metricsCollectorSpec: \(collector)\n"))
        #expect(reading.diagnostics.map { $0.rendered() } == [])
        let experiment = try #require(reading.experiments.first)
        // What is stored is the canonical text: it must say the same.
        let again = read(experiment.canonicalYAML())
        #expect(again.diagnostics.map { $0.rendered() } == [])
        #expect(again.experiments.first == experiment)
        guard case .job(.command(let job))? = again.experiments.first?.exampleJob() else {
            Issue.record("no job")
            return .none
        }
        return job.command.metrics
    }

    @Test func everyCollectorIsTaken() throws {
        #expect(try metrics("{collector: {kind: StdOut}}") == .text)
        #expect(
            try metrics("{collector: {kind: File}}")
                == .collected(
                    MetricCollector(.file(path: "/var/log/katib/metrics.log", form: .text))))
        #expect(
            try metrics(
                "{source: {filter: {metricsFormat: ['{n: (\\w+), v: ([\\d.]+)}']},"
                    + " fileSystemPath: {path: /katib/m.log, kind: File}}, collector: {kind: File}}"
            )
                == .collected(
                    MetricCollector(
                        .file(path: "/katib/m.log", form: .text),
                        filters: ["{n: (\\w+), v: ([\\d.]+)}"])))
        #expect(
            try metrics(
                "{source: {fileSystemPath: {path: /katib/m.json, kind: File, format: JSON}},"
                    + " collector: {kind: File}}")
                == .collected(MetricCollector(.file(path: "/katib/m.json", form: .json))))
        #expect(
            try metrics(
                "{source: {fileSystemPath: {path: /train, kind: Directory}},"
                    + " collector: {kind: TensorFlowEvent}}")
                == .collected(MetricCollector(.events(folder: "/train"))))
        #expect(
            try metrics(
                "{source: {httpGet: {port: 9090, path: /p}}, collector: {kind: PrometheusMetric}}"
            )
                == .collected(
                    MetricCollector(
                        .scrape(port: 9_090, path: "/p", names: ["loss", "Train-accuracy"]))))
        #expect(try metrics("{collector: {kind: Push}}") == .collected(MetricCollector(.pushed)))
        #expect(
            try metrics(
                "{source: {filter: {metricsFormat: ['(\\w+)=(\\d+)']}}, collector: {kind: StdOut}}")
                == .collected(MetricCollector(.output, filters: ["(\\w+)=(\\d+)"])))
    }

    @Test func aCollectorThatCannotWorkIsRefusedByField() {
        let cases = [
            ("{collector: {kind: Custom}}", "collector.kind"),
            ("{collector: {kind: None}}", "collector.kind"),
            ("{collector: {kind: Fill}}", "collector.kind"),
            (
                "{collector: {kind: File}, source: {fileSystemPath: {path: m.log, kind: File}}}",
                "source.fileSystemPath.path"
            ),
            (
                "{collector: {kind: File}, source: {fileSystemPath: {path: /m, kind: Directory}}}",
                "source.fileSystemPath.kind"
            ),
            (
                "{collector: {kind: TensorFlowEvent},"
                    + " source: {fileSystemPath: {path: /m, kind: Directory, format: TEXT}}}",
                "source.fileSystemPath.format"
            ),
            ("{collector: {kind: StdOut}, source: {httpGet: {port: 1}}}", "source.httpGet"),
            (
                "{collector: {kind: PrometheusMetric}, source: {httpGet: {port: 0}}}",
                "source.httpGet.port"
            ),
            (
                "{collector: {kind: PrometheusMetric}, source: {httpGet: {host: db.example.org}}}",
                "source.httpGet.host"
            ),
            (
                "{collector: {kind: PrometheusMetric}, source: {httpGet: {path: metrics}}}",
                "source.httpGet.path"
            ),
            (
                "{collector: {kind: StdOut}, source: {filter: {metricsFormat: ['a=(b)']}}}",
                "source.filter.metricsFormat[0]"
            ),
            (
                "{collector: {kind: StdOut}, source: {filter: {metricsFormat: ['(a=(b']}}}",
                "source.filter.metricsFormat[0]"
            ),
        ]
        for (collector, field) in cases {
            let found = read(manifest(collector: "  metricsCollectorSpec: \(collector)\n"))
            #expect(
                found.diagnostics.map(\.path) == ["spec.metricsCollectorSpec.\(field)"],
                "\(collector): \(found.diagnostics.map { $0.rendered() })")
        }
    }

    @Test func whatHasNoEffectIsSaid() {
        let reading = read(
            manifest(container: Self.container + "\n                workingDir: /opt/app"))
        #expect(reading.diagnostics.isEmpty)
        let container = "spec.trialTemplate.trialSpec.spec.template.spec.containers[0]"
        #expect(
            reading.warnings.map(\.path) == ["\(container).image", "\(container).workingDir"])
        #expect(reading.warnings.first?.message.contains("example.org/mnist:latest") == true)
        #expect(reading.warnings.first?.line == 29)
    }

    @Test func resumePoliciesSayWhetherAnEndedExperimentMayGoOn() throws {
        for (policy, isResumable) in [
            ("Never", false), ("LongRunning", true), ("FromVolume", true),
        ] {
            let reading = read(manifest(more: "  resumePolicy: \(policy)\n"))
            let experiment = try #require(reading.experiments.first)
            #expect(experiment.isResumable == isResumable, "\(policy)")
            let again = read(experiment.canonicalYAML()).experiments.first
            #expect(again?.isResumable == isResumable, "\(policy)")
        }
        #expect(try #require(read(manifest()).experiments.first).isResumable)
    }

    @Test func theTrialKnowsItsName() throws {
        let experiment = try #require(read(manifest()).experiments.first)
        let rendering = experiment.template?.render(
            [.init("lr", .number(0.02))], of: experiment.parameters, name: "example-1-0007",
            namespace: "kubeflow")
        guard case .job(.command(let job))? = rendering else {
            Issue.record("\(String(describing: rendering))")
            return
        }
        #expect(
            job.command.environment == [
                EnvironmentVariable(name: "KATIB_TRIAL_NAME", value: "example-1-0007")
            ])
        #expect(job.command.arguments.last == "--lr=0.02")
    }

    @Test func everyExampleIsTakenOrRefusedWithItsField() {
        let settings = "algorithmSettings:"
        let cases: [(name: String, text: String, fields: [String])] = [
            ("random", manifest(), []),
            ("tpe", manifest(algorithm: "algorithmName: tpe"), []),
            ("sobol", manifest(algorithm: "algorithmName: sobol"), []),
            (
                "bayesian",
                manifest(
                    algorithm: "algorithmName: bayesianoptimization, \(settings)"
                        + " [{name: random_state, value: \"10\"}]"), []
            ),
            ("resume", manifest(more: "  resumePolicy: FromVolume\n"), []),
            (
                "median stop",
                manifest(
                    more: "  earlyStopping: {algorithmName: medianstop, \(settings)"
                        + " [{name: min_trials_required, value: \"1\"}]}\n"), []
            ),
            (
                "darts",
                manifest(
                    algorithm: "algorithmName: darts, \(settings)"
                        + " [{name: num_epochs, value: \"3\"}]"),
                ["spec.algorithm.algorithmName"]
            ),
            (
                "enas", manifest(algorithm: "algorithmName: enas"), ["spec.algorithm.algorithmName"]
            ),
            (
                "neural architecture",
                manifest(parameters: "  nasConfig: {graphConfig: {numLayers: 8}}"),
                ["spec.nasConfig", "spec.trialTemplate.trialParameters[0].reference"]
            ),
            (
                "training operator", manifest(kind: "kubeflow.org/v1"),
                ["spec.trialTemplate.trialSpec.kind"]
            ),
            (
                "config map", manifest(template: "    configMap: {configMapName: a}"),
                ["spec.trialTemplate.configMap"]
            ),
            (
                "volumes",
                manifest(
                    container: Self.container
                        + "\n                volumeMounts: [{name: d, mountPath: /d}]"),
                [
                    "spec.trialTemplate.trialSpec.spec.template.spec.containers[0].volumeMounts"
                ]
            ),
        ]
        for (name, text, fields) in cases {
            let found = read(text)
            #expect(
                found.diagnostics.map(\.path) == fields,
                "\(name): \(found.diagnostics.map { $0.rendered() })")
            #expect(found.experiments.isEmpty == !fields.isEmpty, "\(name)")
        }
    }
}
