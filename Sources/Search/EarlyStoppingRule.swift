/// When a running trial is given up.
package enum EarlyStoppingRule: Sendable, Hashable {
    /// Worse than the median of its peers at the same step.
    case median(MedianSettings)
    /// Not among the best of its rung (asynchronous successive halving that stops).
    case asha(HalvingSettings)
    /// The same in several brackets that begin with different budgets.
    case hyperband(HalvingSettings)
    /// No improvement over a number of steps.
    case patience(PatienceSettings)
    /// Outside fixed limits.
    case threshold(ThresholdSettings)
    /// What Katib's `medianstop` does, for manifests that ask for it: not a median, and looked at
    /// once.
    case katibMedianStop(KatibMedianStopSettings)
    /// Clearly farther behind than any trial that ended well stood at the same step.
    case auto(AutoStoppingSettings)

    /// The name people write.
    package var name: String {
        switch self {
        case .median: "median"
        case .asha: "asha"
        case .hyperband: "hyperband"
        case .patience: "patience"
        case .threshold: "threshold"
        case .katibMedianStop: "medianstop"
        case .auto: "auto"
        }
    }
}

/// Settings of the median rule.
package struct MedianSettings: Sendable, Hashable {
    /// What stands for a trial at a step.
    package enum Statistic: UInt8, Sendable, Hashable {
        /// Its best value up to the step.
        case best = 1
        /// The mean of its values up to the step.
        case mean = 2
        /// Its value at the step.
        case latest = 3
    }

    /// Peers that must have come as far before anybody is stopped.
    package var minimumPeers: Int
    /// No trial is stopped before this step.
    package var startStep: Int
    /// What stands for a trial.
    package var statistic: Statistic

    /// Settings with the defaults most searches are well served by.
    package init(minimumPeers: Int = 5, startStep: Int = 1, statistic: Statistic = .best) {
        self.minimumPeers = minimumPeers
        self.startStep = startStep
        self.statistic = statistic
    }
}

/// Settings of the patience rule.
package struct PatienceSettings: Sendable, Hashable {
    /// Steps without an improvement after which a trial is stopped.
    package var steps: Int
    /// What counts as an improvement: better than the best so far by more than this.
    package var minimumImprovement: Double
    /// No trial is stopped before this step.
    package var startStep: Int

    /// Settings with the defaults most searches are well served by.
    package init(steps: Int, minimumImprovement: Double = 0, startStep: Int = 0) {
        self.steps = steps
        self.minimumImprovement = minimumImprovement
        self.startStep = startStep
    }
}

/// Settings of the threshold rule; limits are measured values, not costs.
package struct ThresholdSettings: Sendable, Hashable {
    /// A value below it stops the trial.
    package var lower: Double?
    /// A value above it stops the trial.
    package var upper: Double?
    /// No trial is stopped before this step.
    package var startStep: Int

    /// Settings with the defaults most searches are well served by.
    package init(lower: Double? = nil, upper: Double? = nil, startStep: Int = 0) {
        self.lower = lower
        self.upper = upper
        self.startStep = startStep
    }
}

/// Settings of Katib's `medianstop`.
///
/// The threshold is the mean, over succeeded trials, of the mean of their first `startReports`
/// reports; a trial keeps the one there was when it began. Its best value so far is compared with
/// it once, at its `startReports`-th report.
package struct KatibMedianStopSettings: Sendable, Hashable {
    /// Succeeded trials there must be before a trial gets a threshold.
    package var minimumTrials: Int
    /// The report at which a trial is looked at, from 1.
    package var startReports: Int

    /// Katib's defaults.
    package init(minimumTrials: Int = 3, startReports: Int = 4) {
        self.minimumTrials = minimumTrials
        self.startReports = startReports
    }
}

/// What becomes of a trial after a report.
package enum StoppingDecision: Sendable, Hashable {
    case proceed
    /// Give it up; the reason for people.
    case stop(reason: String)
}
