package import ClusterVocabulary
import Determinism

/// Why a job is where it is, node by node.
package struct Explanation: Sendable, Equatable {
    /// The job.
    package var job: JobID
    /// Its state.
    package var state: JobState
    /// The first reason that holds.
    package var reason: Reason
    /// How many runnable jobs come before it; 0 when it is next.
    package var ahead: Int
    /// For a waiting job: what each node lacks, ordered by node.
    package var nodes: [NodeExplanation]
}

/// What one node lacks for a waiting job.
package struct NodeExplanation: Sendable, Equatable {
    /// The node.
    package var node: NodeID
    /// The first thing it lacks; `none` when it fits.
    package var reason: Reason
}

extension Scheduler {
    /// Explains a job's state; `nil` for an unknown job. Reads only.
    package func explain(_ job: JobID) -> Explanation? {
        guard let entry = jobs[job] else { return nil }
        var explanation = Explanation(
            job: job, state: entry.record.state, reason: entry.record.reason, ahead: 0, nodes: [])
        guard entry.record.state == .pending else { return explanation }
        explanation.ahead = waiting.ahead(of: job)
        explanation.nodes = nodeOrder.map {
            NodeExplanation(node: $0, reason: lack(of: $0, for: entry))
        }
        explanation.reason = waitingReason(entry.record, explanation)
        return explanation
    }

    private func waitingReason(_ record: JobRecord, _ explanation: Explanation) -> Reason {
        if record.requirements.isSuspended {
            return Reason(
                .suspended, "runPolicy.suspend is true; mlctl resume \(record.fullName) starts it")
        }
        let ready = explanation.nodes.filter { nodes[$0.node]?.isReady ?? false }
        if ready.isEmpty {
            return Reason(
                .noNode,
                nodeOrder.isEmpty
                    ? "no worker is registered; start one with: mlctl worker"
                    : "none of \(nodeOrder.count) registered workers is ready")
        }
        if let until = jobs[record.id]?.notBefore {
            return Reason(
                .backingOff,
                "a try failed\(lastCause(of: record)), the next begins in "
                    + "\((until - lastStep).wholeMilliseconds) ms")
        }
        if let ranks = record.command?.ranks, ranks > 1,
            !ready.contains(where: { $0.reason.code == .none })
        {
            return gangReason(record, ranks, ready)
        }
        if ready.contains(where: { $0.reason.code == .none }) {
            return Reason(.queued, "\(explanation.ahead) jobs come first")
        }
        // The first reason in the order a node is checked, over all ready nodes.
        let order: [Reason.Code] = [
            .dataNotStaged, .hostFault, .notEnoughMemory, .notEnoughCPU, .noFingerprint,
            .cordoned,
            .noSupervisor, .noHostUser,
        ]
        for code in order {
            if let found = ready.first(where: { $0.reason.code == code }) { return found.reason }
        }
        return record.reason
    }

    /// Why the last try that a node ended, or any, ended: in brackets, behind what is said of it.
    func lastCause(of record: JobRecord, on node: NodeID? = nil) -> String {
        let last = record.history.last { node == nil || $0.node == node?.name }
        return last.map { " (\($0.reason))" } ?? ""
    }

    /// Why ranks that must start together find no place.
    private func gangReason(
        _ record: JobRecord, _ ranks: Int, _ ready: [NodeExplanation]
    ) -> Reason {
        let need = record.requirements.perLane
        let room = ready.reduce(0) { sum, node in
            guard let entry = nodes[node.node], entry.record.description.runsCommands,
                record.owner.mayRun(underWorkerOf: entry.record.description.workerUser)
            else { return sum }
            return sum + entry.free.fitting(need)
        }
        return Reason(
            .notEnoughCPU,
            "\(ranks) ranks of \(need.milliCPU)m cpu and \(need.memoryBytes >> 20) MiB start all "
                + "together or not at all; \(room) would fit now")
    }

    private func lack(of id: NodeID, for entry: JobEntry) -> Reason {
        let record = entry.record
        guard let node = nodes[id] else { return Reason(.noNode) }
        guard node.isReady else {
            return Reason(.silent, "\(id) is \(node.record.state.word)")
        }
        if node.record.assignment.duty != .open {
            return Reason(
                .cordoned,
                "\(id) is \(node.record.assignment.duty.word.lowercased()) by "
                    + "\(node.record.assignment.user); mlctl node uncordon \(id) opens it")
        }
        if record.command != nil { return lack(of: node, id, forCommand: entry) }
        let ready = nodeOrder.filter { nodes[$0]?.takesWork ?? false }
        let kernel = freezeKernel(for: record, among: ready)
        guard let kernel, node.proves(kernel) else {
            return noFingerprint(of: node, id, kernel, record)
        }
        if let until = entry.avoided[id], until > lastStep {
            return Reason(
                .hostFault,
                "\(id) failed the job and is tried again in "
                    + "\((until - lastStep).wholeMilliseconds) ms")
        }
        let need = record.requirements.perLane
        if node.free.milliCPU < need.milliCPU {
            return Reason(
                .notEnoughCPU,
                "\(id) has \(node.free.milliCPU)m of "
                    + "\(node.record.description.capacity.milliCPU)m cpu free, a replica needs "
                    + "\(need.milliCPU)m" + holders(on: node))
        }
        if node.free.memoryBytes < need.memoryBytes {
            return Reason(
                .notEnoughMemory,
                "\(id) has \(node.free.memoryBytes >> 20) MiB of "
                    + "\(node.record.description.capacity.memoryBytes >> 20) MiB free, a replica "
                    + "needs \(need.memoryBytes >> 20) MiB" + holders(on: node))
        }
        if !node.holds(record.work) {
            if let problem = node.stagingProblems[record.work.data.key] {
                return Reason(
                    .dataNotStaged, "\(id) could not fetch the data set: \(problem.message)")
            }
            return Reason(.dataNotStaged, "\(id) is fetching the data set")
        }
        return .none
    }

    /// Why a node computes no replica of a job: it lacks the kernel, or computes other bits.
    private func noFingerprint(
        of node: NodeEntry, _ id: NodeID, _ kernel: KernelFingerprint?, _ record: JobRecord
    ) -> Reason {
        let name = kernel?.coreType ?? record.requirements.numerics
        guard let kernel, let own = node.fingerprint(of: name) else {
            return Reason(.noFingerprint, "\(id) does not prove the kernel \(name)")
        }
        return Reason(
            .noFingerprint,
            "\(id) computes other bits with the kernel \(name): its fingerprint is "
                + "\(own.prefix(8)), this job's \(kernel.digest.prefix(8)); numerics: any would "
                + "take it and promise no bits")
    }

    private func holders(on node: NodeEntry) -> String {
        let names = node.lanes.keys.sorted().prefix(3).compactMap { jobs[$0]?.record.fullName }
        return names.isEmpty ? "" : "; held by \(names.joined(separator: ", "))"
    }
}
