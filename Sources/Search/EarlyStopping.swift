/// Decides after every report whether a trial goes on: reports in, decision with its reason out.
///
/// A value without clock or chance; replaying the same reports gives the same state. Which reports
/// arrived before a decision matters, and only that: a ledger that keeps decisions need not take
/// them again.
package struct EarlyStopping: Sendable {
    /// Most different steps the median is kept for; reports at further steps are not judged.
    package static var stepLimit: Int { 4096 }

    /// The rule that decides.
    package let rule: EarlyStoppingRule
    /// Which way the reported values are good.
    package let direction: OptimizationDirection
    private let plan: HalvingPlan?
    var curves: [Int: PeerCurve] = [:]
    /// For the median and `auto`: each peer's statistic at a step, of all that came so far.
    var peersAtStep: [Int: OrderedValues] = [:]
    /// For `auto`: the trials that came to their end, by their best cost; how many were stopped.
    var ended: [EndedPeer] = []
    var stoppedCount = 0
    /// For the rungs: costs at each rung of each bracket.
    private var rungs: [[OrderedValues]] = []
    /// For Katib's rule: succeeded trials and the sum of their means, and each trial's threshold.
    private var succeeded: (count: Int, sum: Double) = (0, 0)
    private var thresholds: [Int: Double] = [:]

    /// Refused when the settings make no sense.
    package init(
        _ rule: EarlyStoppingRule,
        direction: OptimizationDirection
    ) throws(SearchRefusal) {
        self.rule = rule
        self.direction = direction
        switch rule {
        case .median(let settings):
            guard settings.minimumPeers >= 1 else {
                throw .setting(
                    name: "minimumPeers",
                    problem: "must be at least 1, not \(settings.minimumPeers)")
            }
            plan = nil
        case .patience(let settings):
            guard settings.steps >= 1 else {
                throw .setting(name: "steps", problem: "must be at least 1, not \(settings.steps)")
            }
            guard settings.minimumImprovement >= 0 else {
                throw .setting(name: "minimumImprovement", problem: "must not be negative")
            }
            plan = nil
        case .threshold(let settings):
            guard settings.lower != nil || settings.upper != nil else {
                throw .setting(name: "threshold", problem: "needs a lower or an upper limit")
            }
            plan = nil
        case .katibMedianStop(let settings):
            guard settings.minimumTrials >= 1 else {
                throw .setting(name: "min_trials_required", problem: "must be at least 1")
            }
            guard settings.startReports >= 1 else {
                throw .setting(name: "start_step", problem: "must be at least 1")
            }
            plan = nil
        case .auto(let settings):
            guard settings.minimumPeers >= 1 else {
                throw .setting(
                    name: "minimumPeers",
                    problem: "must be at least 1, not \(settings.minimumPeers)")
            }
            plan = nil
        case .asha(let settings), .hyperband(let settings):
            let plan = try HalvingPlan(settings)
            let brackets = rule.name == "asha" ? 1 : plan.bracketCount
            rungs = (0..<brackets).map {
                Array(repeating: OrderedValues(), count: plan.budgets.count - $0)
            }
            self.plan = plan
        }
    }

    /// A trial begins; only Katib's rule asks when.
    package mutating func begin(trial: Int) {
        guard case .katibMedianStop(let settings) = rule,
            succeeded.count >= settings.minimumTrials
        else { return }
        thresholds[trial] = succeeded.sum / Double(succeeded.count)
    }

    /// A trial has succeeded; only Katib's rule and `auto` ask whether.
    package mutating func succeed(trial: Int) {
        if case .auto = rule { return learn(trial: trial) }
        guard case .katibMedianStop(let settings) = rule, let curve = curves[trial] else { return }
        let mean = curve.mean(ofFirst: settings.startReports)
        guard !mean.isNaN else { return }
        succeeded.count += 1
        succeeded.sum += mean
    }

    /// Takes a report and decides. Steps of a trial must grow; a report at an earlier step or the
    /// same one is not judged.
    package mutating func report(trial: Int, step: Int, value: Double) -> StoppingDecision {
        let cost = direction.cost(of: value)?.minimized
        var curve = curves[trial] ?? PeerCurve(bracket: bracket(of: trial))
        // Steps count up from 0; differences of two therefore never overflow.
        guard step >= 0, step > curve.steps.last ?? -1 else { return .proceed }
        let previous = curve
        curve.append(step: step, cost: cost, improvement: improvement)
        curves[trial] = curve
        switch rule {
        case .median(let settings):
            return comparing(trial: trial, previous: previous, curve: curve) {
                $0.medianDecision(settings, at: $1, own: $2)
            }
        case .auto(let settings):
            return comparing(trial: trial, previous: previous, curve: curve) {
                $0.autoDecision(settings, at: $1, own: $2)
            }
        case .asha, .hyperband:
            return rungDecision(trial: trial, step: step, cost: cost)
        case .patience(let settings):
            return patienceDecision(settings, curve: curve)
        case .threshold(let settings):
            return thresholdDecision(settings, step: step, value: value)
        case .katibMedianStop(let settings):
            guard curve.steps.count == settings.startReports, let limit = thresholds[trial],
                curve.bestSoFar > limit
            else { return .proceed }
            let threshold = shortText(direction == .minimize ? limit : -limit)
            let best = shortText(direction == .minimize ? curve.bestSoFar : -curve.bestSoFar)
            return .stop(
                reason: "best of \(curve.steps.count) reports is \(best), the mean of "
                    + "\(succeeded.count) succeeded trials \(threshold)")
        }
    }

    /// Forgets a failed trial: its values no longer count among the peers.
    package mutating func remove(trial: Int) {
        guard let curve = curves.removeValue(forKey: trial) else { return }
        for (step, _) in peersAtStep {
            if let value = statistic(of: curve, at: step) { peersAtStep[step]?.remove(value) }
        }
        ended.removeAll { $0.trial == trial }
        guard !rungs.isEmpty else { return }
        for (rung, cost) in curve.rungCosts.enumerated() {
            rungs[curve.bracket][rung].remove(cost)
        }
    }

    private var improvement: Double {
        if case .patience(let settings) = rule { return settings.minimumImprovement }
        return 0
    }

    private func bracket(of trial: Int) -> Int {
        guard case .hyperband = rule, let plan else { return 0 }
        return plan.bracket(ofTrial: trial)
    }
}

// MARK: - Rules

extension EarlyStopping {
    func statistic(of curve: PeerCurve, at step: Int) -> Double? {
        switch rule {
        case .median(let settings): curve.statistic(settings.statistic, at: step)
        case .auto: curve.statistic(.best, at: step)
        default: nil
        }
    }

    /// Has a rule compare a trial, at its newest step, with where the others stood there; then it
    /// counts among them itself.
    private mutating func comparing(
        trial: Int, previous: PeerCurve, curve: PeerCurve,
        _ decide: (inout EarlyStopping, _ step: Int, _ own: Double?) -> StoppingDecision
    ) -> StoppingDecision {
        guard let step = curve.steps.last,
            gatherPeers(trial: trial, at: step, previous: previous, curve: curve)
        else { return .proceed }
        let own = statistic(of: curve, at: step)
        defer { if let own { peersAtStep[step]?.insert(own) } }
        return decide(&self, step, own)
    }

    private func medianDecision(
        _ settings: MedianSettings, at step: Int, own: Double?
    ) -> StoppingDecision {
        guard step >= settings.startStep, let peers = peersAtStep[step],
            peers.count >= settings.minimumPeers, let median = peers.median
        else { return .proceed }
        if let own, own <= median { return .proceed }
        let middle = shortText(direction == .minimize ? median : -median)
        let mine = own.map { shortText(direction == .minimize ? $0 : -$0) } ?? "no number"
        return .stop(
            reason:
                "median of \(peers.count) peers at step \(step) is \(middle), here it is \(mine)")
    }

    /// Makes the others' standing at a step known, without the trial's own; false beyond the limit.
    private mutating func gatherPeers(
        trial: Int, at step: Int, previous: PeerCurve, curve: PeerCurve
    ) -> Bool {
        // The trial now counts at every step it has come to since its last report.
        for known in peersAtStep.keys where known < step {
            if statistic(of: previous, at: known) == nil,
                let value = statistic(of: curve, at: known)
            {
                peersAtStep[known]?.insert(value)
            }
        }
        guard peersAtStep[step] == nil else { return true }
        guard peersAtStep.count < Self.stepLimit else { return false }
        var values = OrderedValues()
        for (other, peer) in curves where other != trial {
            if let value = statistic(of: peer, at: step) { values.insert(value) }
        }
        peersAtStep[step] = values
        return true
    }

    private mutating func rungDecision(
        trial: Int, step: Int, cost: Double?
    ) -> StoppingDecision {
        guard let plan, let curve = curves[trial] else { return .proceed }
        let budgets = plan.budgets(ofBracket: curve.bracket)
        var rung = curve.rungCosts.count
        var decision = StoppingDecision.proceed
        // A report may jump over several rungs; it counts on each of them.
        while rung < budgets.count - 1, step >= budgets[rung] {
            guard let cost else {
                return .stop(reason: "no number at the rung of step \(budgets[rung])")
            }
            rungs[curve.bracket][rung].insert(cost)
            curves[trial]?.rungCosts.append(cost)
            let count = rungs[curve.bracket][rung].count
            let rank = rungs[curve.bracket][rung].rank(of: cost)
            let kept = max(1, plan.promotable(of: count))
            if rank >= kept {
                decision = .stop(
                    reason: "place \(rank + 1) of \(count) at the rung of step \(budgets[rung]), "
                        + "the best \(kept) go on")
                break
            }
            rung += 1
        }
        return decision
    }

    private func patienceDecision(
        _ settings: PatienceSettings, curve: PeerCurve
    ) -> StoppingDecision {
        guard let step = curve.steps.last, step >= settings.startStep else { return .proceed }
        let since = curve.bestStep ?? curve.steps[0]
        guard step - since >= settings.steps else { return .proceed }
        guard let best = curve.improvedBest else {
            return .stop(reason: "no number in \(step - since) steps")
        }
        let value = shortText(direction == .minimize ? best : -best)
        return .stop(
            reason: "no improvement on \(value) for \(step - since) steps, since step \(since)")
    }

    private func thresholdDecision(
        _ settings: ThresholdSettings, step: Int, value: Double
    ) -> StoppingDecision {
        guard step >= settings.startStep else { return .proceed }
        guard value.isFinite else { return .stop(reason: "\(value) at step \(step)") }
        if let lower = settings.lower, value < lower {
            return .stop(reason: "\(shortText(value)) at step \(step) is below \(shortText(lower))")
        }
        if let upper = settings.upper, value > upper {
            return .stop(reason: "\(shortText(value)) at step \(step) is above \(shortText(upper))")
        }
        return .proceed
    }
}
