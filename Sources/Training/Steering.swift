/// What a job decides from its validation: when to stop, which epoch was best, when the learning
/// rate falls.
///
/// A pure function of the figures it was told, in order; every member of a job tells it the same
/// ones and so decides the same. The figure of the state after t rounds is measured in round t and
/// told when that round is complete: what it decides holds from round t + 1 on.
package struct Steering: Sendable, Equatable {
    /// What is watched and what follows from it.
    package struct Rules: Sendable, Hashable {
        /// Whether more is better.
        package var prefersMore: Bool
        /// Epochs without improvement after which training stops; 0 means never.
        package var patience: Int
        /// By how much a figure must be better to count.
        package var leastChange: Double
        /// Whether the values of the best epoch are kept.
        package var keepsBest: Bool
        /// When the learning rate falls; nil means never.
        package var plateau: Plateau?

        /// Takes the rules.
        package init(
            prefersMore: Bool = false, patience: Int = 0, leastChange: Double = 0,
            keepsBest: Bool = false, plateau: Plateau? = nil
        ) {
            self.prefersMore = prefersMore
            self.patience = patience
            self.leastChange = leastChange
            self.keepsBest = keepsBest
            self.plateau = plateau
        }

        /// Whether anything is decided at all.
        package var isActive: Bool { patience > 0 || keepsBest || plateau != nil }
    }

    /// The learning rate is multiplied after epochs without improvement, as PyTorch's
    /// `ReduceLROnPlateau` has it: a figure counts when better by 10⁻⁴ of the best one.
    package struct Plateau: Sendable, Hashable {
        /// What the rate is multiplied by.
        package var factor: Float
        /// The most epochs without improvement that are borne.
        package var patience: Int
        /// The smallest multiple of the first rate.
        package var minimum: Float

        /// Takes the numbers.
        package init(factor: Float, patience: Int, minimum: Float) {
            self.factor = factor
            self.patience = patience
            self.minimum = minimum
        }

        static let threshold = 1e-4
    }

    /// The rules.
    package let rules: Rules
    /// The best figure so far; nil before the first.
    package private(set) var best: Double?
    /// Complete rounds of the state that had it; 0 before the first.
    package private(set) var bestRound: Int64 = 0
    /// Epochs since.
    package private(set) var stale = 0
    /// Whether training ends now.
    package private(set) var isStopped = false
    /// What learning rates are multiplied by.
    package private(set) var rateFactor: Float = 1
    private var plateauBest: Double?
    private var plateauStale = 0

    /// Nothing told yet.
    package init(_ rules: Rules) {
        self.rules = rules
    }

    /// Takes the figure of the state after so many complete rounds; true when it is the best so
    /// far. NaN is never best.
    package mutating func observe(_ figure: Double, afterRounds round: Int64) -> Bool {
        steerRate(figure)
        let isBest = isBetter(figure, than: best, by: rules.leastChange)
        if isBest {
            best = figure
            bestRound = round
            stale = 0
        } else {
            stale += 1
            if rules.patience > 0, stale >= rules.patience { isStopped = true }
        }
        return isBest
    }

    /// Whether a figure of the last state beats the best one.
    package func isBest(_ figure: Double) -> Bool {
        isBetter(figure, than: best, by: 0)
    }

    private func isBetter(_ figure: Double, than best: Double?, by margin: Double) -> Bool {
        guard !figure.isNaN else { return false }
        guard let best else { return true }
        return rules.prefersMore ? figure > best + margin : figure < best - margin
    }

    private mutating func steerRate(_ figure: Double) {
        guard let plateau = rules.plateau else { return }
        let margin = Plateau.threshold * abs(plateauBest ?? 0)
        if isBetter(figure, than: plateauBest, by: margin) {
            plateauBest = figure
            plateauStale = 0
            return
        }
        plateauStale += 1
        guard plateauStale > plateau.patience else { return }
        plateauStale = 0
        rateFactor = max(plateau.minimum, rateFactor * plateau.factor)
    }
}

extension Steering {
    /// Words of the encoded form.
    package static let wordCount = 7

    /// The encoded form of everything but the rules.
    package var encoded: [UInt64] {
        [
            (best ?? .nan).bitPattern, UInt64(bitPattern: bestRound), UInt64(clamping: stale),
            isStopped ? 1 : 0, UInt64(rateFactor.bitPattern), (plateauBest ?? .nan).bitPattern,
            UInt64(clamping: plateauStale),
        ]
    }

    /// Reads the encoded form; nil when it is none.
    package init?(_ rules: Rules, encoded words: some RandomAccessCollection<UInt64>) {
        let words = Array(words)
        guard words.count == Self.wordCount, words[3] <= 1,
            let rate = UInt32(exactly: words[4]), let stale = Int(exactly: words[2]),
            let plateauStale = Int(exactly: words[6])
        else { return nil }
        self.init(rules)
        func number(_ word: UInt64) -> Double? {
            let value = Double(bitPattern: word)
            return value.isNaN ? nil : value
        }
        best = number(words[0])
        bestRound = Int64(bitPattern: words[1])
        self.stale = stale
        isStopped = words[3] == 1
        rateFactor = Float(bitPattern: rate)
        plateauBest = number(words[5])
        self.plateauStale = plateauStale
    }
}
