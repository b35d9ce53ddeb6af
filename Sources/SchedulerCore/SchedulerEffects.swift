package import ClusterVocabulary

/// What follows from a step, one field per kind.
///
/// The order is the rule: everything under *durable* is committed in one transaction first; only
/// then ``sends`` and ``replies`` leave and ``progress`` is shown. Effects of several steps may be
/// joined by ``append(_:)`` and committed together; the last record of an entity wins.
package struct SchedulerEffects: Sendable {
    // Durable.
    /// What happened, in order.
    package var facts: [LedgerFact] = []
    /// Jobs whose record changed; the committer asks the core for the newest record of each.
    package var changedJobs: [JobID] = []
    /// The last records of jobs that were deleted: nobody can ask the core for them any more.
    package var finalRecords: [JobRecord] = []
    /// Canonical specs of fresh submissions.
    package var specifications: [JobSpecificationText] = []
    /// Nodes whose record changed.
    package var nodes: [NodeRecord] = []
    /// Models stored.
    package var models: [ModelRecord] = []
    /// Jobs turned into tombstones.
    package var deletedJobs: [JobID] = []
    /// Nodes that are no more.
    package var removedNodes: [NodeID] = []

    // After the commit.
    /// Messages to nodes; may be lost, everything in them is repeated until it is seen to hold.
    package var sends: [Send] = []
    /// Answers to requests.
    package var replies: [Reply] = []
    /// Pieces of output whose values are durable: to be stored and answered now.
    package var measured: [Measured] = []
    /// Accepted progress reports, for people; not durable.
    package var progress: [TrainingProgress] = []
    /// Digests of rounds, for audits; not durable.
    package var computed: [AttemptRounds] = []
    /// Lines for job logs; not durable.
    package var logs: [LogLine] = []
    /// Files of the store nobody needs any more, by SHA-256; lost with a crash they only take room.
    package var discardedArtifacts: [String] = []

    /// No effects.
    package init() {}

    /// A spec text with its job.
    package struct JobSpecificationText: Sendable, Equatable {
        /// The job.
        package var job: JobID
        /// The canonical text.
        package var text: String
    }

    /// A message to a node.
    package struct Send: Sendable, Equatable {
        /// The receiver.
        package var node: NodeID
        /// What is said.
        package var message: SchedulerMessage
    }

    /// A piece of a rank's output whose values are durable.
    package struct Measured: Sendable, Equatable {
        /// Who sent it.
        package var node: NodeID
        /// The try.
        package var attempt: AttemptID
        /// The rank.
        package var rank: Int
        /// The position behind the piece.
        package var position: Int64
    }

    /// An answer to a request.
    package struct Reply: Sendable, Equatable {
        /// The request answered.
        package var request: RequestToken
        /// The answer.
        package var answer: Answer
    }

    /// The answers.
    package enum Answer: Sendable, Equatable {
        /// The job is accepted, or was by an earlier submission with the same key.
        case accepted(JobID, fullName: String, isRepeated: Bool)
        /// The request took effect.
        case done(JobID)
        /// The node is assigned as asked; so much of its work is there still.
        case assigned(NodeID, jobsLeft: Int)
        /// The request has no effect, for this reason.
        case refused(Reason)
    }

    /// Whether something must be committed before anything is sent.
    package var needsCommit: Bool {
        !(facts.isEmpty && changedJobs.isEmpty && specifications.isEmpty && nodes.isEmpty
            && models.isEmpty && deletedJobs.isEmpty && removedNodes.isEmpty)
    }

    /// Joins the effects of a later step onto these.
    package mutating func append(_ later: SchedulerEffects) {
        facts += later.facts
        changedJobs += later.changedJobs
        finalRecords += later.finalRecords
        specifications += later.specifications
        // What was written last of a node counts, its removal included.
        nodes.removeAll { later.removedNodes.contains($0.description.node) }
        removedNodes.removeAll { node in later.nodes.contains { $0.description.node == node } }
        nodes += later.nodes
        models += later.models
        deletedJobs += later.deletedJobs
        removedNodes += later.removedNodes
        sends += later.sends
        replies += later.replies
        measured += later.measured
        progress += later.progress
        computed += later.computed
        logs += later.logs
        discardedArtifacts += later.discardedArtifacts
    }

    /// The effects of a request that is refused before the core hears of it.
    package static func refusal(of request: RequestToken, _ reason: Reason) -> SchedulerEffects {
        var effects = SchedulerEffects()
        effects.reply(.refused(reason), to: request)
        return effects
    }

    mutating func send(_ message: SchedulerMessage, to node: NodeID) {
        sends.append(Send(node: node, message: message))
    }

    mutating func reply(_ answer: Answer, to request: RequestToken) {
        replies.append(Reply(request: request, answer: answer))
    }

    mutating func refuse(_ request: RequestToken, _ code: Reason.Code, _ message: String) {
        reply(.refused(Reason(code, message)), to: request)
    }
}
