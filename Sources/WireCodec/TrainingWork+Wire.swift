import ClusterVocabulary

extension TrainingWork: WireValue {
    init(wire: WireTrainingWork) throws(WireError) {
        let check = FieldChecks("TrainingWork")
        var optimizer = OptimizerWork.sgd(
            learningRate: try check.amount(wire.learningRate, "learning_rate"),
            momentum: try check.share(wire.momentum, "momentum"))
        if wire.hasOptimizer { try optimizer.take(wire.optimizer) }
        let widest = WireLimits.largestSmallCount
        self.init(
            data: try check.required(DatasetReference.self, wire.data, wire.hasData, "data"),
            validationFraction: try check.share(wire.validationFraction, "validation_fraction"),
            testFraction: try check.share(wire.testFraction, "test_fraction"),
            splitSeed: wire.splitSeed,
            standardizes: wire.standardizes,
            hiddenLayers: try check.list(
                wire.hiddenLayers, "hidden_layers", most: WireLimits.mostHiddenLayers
            ) { (width) throws(WireError) in
                _ = try check.number(width, "hidden_layers", 1...widest)
            }.map { Int($0) },
            replicas: try check.integer(
                wire.replicas, "replicas", from: 1, through: Int64(WireLimits.mostReplicas)),
            batchSize: try check.integer(wire.batchSize, "batch_size", from: 1),
            epochs: try check.integer(wire.epochs, "epochs", from: 1),
            seed: wire.seed,
            optimizer: optimizer,
            averagesOptimizerState: wire.averagesOptimizerState,
            stepsPerRound: try check.integer(wire.stepsPerRound, "steps_per_round"))
        if wire.hasAveraging { averaging = try AveragingWork(wire: wire.averaging) }
        if wire.hasModel { try model.take(wire.model) }
        if wire.hasLoss { loss = try LossWork(wire: wire.loss) }
        if wire.hasPreprocessing {
            preprocessing = try PreprocessingWork(wire: wire.preprocessing)
        }
        if wire.hasSteering { steering = try SteeringWork(wire: wire.steering) }
        if wire.hasInitial { initial = try InitialModel(wire: wire.initial) }
        pauseEpoch = try check.integer(wire.pauseEpoch, "pause_epoch", through: wire.epochs)
        auditedRounds = try check.count(wire.auditedRounds, "audited_rounds")
    }

    var wire: WireTrainingWork {
        var wire = WireTrainingWork()
        wire.data = data.wire
        wire.validationFraction = validationFraction
        wire.testFraction = testFraction
        wire.splitSeed = splitSeed
        wire.standardizes = standardizes
        wire.hiddenLayers = model.hidden.map { Int64($0) }
        if !model.isPlain { wire.model = model.wire }
        if loss != .plain { wire.loss = loss.wire }
        if steering != SteeringWork() { wire.steering = steering.wire }
        if preprocessing != PreprocessingWork() { wire.preprocessing = preprocessing.wire }
        wire.replicas = Int64(replicas)
        wire.batchSize = Int64(batchSize)
        wire.epochs = Int64(epochs)
        wire.seed = seed
        wire.learningRate = optimizer.learningRate
        wire.momentum = optimizer.momentum
        if !optimizer.isPlain { wire.optimizer = optimizer.wire }
        wire.averagesOptimizerState = averagesOptimizerState
        wire.stepsPerRound = Int64(stepsPerRound)
        if averaging != AveragingWork() { wire.averaging = averaging.wire }
        wire.pauseEpoch = Int64(pauseEpoch)
        wire.auditedRounds = auditedRounds
        if let initial { wire.initial = initial.wire }
        return wire
    }
}

extension InitialModel: WireValue {
    init(wire: WireInitialModel) throws(WireError) {
        let check = FieldChecks("InitialModel")
        self.init(
            name: try check.text(wire.name, "name"),
            digest: try check.digest(wire.digest, "digest", digits: 64),
            byteCount: try check.count(wire.byteCount, "byte_count"))
    }

    var wire: WireInitialModel {
        var wire = WireInitialModel()
        wire.name = name
        wire.digest = digest
        wire.byteCount = byteCount
        return wire
    }
}

extension DatasetReference: WireValue {
    init(wire: WireDatasetReference) throws(WireError) {
        let check = FieldChecks("DatasetReference")
        self.init(
            key: try check.digest(wire.key, "key", digits: 64),
            files: try check.list(
                File.self, wire.files, "files", most: DatasetReference.mostFiles),
            format: try check.text(wire.format, "format", longest: WireLimits.longestFormat))
        guard wire.hasOwner else { return }
        owner = CommandOwner(
            hostUser: wire.owner.hasHostUser ? wire.owner.hostUser : nil,
            ownsCluster: wire.owner.ownsCluster)
    }

    var wire: WireDatasetReference {
        var wire = WireDatasetReference()
        wire.key = key
        wire.files = files.map(\.wire)
        wire.format = format
        if let owner {
            var words = WireCommandOwner()
            if let hostUser = owner.hostUser { words.hostUser = hostUser }
            words.ownsCluster = owner.ownsCluster
            wire.owner = words
        }
        return wire
    }
}

extension DatasetReference.File: WireValue {
    init(wire: WireDatasetFile) throws(WireError) {
        let check = FieldChecks("DatasetFile")
        self.init(
            role: try check.closed(DatasetReference.Role.self, wire.role.rawValue, "role"),
            digest: try check.digest(wire.digest, "digest", digits: 64),
            byteCount: try check.count(wire.byteCount, "byte_count"),
            hostPath: try check.path(wire.hostPath, "host_path"))
    }

    var wire: WireDatasetFile {
        var wire = WireDatasetFile()
        wire.role = WireDatasetRole(rawValue: Int(role.rawValue)) ?? .unspecified
        wire.digest = digest
        wire.byteCount = byteCount
        wire.hostPath = hostPath
        return wire
    }
}

extension JobRequirements: WireValue {
    init(wire: WireJobRequirements) throws(WireError) {
        let check = FieldChecks("JobRequirements")
        let seconds = 0...WireLimits.longestSeconds
        self.init(
            perLane: try check.required(
                ResourceAmount.self, wire.perLane, wire.hasPerLane, "per_lane"),
            mostHosts: try check.integer(wire.mostHosts, "most_hosts"),
            numerics: try check.text(wire.numerics, "numerics"),
            timeLimitSeconds: try check.number(
                wire.timeLimitSeconds, "time_limit_seconds", seconds),
            backoffLimit: try check.integer(wire.backoffLimit, "backoff_limit"),
            keepFinishedSeconds: try check.number(
                wire.keepFinishedSeconds, "keep_finished_seconds", seconds),
            isSuspended: wire.isSuspended,
            modelName: try check.text(wire.modelName, "model_name"))
    }

    var wire: WireJobRequirements {
        var wire = WireJobRequirements()
        wire.perLane = perLane.wire
        wire.mostHosts = Int64(mostHosts)
        wire.numerics = numerics
        wire.timeLimitSeconds = timeLimitSeconds
        wire.backoffLimit = Int64(backoffLimit)
        wire.keepFinishedSeconds = keepFinishedSeconds
        wire.isSuspended = isSuspended
        wire.modelName = modelName
        return wire
    }
}
