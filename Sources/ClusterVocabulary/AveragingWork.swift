/// How and when the replicas of a training job are averaged: part of what decides its bits.
///
/// H itself stands in ``TrainingWork/stepsPerRound``; numbers that a rule does not use stand at
/// their defaults.
package struct AveragingWork: Hashable, Sendable {
    /// Which rule cuts the steps into rounds.
    package enum Interval: UInt8, Sendable, CaseIterable {
        /// H steps, always.
        case fixed = 1
        /// One average, after the last step.
        case once = 2
        /// An average after every step until ``AveragingWork/localFrom``, then every H steps.
        case postLocal = 3
        /// At least H steps, more as the learning rate falls (QSR).
        case growing = 4
        /// H is measured during the first rounds, then frozen.
        case measured = 5

        /// The word of specs and descriptions.
        package var word: String {
            switch self {
            case .fixed: "fixed"
            case .once: "once"
            case .postLocal: "postLocal"
            case .growing: "growing"
            case .measured: "auto"
            }
        }
    }

    /// What is done with the averaged delta.
    package enum Outer: UInt8, Sendable, CaseIterable {
        /// It is added to the parameters.
        case average = 1
        /// Slow momentum (SlowMo).
        case slowMomentum = 2
        /// A Nesterov step (DiLoCo).
        case nesterov = 3
        /// The centre moves to the replicas' mean, the replicas to the centre (EASGD).
        case elastic = 4

        /// The word of specs.
        package var word: String {
            switch self {
            case .average: "average"
            case .slowMomentum: "slowMomentum"
            case .nesterov: "nesterov"
            case .elastic: "elastic"
            }
        }
    }

    /// What a replica counts for.
    package enum Weighting: UInt8, Sendable, CaseIterable {
        /// The same as every other.
        case equal = 1
        /// As many rows as it read of the epochs asked for.
        case samples = 2

        /// The word of specs.
        package var word: String {
            switch self {
            case .equal: "equal"
            case .samples: "samples"
            }
        }
    }

    /// How deltas are written on the wire.
    package enum Compression: UInt8, Sendable, CaseIterable {
        /// As they are, 4 bytes an element.
        case none = 1
        /// Rounded to bfloat16, 2 bytes an element; the rest is fed back into the next round.
        case bf16 = 2
        /// One byte an element and a scale for each block, with feedback.
        case int8 = 3

        /// The word of specs.
        package var word: String {
            switch self {
            case .none: "none"
            case .bf16: "bf16"
            case .int8: "int8"
            }
        }
    }

    /// A length that was measured: from `round` on every round has `steps` steps.
    package struct Choice: Hashable, Sendable {
        /// The first round of the new length.
        package var round: Int64
        /// Its local steps.
        package var steps: Int

        /// Takes the numbers.
        package init(round: Int64, steps: Int) {
            self.round = round
            self.steps = steps
        }
    }

    /// How steps are cut into rounds.
    package var interval = Interval.fixed
    /// The step from which `postLocal` averages every H steps.
    package var localFrom = 0
    /// The growth of `growing`: H is at least (alpha / learning rate) squared, rounded down.
    package var alpha: Float = 0
    /// The share of compute that communication may take (`measured`).
    package var target: Float = 0.05
    /// What `measured` found; `nil` until it is frozen.
    package var choice: Choice?
    /// What is done with the averaged delta.
    package var outer = Outer.average
    /// The outer step length (slowMomentum, nesterov); the moving rate (elastic).
    package var outerRate: Float = 1
    /// The outer momentum (slowMomentum, nesterov), 0 ..< 1.
    package var outerMomentum: Float = 0
    /// What a replica counts for.
    package var weighting = Weighting.equal
    /// Whether every replica keeps its optimizer's state over the averages.
    package var keepsOptimizerState = false
    /// How deltas are written on the wire.
    package var compression = Compression.none
    /// Whether the exchange of a round runs beside the computation of the next.
    package var overlaps = false
    /// Seconds between checkpoints; 0 means none by time.
    package var checkpointSeconds: Int64 = 0
    /// Rounds between checkpoints; 0 means none by rounds.
    package var checkpointRounds: Int64 = 0

    /// Plain averaging every H steps.
    package init() {}
}
