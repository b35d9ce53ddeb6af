import Artifacts
import ClusterVocabulary
package import ControlAPI
import JobSpecification

/// What a dry run says behind the spec: comments, so that the whole is still a spec.
package enum PlanText {
    /// The plan of a job; `placed` is the scheduler's answer when it could be asked.
    package static func lines(
        _ prepared: JobPreparation.Prepared, placed: PlannedJob?, unreachable: String?
    ) -> [String] {
        let job = prepared.specification
        var lines = ["# plan for \(job.name)"]
        if let plan = prepared.plan {
            lines += numbers(plan, replicas: job.processCount, hosts: placed?.hosts.count)
        } else if case .train = job {
            lines.append("# data: not on this machine, so rows and rounds are unknown here")
        }
        lines += prepared.badRows.map { "# data: \($0)" }
        let memory = NumberText.bytes(Int(clamping: job.requirements.perLane.memoryBytes))
        let cores = NumberText.fixed(Double(job.requirements.perLane.milliCPU) / 1_000, 1)
        lines.append("# asks for: \(job.processCount) x (\(cores) cpu, \(memory))")
        if let placed {
            let word = if case .command = job { "ranks" } else { "replicas" }
            lines += hosts(placed, word)
        } else if let unreachable {
            lines.append("# hosts: unknown, \(unreachable)")
        }
        let upload = prepared.uploads.filter { file in
            placed.map { $0.missing.contains(file.digest.hex) } ?? true
        }
        if !upload.isEmpty {
            let bytes = upload.reduce(0) { $0 + $1.byteCount }
            let files = upload.count == 1 ? "1 file" : "\(upload.count) files"
            lines.append("# upload: \(files), \(NumberText.bytes(bytes))")
        }
        return lines
    }

    private static func numbers(_ plan: JobPlan, replicas: Int, hosts: Int?) -> [String] {
        let memory = NumberText.bytes(plan.replicaBytes)
        let target = plan.classCount > 0 ? "\(plan.classCount) classes" : "a number to predict"
        let data = NumberText.bytes(plan.dataBytes)
        let widest = max(1, min(replicas, hosts ?? replicas))
        let sent = NumberText.bytes(plan.bytesPerRound(hosts: widest))
        return [
            "# data: \(plan.trainRows) train, \(plan.validationRows) validation, "
                + "\(plan.testRows) test rows; \(plan.featureCount) features, "
                + target,
            "# model: \(plan.parameterCount) parameters",
            "# course: \(plan.rounds) rounds of \(plan.stepsPerRound) steps, "
                + "\(plan.steps) steps of each replica",
            "# memory: about \(memory) per replica, and \(data) of data per host",
            "# exchange: about \(sent) per round on \(widest) "
                + (widest == 1 ? "host" : "hosts"),
        ]
    }

    private static func hosts(_ placed: PlannedJob, _ word: String) -> [String] {
        guard !placed.hosts.isEmpty else {
            return ["# hosts: nothing is free now; the job would wait"]
        }
        let shares = placed.hosts.map { share in
            "\(share.node) \(share.replicas) (\(share.lanes) at once)"
        }
        return ["# hosts now: \(word) \(shares.joined(separator: ", "))"]
    }
}
