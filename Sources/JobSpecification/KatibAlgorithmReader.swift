import ClusterVocabulary

/// Reads Katib's `spec.algorithm`: names and settings of its suggestion services, mapped to ours.
struct KatibAlgorithmReader {
    let collector: DiagnosticCollector

    private static let names = [
        "random", "grid", "tpe", "multivariate-tpe", "bayesianoptimization", "cmaes", "sobol",
        "hyperband",
    ]

    /// Algorithms of Katib that we do not run, with what to do instead.
    private static let refused = [
        "pbt":
            "pbt over a shared volume has no counterpart on plain hosts; our own kind Experiment"
            + " has pbt over a TrainJob, whose checkpoints go through the artifact store",
        "enas": "enas needs Katib's own controller and is not worth its cost; use tpe",
        "darts":
            "darts is one trial whose parameters are three texts; run its program as a single Job",
    ]

    /// The algorithm; random when anything was reported.
    func read(_ spec: FieldReader) -> AlgorithmSpecification {
        let nothing = AlgorithmSpecification(name: "random", seed: 0, settings: [])
        spec.require("algorithm", "algorithm: {algorithmName: random}")
        let reader = spec.section("algorithm")
        reader.require("algorithmName", "algorithmName: random")
        let written = reader.scalar("algorithmName", "a name")?.text ?? "random"
        if let reason = KatibAlgorithmReader.refused[written] {
            reader.report("algorithmName", reason)
            _ = reader.entry("algorithmSettings")
            reader.finish()
            return nothing
        }
        let name = reader.word(
            "algorithmName", among: KatibAlgorithmReader.names, default: "random")
        let settings = KatibSettings(reader, collector)
        let seed = settings.integer("random_state", in: 0...Int64.max) ?? 0
        var result = AlgorithmSpecification(name: "random", seed: UInt64(seed), settings: [])
        switch name {
        case "tpe", "multivariate-tpe":
            result.name = name == "tpe" ? "tpe" : "multivariateTpe"
            result.settings = parzen(settings, isOurs: name == "tpe")
        case "bayesianoptimization":
            result.name = "gaussianProcess"
            result.settings = gaussianProcess(settings)
        case "cmaes":
            result.name = "cmaEs"
            result.settings = cmaEs(settings)
        case "hyperband":
            result.name = "hyperband"
            result.settings = hyperband(settings, reader)
        default: result.name = name
        }
        settings.finish()
        reader.finish()
        result.settings.sort { $0.name < $1.name }
        return result
    }

    private func parzen(
        _ settings: KatibSettings, isOurs: Bool
    ) -> [AlgorithmSpecification.Setting] {
        var found: [AlgorithmSpecification.Setting] = []
        if isOurs {
            if let gamma = settings.number("gamma", in: 0.001...0.999) {
                found.append(.init(name: "gamma", text: gamma.description))
            }
            if let weight = settings.number("prior_weight", in: 1e-9...1_000) {
                found.append(.init(name: "priorWeight", text: weight.description))
            }
            if let count = settings.integer("n_EI_candidates", in: 1...100_000) {
                found.append(.init(name: "candidates", text: String(count)))
            }
            return found
        }
        if let count = settings.integer("n_startup_trials", in: 0...1_000_000) {
            found.append(.init(name: "startupTrials", text: String(count)))
        }
        if let count = settings.integer("n_ei_candidates", in: 1...100_000) {
            found.append(.init(name: "candidates", text: String(count)))
        }
        return found
    }

    /// Katib's `r_l` is the budget of the last rung, `eta` the reduction. What its own service
    /// writes back into the manifest is its state, not ours.
    private func hyperband(
        _ settings: KatibSettings, _ reader: FieldReader
    ) -> [AlgorithmSpecification.Setting] {
        for name in [
            "s_max", "b_l", "r", "n", "current_s", "current_i", "evaluating_trials",
        ] {
            _ = settings.text(name)
        }
        var found: [AlgorithmSpecification.Setting] = []
        if settings.text("r_l") == nil {
            reader.report("algorithmSettings", "hyperband needs r_l, the budget of its last rung")
        } else if let most = settings.number("r_l", in: 1...1e9) {
            found.append(.init(name: "maximumBudget", text: String(Int(most))))
        }
        if let eta = settings.number("eta", in: 2...100) {
            found.append(.init(name: "reduction", text: String(Int(eta.rounded()))))
        }
        if let resource = settings.text("resource_name") {
            found.append(.init(name: "resource", text: resource))
        } else {
            reader.report(
                "algorithmSettings",
                "hyperband needs resource_name, the parameter that says how long a trial trains")
        }
        return found
    }

    private func gaussianProcess(
        _ settings: KatibSettings
    ) -> [AlgorithmSpecification.Setting] {
        var found: [AlgorithmSpecification.Setting] = []
        if let base = settings.text("base_estimator"), base != "GP" {
            settings.report(
                "base_estimator", "\(base.prefix(20)) is not supported; the process is a GP")
        }
        if let count = settings.integer("n_initial_points", in: 0...1_000_000) {
            found.append(.init(name: "startupTrials", text: String(count)))
        }
        switch settings.text("acq_func") {
        case nil, "gp_hedge": break
        case "EI": found.append(.init(name: "acquisition", text: "expectedImprovement"))
        case "LCB": found.append(.init(name: "acquisition", text: "lowerConfidenceBound"))
        case let other?:
            settings.report(
                "acq_func", "\(other.prefix(20)) is not supported; there are gp_hedge, EI and LCB")
        }
        // How the maximum of the acquisition is looked for is ours to choose.
        if let way = settings.text("acq_optimizer"), !["auto", "sampling", "lbfgs"].contains(way) {
            settings.report("acq_optimizer", "is auto, sampling or lbfgs")
        }
        return found
    }

    private func cmaEs(_ settings: KatibSettings) -> [AlgorithmSpecification.Setting] {
        var found: [AlgorithmSpecification.Setting] = []
        if let sigma = settings.number("sigma", in: 1e-9...1e9) {
            found.append(.init(name: "sigma", text: sigma.description))
        }
        switch settings.text("restart_strategy") {
        case nil, "none": found.append(.init(name: "restart", text: "none"))
        case let way? where ["ipop", "bipop"].contains(way):
            found.append(.init(name: "restart", text: way))
        default: settings.report("restart_strategy", "is none, ipop or bipop")
        }
        return found
    }
}
