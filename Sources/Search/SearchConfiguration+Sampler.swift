extension SearchConfiguration {
    /// The sampler of the algorithm; refused when settings, space or objectives do not fit it.
    func makeSampler() throws(SearchRefusal) -> any Sampler {
        switch algorithm {
        case .random:
            return RandomSampler(seed: seed)
        case .grid(let settings):
            return try GridSampler(settings, space: space)
        case .sobol, .halton, .tpe, .multivariateTPE, .gaussianProcess, .cmaEs, .hyperband, .asha,
            .bohb, .pbt, .nsga2, .auto:
            throw .setting(
                name: "algorithm", problem: "\(algorithm.name) is not in this version")
        }
    }
}
