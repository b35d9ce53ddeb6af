import ClusterVocabulary
import Datasets
import Testing

@testable import JobSpecification

@Suite("The canonical form")
struct CanonicalYAMLTests {
    @Test(arguments: [Samples.minimal, Samples.complete])
    func readsBackToTheSameJob(text: String) throws {
        let job = try #require(try Samples.read(text).jobs.first)
        let canonical = job.canonicalYAML()
        let again = try Samples.read(canonical)
        #expect(again.diagnostics.map { $0.rendered() } == [])
        #expect(again.jobs == [job])
        #expect(again.jobs.first?.canonicalYAML() == canonical)
    }

    @Test func artifactsKeepTheirDigests() throws {
        var job = try #require(try Samples.read(Samples.minimal).jobs.first)
        job.format = .idx
        let files = [
            DatasetReference.File(
                role: .train, digest: Samples.digest, byteCount: 4_096, hostPath: ""),
            DatasetReference.File(
                role: .trainLabels, digest: Samples.digest, byteCount: 1 << 40,
                hostPath: "/data/a b"),
        ]
        job.dataSource = .artifact(
            DatasetReference(key: Samples.digest, files: files, format: "idx"))
        let again = try Samples.read(job.canonicalYAML())
        #expect(again.diagnostics.map { $0.rendered() } == [])
        #expect(again.jobs == [job])
    }

    @Test func extremeValuesSurvive() throws {
        var job = try #require(try Samples.read(Samples.complete).jobs.first)
        let rates: [Float] = [.leastNonzeroMagnitude, 1e-5, 0.1, 16_777_216, 999_999.94]
        for rate in rates where rate <= Limits.learningRate {
            job.optimizer.learningRate = rate
            job.optimizer.momentum = Float(1).nextDown
            job.validationFraction = Double.leastNonzeroMagnitude
            #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
        }
    }

    @Test func fullBatchesAndTheModelToBeginFromSurvive() throws {
        let text =
            Samples.minimal + """
                  initial: {model: digits@3}
                  training: {optimizer: {lbfgs: {memory: 7, tolerance: 1e-6}}}

                """
        var job = try #require(try Samples.read(text).jobs.first)
        #expect(job.batchSize == Limits.fullBatchSize)
        #expect(job.initial == InitialModel(name: "digits@3"))
        let work = job.work(data: DatasetReference(key: "", files: [], format: ""))
        #expect(work.stepsPerRound == 1)
        #expect(work.initial == job.initial)
        #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
        job.initial = InitialModel(name: "digits@3", digest: Samples.digest, byteCount: 77)
        #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
    }

    @Test(arguments: [
        "softmaxRegression: {}", "logisticRegression: {}", "linearRegression: {}",
        "linearSVM: {}", "factorizationMachine: {factors: 4}",
        "mlp: {hidden: [8, 4], activation: leakyRelu, slope: 0.2, dropout: 0.5}",
        "mlp: {hidden: [8], activation: gelu, inputDropout: 0.1, normalization: batchNorm}",
        "cnn: {input: {height: 8, width: 6, channels: 3}, layers: [{conv2d: {filters: 4, size: 3,"
            + " stride: 2, padding: 1, activation: identity}}, batchNorm, {activation: {kind:"
            + " tanh}}, {maxPool: {size: 3}}, {averagePool: {size: 2, stride: 1, padding: 1}},"
            + " flatten, {dropout: {rate: 0.25}}, {dense: {units: 5}}, layerNorm: {}]}",
    ])
    func modelsSurvive(model: String) throws {
        let text = Samples.minimal.replacing(
            "mlp: {hidden: [64]}", with: model.replacing("layerNorm: {}", with: "{layerNorm: {}}"))
        let job = try #require(try Samples.read(text).jobs.first)
        let again = try Samples.read(job.canonicalYAML())
        #expect(again.diagnostics.map { $0.rendered() } == [])
        #expect(again.jobs == [job])
    }

    @Test(arguments: [
        "loss: squared", "loss: {huber: {delta: 2}}", "loss: {quantile: {quantile: 0.9}}",
        "loss: {softmaxCrossEntropy: {labelSmoothing: 0.1}}, classWeights: balanced",
        "loss: poisson", "loss: {squaredHinge: {}}, classWeights: {\"1\": 2, b c: 0.5}",
        "loss: hinge", "loss: logistic", "loss: absolute", "earlyStopping: {}",
        "monitor: validation.accuracy, earlyStopping: {patience: 9, minDelta: 0.5}",
        "earlyStopping: {restoreBest: false}", "ema: {}", "ema: {decay: 0.5}",
    ])
    func lossesSurvive(loss: String) throws {
        let text = Samples.minimal + "  training: {\(loss)}\n"
        let job = try #require(try Samples.read(text).jobs.first)
        let again = try Samples.read(job.canonicalYAML())
        #expect(again.diagnostics.map { $0.rendered() } == [])
        #expect(again.jobs == [job])
    }

    @Test func modelsHaveTheirUsualLosses() throws {
        func job(_ model: String) throws -> TrainJobSpecification {
            let text = Samples.minimal.replacing("mlp: {hidden: [64]}", with: model)
            return try #require(try Samples.read(text).jobs.first)
        }
        #expect(try job("mlp: {hidden: [2]}").loss.kind == .softmaxCrossEntropy)
        #expect(try job("linearRegression: {}").loss.kind == .squared)
        #expect(try job("linearSVM: {}").loss.kind == .hinge)
        #expect(try job("logisticRegression: {}").loss.kind == .logistic)
        #expect(try job("factorizationMachine: {}").loss.kind == .logistic)
        let ridge = try job("ridgeRegression: {l2: 0.5}")
        #expect(ridge.model.kind == .linearRegression)
        #expect(ridge.optimizer.l2 == 0.5)
    }

    @Test(arguments: [
        "sgd: {learningRate: 0.5, momentum: 0.9, nesterov: true}", "adagrad: {epsilon: 0.5}",
        "rmsprop: {decay: 0.8, momentum: 0.3, epsilon: 1e-3}", "adadelta: {decay: 0.7}",
        "adam: {beta1: 0.8, beta2: 0.9, epsilon: 1e-4}", "adamw: {weightDecay: 0.25}",
    ])
    func optimizersSurvive(optimizer: String) throws {
        for schedule in [
            "constant: {}", "step: {epochs: 3, factor: 0.5}", "exponential: {factor: 0.9}",
            "cosine: {minimum: 0.1}", "linearWarmupCosine: {warmup: 0.2, minimum: 0.05}",
            "invscaling: {power: 0.25}", "oneCycle: {warmup: 0.4}",
            "plateau: {factor: 0.5, patience: 3, minimum: 0.01}",
        ] {
            let training =
                "  training: {optimizer: {\(optimizer)}, schedule: {\(schedule)}, regularization:"
                + " {l1: 0.1, l2: 0.2}, gradientClipping: {value: 3, norm: 4}}\n"
            let read = try Samples.read(Samples.minimal + training)
            #expect(read.diagnostics.map { $0.rendered() } == [])
            let job = try #require(read.jobs.first)
            #expect(!job.optimizer.isPlain)
            #expect(schedule.hasPrefix(job.optimizer.schedule.shape.word))
            #expect(job.optimizer.clipNorm == 4)
            #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
        }
    }

    @Test(arguments: [
        "none", "{every: 90s}", "{rounds: 4}", "{every: 5m, rounds: 4}", "{}",
    ])
    func checkpointsSurvive(fields: String) throws {
        let read = try Samples.read(Samples.minimal + "  checkpoint: \(fields)\n")
        #expect(read.diagnostics.map { $0.rendered() } == [])
        let job = try #require(read.jobs.first)
        #expect((job.averaging.checkpointSeconds == 0) == ["none", "{rounds: 4}"].contains(fields))
        #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
    }

    @Test(arguments: [
        "every: planned", "every: auto", "every: once", "every: 7, weighting: samples",
        "every: {postLocal: {start: 9, steps: 3}}", "every: {growing: {base: 2, alpha: 0.25}}",
        "outer: {average: {}}", "outer: {slowMomentum: {momentum: 0.25, learningRate: 2}}",
        "outer: {nesterov: {}}, optimizerState: reset",
    ])
    func averagingSurvives(fields: String) throws {
        let read = try Samples.read(Samples.minimal + "  averaging: {\(fields)}\n")
        #expect(read.diagnostics.map { $0.rendered() } == [])
        let job = try #require(read.jobs.first)
        #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
    }

    @Test func stepsAndFormatsSurvive() throws {
        let text = """
            apiVersion: mlctl.dev/v1
            kind: TrainJob
            metadata: {name: people}
            spec:
              data:
                source: {file: people.csv}
                format:
                  csv:
                    target: pay
                    header: true
                    delimiter: "|"
                    decimal: comma
                    missing: ["?", NA, "-999"]
                    exclude: [id, 3]
                    columns: {zip: categorical, 7: numeric}
                    weight: w
                    badRows: {limit: 10}
                split: {validation: 0.1, test: 0.2, seed: 7, stratified: true}
              preprocessing:
                - impute: {strategy: constant, value: "0", columns: [age]}
                - impute: {strategy: median}
                - clip: {quantiles: [0.01, 0.99]}
                - clip: {columns: [age], min: 0, max: 120}
                - standardize: {columns: [age, "2"]}
                - minMax: {min: -1, max: 1}
                - hash: {columns: [city], buckets: 16}
                - labelEncode
                - standardizeTarget
              model: {linearRegression: {}}
            """
        let read = try Samples.read(text)
        #expect(read.diagnostics.map { $0.rendered() } == [])
        let job = try #require(read.jobs.first)
        #expect(job.preprocessing.steps.count == 9)
        #expect(job.preprocessing.isStratified)
        #expect(job.preprocessing.steps[7].kind == .ordinal)
        #expect(!job.standardizes)
        #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
        guard case .csv(let options) = job.format else {
            Issue.record("another format")
            return
        }
        #expect(options.predictsNumber && options.hasDecimalComma && options.badRowLimit == 10)
        #expect(options.delimiter == .pipe)
        #expect(options.kinds.count == 2)
    }

    @Test(arguments: [
        "true", "No", "~", "null", "1", "1.5", "0x1f", "a: b", "- a", "#", "{", "\"", "\\", "'", "",
        " a ", "\u{85}", "\u{2028}", "ä", "😀", "line\nbreak", "*a", "&a", "!a", "%a",
        "@a", "`a", "a#b", "2026-01-01", "=", "<<", "\u{7F}", "\u{0}", "\r",
    ])
    func anyTextSurvives(text: String) throws {
        var job = try #require(try Samples.read(Samples.minimal).jobs.first)
        job.annotations = [Label(key: "note", value: text)]
        #expect(try Samples.read(job.canonicalYAML()).jobs == [job])
    }

    @Test(arguments: [
        "csv;label=name:class;header=auto;delimiter=auto",
        "csv;label=index:64;header=true;delimiter=comma",
        "csv;label=index:-1;header=false;delimiter=tab",
        "csv;label=name:a%3Bb%3D%C3%A4;header=auto;delimiter=semicolon", "idx", "npy",
        "csv;label=index:14;header=false;delimiter=pipe;target=number;decimal=comma;missing=%3F,NA"
            + ";classes=a.:a,b.:b;exclude=name:id,index:2;columns=name:zip:categorical"
            + ";weight=name:w;badRows=10",
        "csv;label=index:0;header=auto;delimiter=%7E", "npy;target=number", "npz",
        "libsvm", "libsvm;target=number;zeroBased=true;features=123;badRows=3",
    ])
    func formatTextsRoundTrip(text: String) throws {
        let format = try #require(DataFormatSpecification(canonicalFormat: text))
        #expect(format.canonicalFormat == text)
        #expect(
            !text.contains("a%3Bb")
                || format == .csv(.init(label: .name("a;b=ä"), delimiter: .semicolon)))
    }

    @Test(arguments: [
        "", "csv", "IDX", "csv;label=;header=auto;delimiter=auto", "idx;",
        "csv;label=name:;header=auto;delimiter=auto", "csv;label=name:%;header=auto;delimiter=auto",
        "csv;label=name:%FF;header=auto;delimiter=auto",
        "csv;label=name:%61;header=auto;delimiter=auto",
        "csv;label=index:-0;header=auto;delimiter=auto",
        "csv;label=index:0;header=auto;delimiter=1", "csv;label=index:0;header=yes;delimiter=auto",
    ])
    func otherFormatTextsAreRefused(text: String) {
        #expect(DataFormatSpecification(canonicalFormat: text) == nil)
    }
}
