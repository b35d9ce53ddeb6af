import ClusterVocabulary
import Search

/// Whether trials can be paused, gone on with and copied as the algorithm asks for it.
struct ExperimentBudgetCheck {
    let collector: DiagnosticCollector

    /// Reports what stands in the way; `jobs` are trials at the ends of every parameter.
    func check(
        _ experiment: ExperimentSpecification, _ jobs: [TrialTemplate.Job], _ spec: FieldReader
    ) {
        let algorithm = experiment.algorithm
        guard algorithm.isHalving || algorithm.name == "pbt", let template = experiment.template
        else { return }
        let training = jobs.compactMap { job -> TrainJobSpecification? in
            if case .trainJob(let job) = job { return job }
            return nil
        }
        guard let first = training.first else {
            checkCommand(algorithm, template, spec)
            return
        }
        if algorithm.resource != nil {
            spec.report(
                "algorithm",
                "resource: is for commands; the budget of a training job is its epochs")
        }
        checkEpochs(experiment, first, spec)
        if first.averaging.interval == .once {
            spec.report(
                "algorithm",
                "\(algorithm.name) pauses trials between rounds; with averaging.every: once there"
                    + " is only one")
        }
        let averaging = first.averaging
        if averaging.keepsOptimizerState || averaging.outer == .elastic
            || averaging.compression != .none
        {
            // Whole only at some borders of rounds, which need not be those of a budget.
            spec.report(
                "algorithm",
                "\(algorithm.name) pauses trials where their budget ends; what every replica keeps"
                    + " for itself (optimizerState: keep, elastic, compression) is not stored"
                    + " there")
        }
        guard algorithm.name == "pbt" else { return }
        if experiment.earlyStopping != nil {
            spec.report(
                "earlyStopping",
                "pbt replaces the worst trials itself; one that is stopped leaves no state to copy")
        }
        let shape = first.stateShape
        if training.contains(where: { $0.stateShape != shape })
            || first.averaging.interval == .growing
        {
            spec.report(
                "algorithm",
                "pbt copies the state of one trial into another: parameters that change the model,"
                    + " the optimizer's kind, batches or rounds cannot be searched with it")
        }
    }

    private func checkEpochs(
        _ experiment: ExperimentSpecification, _ job: TrainJobSpecification, _ spec: FieldReader
    ) {
        let algorithm = experiment.algorithm
        for (index, parameter) in experiment.parameters.enumerated()
        where parameter.path == "training.epochs" {
            guard let item = spec.value("parameters")?.items?[index] else { continue }
            collector.report(
                item.position, "\(spec.path("parameters"))[\(index)].sets",
                "training.epochs is what \(algorithm.name) decides; it cannot be searched besides")
        }
        if let most = algorithm.maximumBudget, most > job.epochs {
            spec.report(
                "algorithm",
                "maximumBudget \(most) is more than the template's training.epochs, \(job.epochs)")
        }
        guard algorithm.name == "pbt", let generations = algorithm.population.generations else {
            return
        }
        let interval = algorithm.population.interval
        let (steps, isOver) = generations.multipliedReportingOverflow(by: interval)
        if isOver || steps > job.epochs {
            spec.report(
                "algorithm",
                "\(generations) generations of \(interval) epochs are more than the template's"
                    + " training.epochs, \(job.epochs)")
        }
    }

    private func checkCommand(
        _ algorithm: AlgorithmSpecification, _ template: TrialTemplate, _ spec: FieldReader
    ) {
        guard algorithm.isHalving else {
            spec.report(
                "algorithm",
                "pbt copies the state of one trial into another, which only training jobs have:"
                    + " give a TrainJob as the template, or template: {external: {}} to programs"
                    + " that copy their checkpoints themselves")
            return
        }
        guard let resource = algorithm.resource else {
            spec.report(
                "algorithm",
                "\(algorithm.name) trains trials step by step: name the budget, as in resource:"
                    + " epochs, and use it in the template, as ${epochs}")
            return
        }
        let used = Set(PlaceholderSubstitution.names(in: template.root).map(\.name))
        let isUsed: Bool
        switch template.placeholders {
        case .names: isUsed = used.contains(resource)
        case .katib(let references):
            isUsed = references.contains {
                $0.value == resource && used.contains("trialParameters.\($0.key)")
            }
        }
        if !isUsed {
            spec.report(
                "algorithm",
                "the template does not use ${\(resource)}, the budget of a trial: every rung would"
                    + " be the same")
        }
    }
}

extension TrainJobSpecification {
    /// What must be equal for one job to go on from the state of another.
    struct StateShape: Equatable {
        var model: ModelWork
        var rule: OptimizerWork.Rule
        var hasMomentum: Bool
        var keepsAverage: Bool
        var replicas: Int
        var batchSize: Int
        var every: AveragingInterval
    }

    /// The shape of this job's state.
    var stateShape: StateShape {
        var model = model
        model.dropout = 0
        model.inputDropout = 0
        return StateShape(
            model: model, rule: optimizer.rule, hasMomentum: optimizer.momentum > 0,
            keepsAverage: steering.averageDecay > 0, replicas: replicas, batchSize: batchSize,
            every: every)
    }
}

extension ExperimentSpecification {
    /// What the template calls a budget of so much; `nil` when it has no name for it.
    package func budget(_ amount: Int) -> TrialTemplate.Budget? {
        algorithm.resource.map { TrialTemplate.Budget(name: $0, amount: amount) }
    }

    /// The least budget of a trial, as an example.
    var leastBudget: TrialTemplate.Budget? { budget(algorithm.halving.minimumBudget) }
}
