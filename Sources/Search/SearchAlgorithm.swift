/// How values are chosen, with the settings of each algorithm.
package enum SearchAlgorithm: Sendable, Hashable {
    /// Independent draws from the prior.
    case random
    /// Every combination once, in order.
    case grid(GridSettings)
    /// Sobol's low-discrepancy sequence, scrambled.
    case sobol
    /// Halton's low-discrepancy sequence, scrambled.
    case halton
    /// Tree-structured Parzen estimator, each parameter by itself.
    case tpe(TPESettings)
    /// Tree-structured Parzen estimator over all parameters together.
    case multivariateTPE(TPESettings)
    /// Bayesian optimisation with a Gaussian process.
    case gaussianProcess(GaussianProcessSettings)
    /// Covariance matrix adaptation.
    case cmaEs(CMAESSettings)
    /// Synchronous successive halving in several brackets, random values.
    case hyperband(HalvingSettings)
    /// Asynchronous successive halving, random values.
    case asha(HalvingSettings)
    /// Hyperband's brackets with values from a multivariate TPE.
    case bohb(HalvingSettings)
    /// Population-based training.
    case pbt(PopulationSettings)
    /// Non-dominated sorting genetic algorithm, for several objectives.
    case nsga2(GeneticSettings)
    /// The choice a person who does not want to choose is best served with.
    case auto

    /// The name people write.
    package var name: String {
        switch self {
        case .random: "random"
        case .grid: "grid"
        case .sobol: "sobol"
        case .halton: "halton"
        case .tpe: "tpe"
        case .multivariateTPE: "multivariateTpe"
        case .gaussianProcess: "gaussianProcess"
        case .cmaEs: "cmaEs"
        case .hyperband: "hyperband"
        case .asha: "asha"
        case .bohb: "bohb"
        case .pbt: "pbt"
        case .nsga2: "nsga2"
        case .auto: "auto"
        }
    }
}

/// Settings of the grid.
package struct GridSettings: Sendable, Hashable {
    /// How many values of a real parameter without a step; nil: such a parameter is refused.
    package var pointsPerFloat: Int?

    /// Settings with the defaults most searches are well served by.
    package init(pointsPerFloat: Int? = nil) {
        self.pointsPerFloat = pointsPerFloat
    }
}

/// Settings of the tree-structured Parzen estimators.
package struct TPESettings: Sendable, Hashable {
    /// Trials drawn at random (spread evenly) before the estimator begins.
    package var startupTrials: Int
    /// How many values are drawn and compared for each suggestion; nil: 4 for each parameter by
    /// itself, 24 for all together.
    package var candidates: Int?
    /// Part of the finished trials that count as good, 0 to 1; nil: a tenth, at most 25.
    package var gamma: Double?
    /// Weight of the prior among the observations.
    package var priorWeight: Double

    /// Settings with the defaults most searches are well served by.
    package init(
        startupTrials: Int = 10, candidates: Int? = nil, gamma: Double? = nil,
        priorWeight: Double = 1
    ) {
        self.startupTrials = startupTrials
        self.candidates = candidates
        self.gamma = gamma
        self.priorWeight = priorWeight
    }
}

/// Settings of Bayesian optimisation with a Gaussian process.
package struct GaussianProcessSettings: Sendable, Hashable {
    /// What the next point maximises.
    package enum Acquisition: Sendable, Hashable {
        /// Expected improvement.
        case expectedImprovement
        /// Its logarithm, computed so that it has a slope where the improvement is tiny.
        case logExpectedImprovement
        /// Mean minus `beta` standard deviations, minimised.
        case lowerConfidenceBound(beta: Double)
    }

    /// Trials spread evenly before the process is fitted.
    package var startupTrials: Int
    /// What the next point maximises.
    package var acquisition: Acquisition
    /// Whether measurements of the same point may differ; otherwise noise is kept tiny.
    package var isNoisy: Bool

    /// Settings with the defaults most searches are well served by.
    package init(
        startupTrials: Int = 10,
        acquisition: Acquisition = .logExpectedImprovement,
        isNoisy: Bool = true
    ) {
        self.startupTrials = startupTrials
        self.acquisition = acquisition
        self.isNoisy = isNoisy
    }
}

/// Settings of covariance matrix adaptation.
package struct CMAESSettings: Sendable, Hashable {
    /// What follows when a run has converged.
    package enum Restart: Sendable, Hashable {
        case none
        /// Again with twice the population.
        case ipop
        /// Alternating large and small populations.
        case bipop
    }

    /// Trials of a generation; nil: 4 + 3 ln(parameters).
    package var population: Int?
    /// First standard deviation as a part of the range; nil: a sixth.
    package var sigma: Double?
    /// What follows a run that has converged.
    package var restart: Restart
    /// Keeps whole numbers from freezing at one level (Hamano et al. 2022).
    package var hasMargin: Bool

    /// Settings with the defaults most searches are well served by.
    package init(
        population: Int? = nil, sigma: Double? = nil, restart: Restart = .ipop,
        hasMargin: Bool = true
    ) {
        self.population = population
        self.sigma = sigma
        self.restart = restart
        self.hasMargin = hasMargin
    }
}

/// Settings of the successive halvings.
package struct HalvingSettings: Sendable, Hashable {
    /// The budget of the lowest rung, at least 1.
    package var minimumBudget: Int
    /// The budget of the highest rung.
    package var maximumBudget: Int
    /// Of so many trials one goes up; at least 2.
    package var reduction: Int

    /// Settings with the defaults most searches are well served by.
    package init(minimumBudget: Int = 1, maximumBudget: Int, reduction: Int = 3) {
        self.minimumBudget = minimumBudget
        self.maximumBudget = maximumBudget
        self.reduction = reduction
    }
}

/// Settings of population-based training.
package struct PopulationSettings: Sendable, Hashable {
    /// Members of a generation, at least 2.
    package var population: Int
    /// How many steps each generation adds to the budget.
    package var interval: Int
    /// The part at either end that is replaced and copied, above 0 to one half.
    package var truncation: Double
    /// Chance that a value is drawn afresh instead of perturbed.
    package var resampleProbability: Double
    /// How many generations; nil: until the experiment ends.
    package var generations: Int?

    /// Settings with the defaults most searches are well served by.
    package init(
        population: Int = 10, interval: Int = 1, truncation: Double = 0.2,
        resampleProbability: Double = 0.25, generations: Int? = nil
    ) {
        self.population = population
        self.interval = interval
        self.truncation = truncation
        self.resampleProbability = resampleProbability
        self.generations = generations
    }
}

/// Settings of the genetic algorithm.
package struct GeneticSettings: Sendable, Hashable {
    /// Members of a generation, at least 2.
    package var population: Int
    /// Chance that a child mixes two parents.
    package var crossoverProbability: Double
    /// Chance that a value is changed; nil: one over the number of parameters.
    package var mutationProbability: Double?

    /// Settings with the defaults most searches are well served by.
    package init(
        population: Int = 50, crossoverProbability: Double = 0.9,
        mutationProbability: Double? = nil
    ) {
        self.population = population
        self.crossoverProbability = crossoverProbability
        self.mutationProbability = mutationProbability
    }
}
