/// How the local steps of a job are cut into rounds: a function of the plan and the learning-rate
/// schedule alone, never of time or of who computes.
///
/// Rounds of equal length stand together in a segment, so that a step or a round is found by one
/// binary search however long the job is.
package struct RoundIntervals: Sendable, Hashable {
    /// The rule that says how many local steps lie between two averages.
    package enum Rule: Sendable, Hashable {
        /// H steps, always (local SGD, Stich 2018); 1 is synchronous SGD.
        case fixed(Int)
        /// One average after the last step (Zinkevich et al. 2010).
        case once
        /// An average after every step until `start`, then every `steps` (Lin et al. 2018).
        case postLocal(start: Int, steps: Int)
        /// `max(base, floor((alpha / rate)²))` steps, the learning rate being that of the round's
        /// first step: the quadratic synchronisation rule (Gu et al. 2024).
        case growing(base: Int, alpha: Float)
        /// `first` steps until round `round` begins, then `steps`.
        case switched(first: Int, round: Int, steps: Int)
    }

    /// Rounds of one length, from `firstRound` up to the next segment.
    struct Segment: Sendable, Hashable {
        let firstRound: Int
        let firstStep: Int
        let every: Int
    }

    /// The most steps of a job whose rounds grow with a moving learning rate: each round is
    /// looked at once when the job is planned.
    package static let mostGrowingSteps = 100_000_000

    /// Steps of the job.
    let totalSteps: Int
    /// Rounds of the job.
    package let rounds: Int
    private let segments: [Segment]

    /// Cuts `totalSteps` >= 1 steps; `rate` gives the learning rate of a step and is asked by
    /// ``Rule/growing(base:alpha:)`` alone. Lengths below 1 count as 1.
    init(_ rule: Rule, totalSteps: Int, rate: (_ step: Int) -> Float) {
        var cutter = Cutter(totalSteps: totalSteps)
        switch rule {
        case .fixed(let steps): cutter.fill(steps)
        case .once: cutter.fill(totalSteps)
        case .postLocal(let start, let steps):
            cutter.append(rounds: min(start, totalSteps), of: 1)
            cutter.fill(steps)
        case .growing(let base, let alpha):
            while cutter.step < totalSteps {
                let steps = Self.length(base: base, alpha: alpha, rate: rate(cutter.step))
                cutter.append(rounds: 1, of: min(steps, totalSteps))
            }
        case .switched(let first, let round, let steps):
            cutter.append(rounds: round, of: first)
            cutter.fill(steps)
        }
        self.totalSteps = totalSteps
        rounds = cutter.round
        segments = cutter.segments
    }

    /// The quadratic rule; a rate of 0 asks for a round without end.
    static func length(base: Int, alpha: Float, rate: Float) -> Int {
        let ratio = Double(alpha) / Double(rate)
        let steps = (ratio * ratio).rounded(.down)
        return max(base, steps < 1e9 ? Int(steps) : 1_000_000_000)
    }

    /// The steps of a round in 0..<rounds.
    func steps(inRound round: Int) -> Range<Int> {
        var low = 0
        var high = segments.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if segments[middle].firstRound <= round { low = middle } else { high = middle }
        }
        let segment = segments[low]
        let start = segment.firstStep + (round - segment.firstRound) * segment.every
        return start..<min(start + segment.every, totalSteps)
    }

    /// Puts rounds one after the other, equal neighbours into one segment.
    private struct Cutter {
        let totalSteps: Int
        var segments: [Segment] = []
        var round = 0
        var step = 0

        /// As many rounds as the remaining steps take.
        mutating func fill(_ length: Int) {
            guard step < totalSteps else { return }
            let every = max(1, length)
            append(rounds: (totalSteps - step - 1) / every + 1, of: every)
        }

        /// So many rounds of a length, fewer at the end of the job.
        mutating func append(rounds count: Int, of length: Int) {
            let every = max(1, length)
            let left = totalSteps - step
            let most = left > 0 ? (left - 1) / every + 1 : 0
            let taken = min(max(0, count), most)
            guard taken > 0 else { return }
            if segments.last?.every != every {
                segments.append(Segment(firstRound: round, firstStep: step, every: every))
            }
            round += taken
            step = min(totalSteps, step + taken * every)
        }
    }
}
