import ClusterVocabulary

extension Scheduler {
    /// Cross-checks all tables; one sentence for each broken rule, empty when all hold.
    package func checkInvariants() -> [String] {
        var broken: [String] = []
        if nodeOrder != nodes.keys.sorted() { broken.append("nodeOrder differs from nodes") }
        let pending = waiting.inOrder()
        if pending != jobs.values.filter({ $0.record.state == .pending }).map(\.record.id).sorted()
        {
            broken.append("the waiting lines differ from the pending jobs")
        }
        if running != jobs.values.filter({ $0.record.state == .running }).map(\.record.id).sorted()
        {
            broken.append("running differs from the running jobs")
        }
        for id in jobs.keys.sorted() {
            guard let entry = jobs[id] else { continue }
            checkJob(id, entry, &broken)
        }
        for id in nodeOrder {
            guard let node = nodes[id] else { continue }
            checkNode(id, node, &broken)
        }
        return broken
    }

    private func checkJob(_ id: JobID, _ entry: JobEntry, _ broken: inout [String]) {
        let record = entry.record
        if id >= nextJob { broken.append("job \(id) is not below the next number \(nextJob)") }
        if waiting.isMisplaced(id, entry) { broken.append("job \(id) waits in the wrong line") }
        if record.state == .running {
            var next = 0
            for member in record.members {
                if member.firstReplica != next || member.endReplica <= member.firstReplica {
                    broken.append("job \(id): replicas of \(member.node) do not follow the last")
                }
                next = member.endReplica
                let isDeleted = nodes[member.node] == nil && record.command != nil
                if !isDeleted, nodes[member.node]?.lanes[id] != member.lanes {
                    broken.append("job \(id): lanes on \(member.node) are not booked")
                }
            }
            let members = record.members
            if record.command == nil, !members.allSatisfy({ canExchange($0.node, with: members) }) {
                broken.append("job \(id): members cannot exchange parameters")
            }
            if next != record.work.replicas { broken.append("job \(id): replicas are missing") }
            if record.command != nil {
                if entry.commandRun == nil { broken.append("job \(id) runs without a try") }
                return
            }
            let isWatched = record.members.allSatisfy { stands($0) } || entry.giveUpAt != nil
            if !isWatched { broken.append("job \(id): a member is gone and nothing waits for it") }
            if record.coreType.isEmpty { broken.append("job \(id) runs without frozen kernel") }
            if record.work.stepsPerRound < 1 { broken.append("job \(id) runs without frozen H") }
        } else if !record.members.isEmpty {
            broken.append("job \(id) is \(record.state) but has members")
        }
        if case .proposed(let answers) = entry.phase {
            for (node, status) in answers
            where status.term != record.term || !entry.isMember(node) {
                broken.append("job \(id): an answer of \(node) does not belong to its term")
            }
        }
        if record.state != .running, record.commandState.ending != nil {
            broken.append("job \(id) is \(record.state) but its ranks are being ended")
        }
        if record.state == .succeeded, record.model == nil, record.command == nil,
            record.work.auditedRounds == 0
        {
            broken.append("job \(id) succeeded without model")
        }
    }

    private func checkNode(_ id: NodeID, _ node: NodeEntry, _ broken: inout [String]) {
        var used = ResourceAmount.zero
        for job in node.lanes.keys.sorted() {
            guard let entry = jobs[job], entry.isMember(id) else {
                broken.append("\(id) books lanes for job \(job), which has no replica there")
                continue
            }
            used = used + entry.record.requirements.perLane.times(node.lanes[job] ?? 0)
        }
        if used != node.used { broken.append("\(id): booked \(node.used), lanes take \(used)") }
        let free = node.free
        if node.record.state == .ready, free.milliCPU < 0 || free.memoryBytes < 0 {
            broken.append("\(id) is overbooked")
        }
    }
}
