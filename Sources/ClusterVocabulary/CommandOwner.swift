/// As whom the commands of a job run on the hosts.
package struct CommandOwner: Hashable, Sendable {
    /// The user number its submitter is mapped to; `nil` without a mapping.
    package var hostUser: UInt32?
    /// Whether the submitter is the cluster's own user: who runs the scheduler.
    package var ownsCluster: Bool

    /// Makes an owner.
    package init(hostUser: UInt32? = nil, ownsCluster: Bool = false) {
        self.hostUser = hostUser
        self.ownsCluster = ownsCluster
    }

    /// Whether no host can ever run the commands: nobody knows as whom.
    package var isNobody: Bool { hostUser == nil && !ownsCluster }

    /// Whether a worker that runs as `worker` may run the commands; `nil` is one of a release that
    /// does not tell.
    ///
    /// Root becomes whom the submitter is mapped to. Any other worker can be nobody but itself: it
    /// serves the user who is mapped to it and the cluster's own, and refuses a second one.
    package func mayRun(underWorkerOf worker: UInt32?) -> Bool {
        guard let worker else { return true }
        return worker == 0 ? hostUser != nil : ownsCluster || hostUser == worker
    }

    /// Why a worker that runs as `worker` refuses the commands of `user`, and what to do about it.
    package func refusal(of user: String, on node: NodeID, underWorkerOf worker: UInt32) -> Reason {
        let cure = "an admin runs: mlctl user add \(user) --uid NUMBER"
        if worker == 0 {
            return Reason(.noHostUser, "\(user) is mapped to no user of \(node); \(cure)")
        }
        let mapped = hostUser.map { "is mapped to uid \($0)" } ?? "is mapped to no user"
        return Reason(
            .noHostUser,
            "the worker of \(node) runs as uid \(worker), not as root, and runs commands of that "
                + "user alone; \(user) \(mapped)")
    }
}
