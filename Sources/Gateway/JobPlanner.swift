import Averaging
import ClusterVocabulary
import ControlAPI
import JobSpecification
import SchedulerCore

/// What a dry run says: where the replicas would go if the job came now.
enum JobPlanner {
    /// The plan of one job over the nodes as they are: the roomiest first, as the scheduler does.
    static func plan(
        _ job: SubmissionReader.Prepared, nodes: [NodeSummary]
    ) -> PlannedJob {
        let specification = job.specification
        return PlannedJob(
            name: specification.name, namespace: specification.namespace,
            specification: job.canonicalYAML, replicas: specification.processCount,
            milliCPU: specification.requirements.perLane.milliCPU,
            memoryBytes: specification.requirements.perLane.memoryBytes,
            hosts: shares(job, nodes), missing: job.missing)
    }

    private static func shares(
        _ job: SubmissionReader.Prepared, _ nodes: [NodeSummary]
    ) -> [PlannedJob.Share] {
        let specification = job.specification
        let requirements = specification.requirements
        let roomy = nodes.filter { $0.record.state == .ready }.map { node in
            let free = node.record.description.capacity - node.used
            return (node.record.description.node, free.fitting(requirements.perLane))
        }
        let mostHosts = requirements.mostHosts > 0 ? requirements.mostHosts : Int.max
        var left = specification.processCount
        var taken: [(node: NodeID, lanes: Int)] = []
        for (node, lanes) in roomy.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) })
        where lanes > 0 && left > 0 && taken.count < mostHosts {
            let share = min(left, lanes)
            taken.append((node, share))
            left -= share
        }
        taken.sort { $0.node < $1.node }
        // Ranks of a command start all together or not at all.
        if case .command = specification, left > 0 { return [] }
        guard !taken.isEmpty else { return [] }
        let assignment = ReplicaAssignment(
            replicaCount: specification.processCount, weights: taken.map(\.lanes))
        return zip(taken, assignment.ranges).filter { !$0.1.isEmpty }.map { member, range in
            PlannedJob.Share(
                node: member.node.name, replicas: range.count, lanes: member.lanes)
        }
    }
}
