import ClusterVocabulary

/// A node is removed by a person.
extension Scheduler {
    /// Its work moves at once, to nodes that are there; nothing of it stays but its facts.
    mutating func onRemoveNode(
        _ node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = nodes[node] else { return }
        let reason = Reason(.requested, "the node \(node) was deleted")
        // Those that wait for others to return do not wait any longer: this one never does.
        nodes[node]?.record.state = .left
        for job in entry.lanes.keys.sorted() {
            if jobs[job]?.commandRun != nil {
                // It is told to end them, for as long as it still listens.
                stopRanks(of: job, on: node, &effects)
                commandHostRemoved(
                    job, node, lastHeard: entry.lastHeard, reason, moment, &effects)
                continue
            }
            goOn(job, without: node, blaming: node, reason, moment, &effects)
        }
        nodes[node] = nil
        nodeOrder.removeAll { $0 == node }
        effects.nodes.removeAll { $0.description.node == node }
        effects.removedNodes.append(node)
        effects.facts.append(
            LedgerFact(
                kind: .nodeLost, node: node.name, at: moment.wallMilliseconds, reason: reason))
        effects.send(.refused(reason), to: node)
        needsPlacement = true
    }
}
