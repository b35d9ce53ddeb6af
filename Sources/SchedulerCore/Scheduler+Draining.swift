import ClusterVocabulary
import Determinism

/// Cordoning and draining: an operator takes a node out of service without losing its work.
///
/// A cordoned node takes nothing new. A draining one also gives away what it has: a job with
/// other members goes on without it once one of them holds the state; a job that is there alone
/// first grows onto another node, fetches its state there, and then leaves. Commands run on. What
/// is left when the grace is over is stopped and starts again elsewhere.
extension Scheduler {
    mutating func onAssign(
        _ assignment: NodeAssignment, to node: NodeID, _ request: RequestToken, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard var entry = nodes[node] else {
            effects.refuse(request, .notFound, "there is no node \(node)")
            return
        }
        entry.record.assignment = assignment
        entry.drainedAt =
            assignment.duty == .draining
            ? moment.instant + .seconds(assignment.graceSeconds) : nil
        nodes[node] = entry
        effects.nodes.append(entry.record)
        effects.facts.append(
            LedgerFact(
                kind: .nodeAssigned, node: node.name, at: moment.wallMilliseconds,
                reason: Scheduler.reason(of: assignment)))
        needsPlacement = true
        effects.reply(.assigned(node, jobsLeft: entry.lanes.count), to: request)
    }

    private static func reason(of assignment: NodeAssignment) -> Reason {
        switch assignment.duty {
        case .open: Reason(.none, "opened by \(assignment.user)")
        case .cordoned: Reason(.cordoned, "cordoned by \(assignment.user)")
        case .draining:
            Reason(
                .drained,
                "drained by \(assignment.user), what is left after "
                    + "\(assignment.graceSeconds) s is stopped")
        }
    }

    /// After a start the rest of the grace counts, as far as the wall clock can be believed.
    func resumeDrain(_ entry: inout NodeEntry, _ moment: Moment) {
        let assignment = entry.record.assignment
        guard assignment.duty == .draining else { return }
        let passed = (moment.wallMilliseconds - assignment.decidedAt) / 1_000
        let left = assignment.graceSeconds - min(max(passed, 0), assignment.graceSeconds)
        entry.drainedAt = moment.instant + .seconds(left)
    }

    /// Moves work off draining nodes, one membership change at a time.
    mutating func drainNodes(_ moment: Moment, _ effects: inout SchedulerEffects) {
        for node in nodeOrder {
            guard let entry = nodes[node], let drainedAt = entry.drainedAt else { continue }
            for job in entry.lanes.keys.sorted() {
                if moment.instant >= drainedAt {
                    stopDrained(job, on: node, moment, &effects)
                } else {
                    moveOff(job, node, moment, &effects)
                }
            }
        }
    }

    private func isDraining(_ node: NodeID) -> Bool { nodes[node]?.drainedAt != nil }

    private mutating func moveOff(
        _ job: JobID, _ node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        // A membership change under way, or a model being stored, is waited for.
        guard let entry = jobs[job], case .training = entry.phase, entry.giveUpAt == nil else {
            return
        }
        let staying = entry.record.members.filter { !isDraining($0.node) && stands($0) }
        let reason = Reason(.drained, "\(node) is being drained")
        if staying.contains(where: { entry.stateHolders.contains($0.node) }) {
            propose(
                job, members: staying.map { ($0.node, $0.lanes) }, because: reason, moment,
                &effects)
            return
        }
        guard staying.isEmpty, moment.instant >= entry.expandAfter else { return }
        let ready = nodeOrder.filter { nodes[$0]?.takesWork ?? false }
        let open = largestGroup(
            of: openHolders(for: entry, among: ready, moment, &effects)
                .filter { canExchange($0.node, with: entry.record.members) })
        // One that leaves stays a member until its state has moved, so it keeps one replica; a job
        // of a single replica cannot be in two places and waits for its end or the grace's.
        guard
            let giver = entry.record.members.first(where: { entry.stateHolders.contains($0.node) })
        else { return }
        let lanes = entry.record.members.reduce(0) { $0 + $1.lanes }
        let added = take(min(entry.record.work.replicas - 1, lanes), of: open, entry.record)
        guard !added.isEmpty else { return }
        let members = added + [(node: giver.node, lanes: giver.lanes)]
        propose(
            job, members: members.sorted { $0.node < $1.node }, because: reason, moment, &effects)
    }

    /// The grace is over: what is left of a job there goes back to waiting.
    private mutating func stopDrained(
        _ job: JobID, on node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], entry.isMember(node), entry.record.state == .running else {
            return
        }
        if case .publishing = entry.phase { return }
        let reason = Reason(.drained, "\(node) was drained and its grace is over")
        if entry.commandRun != nil {
            // Asked to save its state, ended with grace, and tried again elsewhere: no failure.
            guard entry.record.commandState.ending == nil else { return }
            beginEnding(job, CommandEnding(.retry, reason, node: node.name), moment, &effects)
            return
        }
        let staying = entry.record.members.filter { !isDraining($0.node) && stands($0) }
        if staying.isEmpty {
            requeue(job, reason, moment, &effects)
        } else {
            propose(
                job, members: staying.map { ($0.node, $0.lanes) }, because: reason, moment,
                &effects)
        }
    }
}
