/// Settings of the `auto` rule.
package struct AutoStoppingSettings: Sendable, Hashable {
    /// Trials that must have come to their end before anybody is stopped.
    package var minimumPeers: Int
    /// No trial is stopped before this step.
    package var startStep: Int

    /// Settings with the defaults most searches are well served by.
    package init(minimumPeers: Int = 10, startStep: Int = 1) {
        self.minimumPeers = minimumPeers
        self.startStep = startStep
    }
}

/// A trial that came to its end, with the best cost it reached.
struct EndedPeer: Sendable, Comparable {
    let cost: Double
    let trial: Int

    static func < (left: EndedPeer, right: EndedPeer) -> Bool {
        left.cost < right.cost || (left.cost == right.cost && left.trial < right.trial)
    }
}

extension EarlyStopping {
    /// The part of all trials that must not be stopped.
    static var keptPart: Double { 0.1 }
    /// The ended trials whose earlier places are looked at, as a part of all trials: more than are
    /// kept, since those that just miss the best tenth bloomed much like it.
    static var witnessPart: Double { 0.2 }
    /// Most witnesses, the best.
    static var witnessLimit: Int { 256 }
    /// How many places, as a part of all peers, a trial may be behind the worst of the witnesses.
    static var slack: Double { 0.15 }
    /// No trial among so large a part of its peers is stopped.
    static var safePart: Double { 0.4 }

    /// A trial has come to its end: it is a witness of where good trials stood on their way.
    mutating func learn(trial: Int) {
        guard let curve = curves[trial], !curve.bestSoFar.isNaN else { return }
        let peer = EndedPeer(cost: curve.bestSoFar, trial: trial)
        var low = 0
        var high = ended.count
        while low < high {
            let middle = (low + high) / 2
            if ended[middle] < peer { low = middle + 1 } else { high = middle }
        }
        ended.insert(peer, at: low)
    }

    /// Stops a trial that stands, by its best value so far, clearly farther behind than any of the
    /// ended trials that turned out best stood at the same step.
    ///
    /// Where good trials begin slowly the witnesses stood far behind themselves, and few are
    /// stopped; where the first steps tell, many.
    mutating func autoDecision(
        _ settings: AutoStoppingSettings, at step: Int, own: Double?
    ) -> StoppingDecision {
        guard step >= settings.startStep, ended.count >= settings.minimumPeers,
            let peers = peersAtStep[step], peers.count >= settings.minimumPeers
        else { return .proceed }
        let all = Double(ended.count + stoppedCount)
        let witnesses = min(
            Self.witnessLimit, max(3, Int((Self.witnessPart * all).rounded(.up))))
        var farthest = 0
        for peer in ended.prefix(witnesses) {
            guard let cost = curves[peer.trial].flatMap({ statistic(of: $0, at: step) }) else {
                // A witness that had shown nothing yet vouches for everybody.
                return .proceed
            }
            farthest = max(farthest, peers.rank(of: cost))
        }
        let count = peers.count
        let behind = Double(farthest) + Self.slack * Double(count)
        let allowed = Int(max(behind, Self.safePart * Double(count)).rounded(.up))
        let place = own.map { peers.rank(of: $0) } ?? count
        guard place > allowed else { return .proceed }
        stoppedCount += 1
        return .stop(
            reason: "place \(place + 1) of \(count + 1) at step \(step); the best "
                + "\(min(witnesses, ended.count)) that ended were never behind place "
                + "\(farthest + 1)")
    }
}
