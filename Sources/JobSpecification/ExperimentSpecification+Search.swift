import ClusterVocabulary
package import Search

extension ExperimentSpecification {
    /// The search this is, for the `Search` target; refused when algorithm and space do not fit.
    package func searchConfiguration() throws -> SearchConfiguration {
        SearchConfiguration(
            algorithm: algorithm.searchAlgorithm, space: try space(),
            directions: objectives.map { $0.direction == .maximize ? .maximize : .minimize },
            seed: algorithm.seed)
    }
}

extension ExperimentSpecification {
    /// The rule that ends trials early; `nil` without one.
    package var earlyStoppingRule: EarlyStoppingRule? {
        get throws {
            guard let rule = earlyStopping else { return nil }
            let start = rule.integer("startStep")
            switch rule.name {
            case "auto":
                var settings = AutoStoppingSettings()
                settings.startStep = start ?? settings.startStep
                return .auto(settings)
            case "asha": return .asha(rule.halving)
            case "hyperband": return .hyperband(rule.halving)
            case "patience":
                return .patience(
                    PatienceSettings(
                        steps: rule.integer("steps") ?? 5,
                        minimumImprovement: rule.number("minDelta") ?? 0, startStep: start ?? 0))
            case "threshold":
                return .threshold(
                    ThresholdSettings(
                        lower: rule.number("lower"), upper: rule.number("upper"),
                        startStep: start ?? 0))
            default:
                var settings = MedianSettings()
                settings.startStep = start ?? settings.startStep
                settings.minimumPeers = rule.integer("minTrials") ?? settings.minimumPeers
                switch rule.settings.first(where: { $0.name == "statistic" })?.text {
                case "mean": settings.statistic = .mean
                case "latest": settings.statistic = .latest
                default: break
                }
                return .median(settings)
            }
        }
    }
}

extension EarlyStoppingSpecification {
    func integer(_ name: String) -> Int? { number(name).flatMap { Int(exactly: $0) } }

    var halving: HalvingSettings {
        HalvingSettings(
            minimumBudget: integer("min") ?? 1, maximumBudget: integer("max") ?? 81,
            reduction: integer("reduction") ?? 3)
    }

    /// Fills in the last step of the rungs, which the template knows.
    mutating func complete(mostSteps: Int?) {
        guard name == "asha" || name == "hyperband", number("max") == nil, let mostSteps else {
            return
        }
        settings.append(.init(name: "max", text: String(mostSteps)))
        settings.sort { $0.name < $1.name }
    }
}

extension AlgorithmSpecification {
    /// The algorithm with the settings given, the others as the search defaults them.
    var searchAlgorithm: SearchAlgorithm {
        switch name {
        case "random": return .random
        case "grid": return .grid(GridSettings(pointsPerFloat: integer("pointsPerFloat")))
        case "sobol": return .sobol
        case "halton": return .halton
        case "tpe": return .tpe(parzen)
        case "multivariateTpe": return .multivariateTPE(parzen)
        case "gaussianProcess": return .gaussianProcess(gaussianProcess)
        case "cmaEs": return .cmaEs(cmaEs)
        case "nsga2":
            var settings = GeneticSettings()
            settings.population = integer("population") ?? settings.population
            settings.crossoverProbability =
                number("crossoverProbability") ?? settings.crossoverProbability
            settings.mutationProbability = number("mutationProbability")
            return .nsga2(settings)
        case "asha": return .asha(halving)
        case "hyperband": return .hyperband(halving)
        case "bohb": return .bohb(halving)
        case "pbt": return .pbt(population)
        default: return .auto
        }
    }

    /// Whether trials pause at rungs.
    package var isHalving: Bool { name == "asha" || name == "hyperband" || name == "bohb" }

    /// The budget of the last rung; `nil` outside of a halving.
    package var maximumBudget: Int? { isHalving ? halving.maximumBudget : nil }

    /// What the template calls the budget of a trial; `nil` when it has no name for it.
    package var resource: String? { text("resource") }

    var population: PopulationSettings {
        var settings = PopulationSettings()
        settings.population = integer("population") ?? settings.population
        settings.interval = integer("interval") ?? settings.interval
        settings.truncation = number("truncation") ?? settings.truncation
        settings.resampleProbability =
            number("resampleProbability") ?? settings.resampleProbability
        settings.generations = integer("generations")
        return settings
    }

    /// Fills in the budgets that the template knows: the epochs of its training job.
    mutating func complete(mostSteps: Int?) {
        guard let mostSteps else { return }
        func give(_ name: String, _ number: Int) {
            guard self.number(name) == nil else { return }
            settings.append(.init(name: name, text: String(number)))
            settings.sort { $0.name < $1.name }
        }
        if isHalving { give("maximumBudget", mostSteps) }
        if name == "pbt" { give("generations", max(1, mostSteps / population.interval)) }
    }

    private func integer(_ name: String) -> Int? { number(name).flatMap { Int(exactly: $0) } }

    private var parzen: TPESettings {
        var settings = TPESettings()
        settings.startupTrials = integer("startupTrials") ?? settings.startupTrials
        settings.candidates = integer("candidates") ?? settings.candidates
        settings.gamma = number("gamma")
        settings.priorWeight = number("priorWeight") ?? settings.priorWeight
        return settings
    }

    private var gaussianProcess: GaussianProcessSettings {
        var settings = GaussianProcessSettings()
        settings.startupTrials = integer("startupTrials") ?? settings.startupTrials
        switch text("acquisition") {
        case "expectedImprovement": settings.acquisition = .expectedImprovement
        case "lowerConfidenceBound":
            settings.acquisition = .lowerConfidenceBound(beta: number("beta") ?? 2)
        default: break
        }
        settings.isNoisy = text("noisy") != "false"
        return settings
    }

    private var cmaEs: CMAESSettings {
        var settings = CMAESSettings()
        settings.population = integer("population")
        settings.sigma = number("sigma")
        switch text("restart") {
        case "none": settings.restart = .none
        case "bipop": settings.restart = .bipop
        default: break
        }
        settings.hasMargin = text("margin") != "false"
        return settings
    }

    var halving: HalvingSettings {
        HalvingSettings(
            minimumBudget: integer("minimumBudget") ?? 1,
            maximumBudget: integer("maximumBudget") ?? 81, reduction: integer("reduction") ?? 3)
    }
}
