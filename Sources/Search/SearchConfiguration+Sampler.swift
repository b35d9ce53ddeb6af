extension SearchConfiguration {
    /// The sampler of the algorithm; refused when settings, space or objectives do not fit it.
    func makeSampler() throws(SearchRefusal) -> any Sampler {
        let takesSeveral: Bool
        switch algorithm {
        case .random, .grid, .sobol, .halton, .nsga2, .auto: takesSeveral = true
        default: takesSeveral = false
        }
        guard takesSeveral || directions.count == 1 else {
            throw .oneObjectiveOnly(algorithm: algorithm.name)
        }
        switch algorithm {
        case .random:
            return RandomSampler(seed: seed)
        case .grid(let settings):
            return try GridSampler(settings, space: space)
        case .sobol:
            return QuasiRandomSampler(.sobol, space: space, seed: seed)
        case .halton:
            return QuasiRandomSampler(.halton, space: space, seed: seed)
        case .tpe(let settings):
            return try TPESampler(settings, isMultivariate: false, space: space, seed: seed)
        case .multivariateTPE(let settings):
            return try TPESampler(settings, isMultivariate: true, space: space, seed: seed)
        case .asha(let settings):
            return try HalvingSampler(
                settings, isSynchronous: false, values: RandomSampler(seed: seed))
        case .hyperband(let settings):
            return try HalvingSampler(
                settings, isSynchronous: true, values: RandomSampler(seed: seed))
        case .bohb(let settings):
            let values = try TPESampler(
                TPESettings(), isMultivariate: true, space: space, seed: seed)
            return try HalvingSampler(settings, isSynchronous: true, values: values)
        case .gaussianProcess(let settings):
            return try GaussianProcessSampler(settings, space: space, seed: seed)
        case .cmaEs(let settings):
            return try CMAESSampler(settings, space: space, seed: seed)
        case .pbt(let settings):
            return try PopulationSampler(settings, seed: seed)
        case .nsga2(let settings):
            return try NSGA2Sampler(settings, space: space, seed: seed)
        case .auto:
            return directions.count > 1
                ? try NSGA2Sampler(GeneticSettings(), space: space, seed: seed)
                : try AutoSampler(space: space, seed: seed)
        }
    }
}
