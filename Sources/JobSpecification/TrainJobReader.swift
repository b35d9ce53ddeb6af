import ClusterVocabulary

/// Reads, defaults and validates one document of kind TrainJob.
struct TrainJobReader {
    let collector: DiagnosticCollector

    /// Fields people look for directly under `spec`, with the place where they belong.
    private static let places = [
        "epochs": "spec.training", "batchSize": "spec.training", "seed": "spec.training",
        "optimizer": "spec.training", "schedule": "spec.training",
        "regularization": "spec.training", "gradientClipping": "spec.training",
        "learningRate": "spec.training.optimizer.sgd",
        "momentum": "spec.training.optimizer.sgd", "hidden": "spec.model.mlp",
        "mlp": "spec.model", "softmaxRegression": "spec.model", "cnn": "spec.model",
        "loss": "spec.training", "classWeights": "spec.training",
        "earlyStopping": "spec.training", "ema": "spec.training", "source": "spec.data",
        "format": "spec.data", "split": "spec.data", "file": "spec.data.source",
        "hostPath": "spec.data.source", "cpu": "spec.resources", "memory": "spec.resources",
        "every": "spec.averaging", "timeLimit": "spec.runPolicy",
        "activeDeadlineSeconds": "spec.runPolicy", "ttlSecondsAfterFinished": "spec.runPolicy",
        "backoffLimit": "spec.runPolicy", "suspend": "spec.runPolicy",
        "name": "metadata", "labels": "metadata",
    ]

    /// The specification, or nothing when anything was reported.
    func read(_ root: FieldReader) -> TrainJobSpecification? {
        let before = collector.count
        let metadata = readMetadata(root)
        root.require("spec", "spec: {data: …, model: …}")
        let spec = root.section("spec")
        root.finish()
        let replicas = spec.integer("replicas", in: Limits.replicas, default: 1)
        let model = readModel(spec)
        let initial = readInitial(spec)
        let training = readTraining(spec, model)
        let (source, format, split) = readData(spec, seed: training.seed)
        checkSteering(spec, training.steering, training.optimizer, split.validation)
        let preprocessing = readPreprocessing(spec)
        var averaging = readAveraging(spec)
        checkFullBatch(
            spec, model.work, training.optimizer, training.loss, training.steering, averaging)
        readCheckpoint(spec, &averaging.work)
        let numerics = spec.word(
            "numerics",
            among: ["auto", "portable", KernelFingerprint.anyCoreType] + KernelFingerprint.ranking,
            default: "auto")
        let (perReplica, mostHosts) = readResources(spec)
        let output = spec.section("output")
        let modelName = output.text("model", NameRules.name) ?? metadata.name
        output.finish()
        let policy = readPolicy(spec)
        spec.belongsElsewhere(TrainJobReader.places)
        spec.finish()
        guard let source, let format, collector.count == before else { return nil }
        var job = TrainJobSpecification(
            name: metadata.name, namespace: metadata.namespace, labels: metadata.labels,
            annotations: metadata.annotations, dataSource: source, format: format,
            validationFraction: split.validation, testFraction: split.test,
            splitSeed: split.seed, standardizes: preprocessing.standardizes, model: model.work,
            loss: training.loss, steering: training.steering, replicas: replicas,
            epochs: training.epochs, batchSize: training.batchSize, seed: training.seed,
            optimizer: training.optimizer, every: averaging.every,
            averagesOptimizerState: averaging.averagesOptimizerState,
            numerics: numerics, perReplica: perReplica, mostHosts: mostHosts,
            modelName: modelName, timeLimitSeconds: policy.timeLimit,
            backoffLimit: policy.backoffLimit, keepFinishedSeconds: policy.keepFinished,
            isSuspended: policy.isSuspended)
        job.averaging = averaging.work
        job.initial = initial
        job.preprocessing = PreprocessingWork(
            steps: preprocessing.steps, isStratified: split.isStratified)
        return job
    }

    /// What `metadata` says.
    struct Metadata {
        var name = ""
        var namespace = "default"
        var labels: [Label] = []
        var annotations: [Label] = []
    }

    /// Reads `metadata`.
    func readMetadata(_ root: FieldReader) -> Metadata {
        root.require("metadata", "metadata: {name: digits}")
        let reader = root.section("metadata")
        reader.require("name", "name: digits")
        var result = Metadata()
        result.name = reader.text("name", NameRules.name) ?? ""
        result.namespace = reader.text("namespace", NameRules.name) ?? "default"
        result.labels = readLabels(reader.section("labels"), NameRules.labelValue)
        result.annotations = readLabels(reader.section("annotations"), NameRules.annotation)
        reader.finish()
        return result
    }

    private func readLabels(
        _ reader: FieldReader, _ rule: (String) -> String?
    ) -> [Label] {
        let entries = reader.writtenEntries
        guard entries.count <= Limits.labels else {
            let message = "has \(entries.count) entries, at most \(Limits.labels) are allowed"
            collector.report(reader.position, reader.path, message)
            return []
        }
        reader.finishRepeated()
        var labels: [Label] = []
        for entry in entries {
            if let problem = NameRules.labelKey(entry.key) {
                collector.report(entry.keyPosition, reader.path, problem)
            } else if let value = reader.text(entry.key, rule) {
                labels.append(Label(key: entry.key, value: value))
            }
        }
        return labels.sorted { $0.key < $1.key }
    }

    private struct Training {
        var epochs = 10
        var batchSize = 32
        var seed: UInt64 = 0
        var optimizer = OptimizerWork.sgd(learningRate: 0.01, momentum: 0)
        var loss = LossWork.plain
        var steering = SteeringWork()
    }

    private func readTraining(_ spec: FieldReader, _ model: Model) -> Training {
        var result = Training()
        let reader = spec.section("training")
        result.epochs = reader.integer("epochs", in: Limits.epochs, default: result.epochs)
        result.optimizer = readOptimizer(reader)
        let isFullBatch = result.optimizer.rule == .lbfgs
        result.batchSize = reader.integer(
            "batchSize", in: Limits.batchSize,
            default: isFullBatch ? Limits.fullBatchSize : result.batchSize)
        result.seed = reader.seed("seed", default: result.seed)
        if let l2 = model.l2 {
            if result.optimizer.l2 > 0 {
                reader.report("regularization", "ridgeRegression states l2 already")
            }
            result.optimizer.l2 = l2
        }
        result.loss = loss(readLoss(reader), for: model.work.kind, reader)
        readClassWeights(reader, into: &result.loss)
        result.steering = readSteering(reader, loss: result.loss.kind)
        reader.belongsElsewhere([
            "learningRate": "spec.training.optimizer.sgd",
            "momentum": "spec.training.optimizer.sgd",
            "sgd": "spec.training.optimizer", "adam": "spec.training.optimizer",
            "l1": "spec.training.regularization", "l2": "spec.training.regularization",
            "weightDecay": "spec.training.optimizer.adamw",
        ])
        reader.finish()
        return result
    }
}
