import ClusterVocabulary
import Determinism

/// One try of a command job, as its nodes tell it; in memory, after a restart told again.
struct CommandRun: Sendable {
    /// What each member said last.
    var statuses: [NodeID: CommandStatus] = [:]
    /// Members on which nothing of the try can run any more: their lease is over, or their machine
    /// booted anew.
    var gone: Set<NodeID> = []
    /// Since when the heartbeats of a member that held the try do not list it.
    var missingSince: [NodeID: LogicalInstant] = [:]
    /// Members whose node was deleted, with the time by which nothing can run there any more.
    var leftAt: [NodeID: LogicalInstant] = [:]
    /// Whether the readied ranks were told to start.
    var hasStarted = false

    /// Whether no process of the try is left on a member.
    func isOver(on node: NodeID) -> Bool {
        gone.contains(node) || statuses[node]?.phase == .ended
    }
}

extension JobEntry {
    /// The present try of a command job that runs.
    var commandRun: CommandRun? {
        get { if case .command(let run) = phase { run } else { nil } }
        set { if let newValue { phase = .command(newValue) } }
    }
}
