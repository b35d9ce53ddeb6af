/// The algorithms and stopping rules of the specification, with their settings and bounds.
package enum SearchWords {
    /// One setting.
    struct Setting: Sendable {
        /// What it may be.
        enum Kind: Sendable {
            case integer(ClosedRange<Int64>)
            case number(ClosedRange<Double>)
            /// One of these; the first is the default.
            case word([String])
            /// A name the template uses.
            case name
        }

        let name: String
        let kind: Kind

        init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    private static let startup = Setting("startupTrials", .integer(0...1_000_000))
    private static let parzen = [
        startup, Setting("candidates", .integer(1...100_000)), Setting("gamma", .number(0...1)),
        Setting("priorWeight", .number(0...1_000)),
    ]
    private static let halving = [
        Setting("minimumBudget", .integer(1...1_000_000_000)),
        Setting("maximumBudget", .integer(1...1_000_000_000)),
        Setting("reduction", .integer(2...100)), Setting("resource", .name),
    ]

    /// Settings by algorithm; every algorithm has a seed besides.
    static let algorithms: [String: [Setting]] = [
        "auto": [],
        "random": [],
        "grid": [Setting("pointsPerFloat", .integer(1...1_000_000))],
        "sobol": [],
        "halton": [],
        "tpe": parzen,
        "multivariateTpe": parzen,
        "gaussianProcess": [
            startup,
            Setting(
                "acquisition",
                .word(["logExpectedImprovement", "expectedImprovement", "lowerConfidenceBound"])),
            Setting("beta", .number(0...1_000)), Setting("noisy", .word(["true", "false"])),
        ],
        "cmaEs": [
            Setting("population", .integer(2...100_000)), Setting("sigma", .number(1e-9...1e9)),
            Setting("restart", .word(["ipop", "bipop", "none"])),
            Setting("margin", .word(["true", "false"])),
        ],
        "nsga2": [
            Setting("population", .integer(2...100_000)),
            Setting("crossoverProbability", .number(0...1)),
            Setting("mutationProbability", .number(0...1)),
        ],
        "asha": halving,
        "hyperband": halving,
        "bohb": halving,
        "pbt": [
            Setting("population", .integer(2...10_000)),
            Setting("interval", .integer(1...1_000_000_000)),
            Setting("truncation", .number(0...0.5)),
            Setting("resampleProbability", .number(0...1)),
            Setting("generations", .integer(1...1_000_000)),
        ],
    ]

    /// The algorithms in the order they are suggested.
    package static let algorithmNames = [
        "auto", "random", "grid", "sobol", "halton", "tpe", "multivariateTpe", "gaussianProcess",
        "cmaEs", "nsga2", "asha", "hyperband", "bohb", "pbt",
    ]

    /// Names other tools have for the algorithms.
    static let aliases = [
        "gp": "gaussianProcess", "bayesianoptimization": "gaussianProcess", "cmaes": "cmaEs",
        "multivariate-tpe": "multivariateTpe", "nsgaii": "nsga2",
    ]

    static let refusedAlgorithms = [
        "enas": "enas is not supported: its controller was never shown to beat random search;"
            + " use tpe, or a single job for one-shot methods such as DARTS"
    ]

    private static let start = Setting("startStep", .integer(0...1_000_000_000))
    private static let rungs = [
        Setting("resource", .word(["epoch", "step"])),
        Setting("min", .integer(1...1_000_000_000)),
        Setting("max", .integer(1...1_000_000_000)), Setting("reduction", .integer(2...100)),
    ]

    /// Settings by stopping rule.
    static let stopping: [String: [Setting]] = [
        "auto": [start],
        "median": [
            start, Setting("minTrials", .integer(1...1_000_000)),
            Setting("statistic", .word(["best", "mean", "latest"])),
        ],
        "asha": rungs,
        "hyperband": rungs,
        "patience": [
            Setting("steps", .integer(1...1_000_000_000)), Setting("minDelta", .number(0...1e12)),
            start,
        ],
        "threshold": [
            Setting("lower", .number(-1e300...1e300)), Setting("upper", .number(-1e300...1e300)),
            start,
        ],
    ]

    /// The stopping rules in the order they are suggested.
    package static let stoppingNames = [
        "auto", "median", "asha", "hyperband", "patience", "threshold",
    ]
}
