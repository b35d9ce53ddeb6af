package import ClusterVocabulary
import SchedulerCore
import Synchronization

/// On whose behalf a request runs, and what it is: attached to whatever it changes, so that the
/// change and the line that tells who made it are one commit.
package final class RequestActor: Sendable {
    /// Who.
    package let user: String
    /// As what.
    package let role: AccessRole
    /// The only namespace they see; `nil` for all.
    package let namespace: String?
    /// From where.
    package let origin: String
    /// What is asked, as the REST API names it.
    package let operation: String
    /// Of what.
    package let target: String
    /// Whether a refusal is kept too; not for strangers, who would fill the disk.
    package let keepsRefusals: Bool
    private let isKept = Atomic(false)

    /// The actor of the request that the current task serves.
    @TaskLocal package static var current: RequestActor?

    /// Makes an actor.
    package init(
        user: String, role: AccessRole, namespace: String?, origin: String, operation: String,
        target: String, keepsRefusals: Bool = true
    ) {
        self.user = user
        self.role = role
        self.namespace = namespace
        self.origin = origin
        self.operation = operation
        self.target = target
        self.keepsRefusals = keepsRefusals
    }

    /// Whether a line was made of it; a request that changes nothing in the scheduler's core is
    /// recorded by the door.
    package var isRecorded: Bool { isKept.load(ordering: .acquiring) }

    /// The line, with how it ended.
    package func record(_ outcome: String, at wallMilliseconds: Int64) -> AuditRecord {
        isKept.store(true, ordering: .releasing)
        return AuditRecord(
            at: wallMilliseconds, user: user, role: role.word, origin: origin,
            operation: operation, target: target, outcome: outcome)
    }
}

extension SchedulerEffects.Answer {
    /// How a request ended, for the record.
    var outcome: String {
        switch self {
        case .accepted(_, let fullName, let isRepeated):
            isRepeated ? "accepted before as \(fullName)" : "accepted as \(fullName)"
        case .done: "done"
        case .assigned(_, let jobsLeft): "done, \(jobsLeft) jobs there"
        case .refused(let reason): "refused: \(reason)"
        }
    }
}

/// What one turn of the loop changes beside the core: written in the same transaction.
struct AccessTurn {
    var changes: [AccessChanges] = []
    var audits: [AuditRecord] = []
    /// Whom to tell after the commit, and why not when it was refused.
    var answers: [(answer: @Sendable (Reason?) -> Void, refusal: Reason?)] = []

    var isEmpty: Bool { audits.isEmpty && changes.allSatisfy(\.isEmpty) }

    mutating func audit(_ actor: RequestActor, _ outcome: String) {
        audits.append(actor.record(outcome, at: WallClock.milliseconds))
    }

    func answerAll(with reason: Reason) {
        for (answer, _) in answers { answer(reason) }
    }
}
