import ClusterVocabulary
import Determinism

/// One try of a command that this node holds.
struct HeldCommand: Sendable {
    var prepare: PrepareCommand
    /// The ranks of this node.
    var ranks: Range<Int>
    var status: CommandStatus
    /// What the supervisor says of each rank, once it was started.
    var tasks: [Int: TaskState] = [:]
    /// Whether the supervisor was told to start the ranks.
    var isLaunched = false
    /// Whether the ranks may start: the scheduler said so, or this node has them all.
    var mayStart: Bool
    /// Set while ranks are being ended on somebody's word.
    var isStopping = false
    /// Whether nobody wants to hear of it any more: it goes once its processes are gone.
    var isReleased = false
    var collection = Collection.open
    /// How far the output of each rank is.
    var outputs: [Int: OutputCursor] = [:]

    /// Where the collecting of output files is.
    enum Collection: Sendable {
        /// Not begun.
        case open
        /// Under way.
        case running
        /// Done, or nothing to do.
        case done
    }

    init(_ prepare: PrepareCommand, on node: NodeID) {
        self.prepare = prepare
        ranks = prepare.ranks(of: node)
        status = CommandStatus(attempt: prepare.attempt, phase: .preparing)
        mayStart = prepare.startsAtOnce
    }

    /// Whether a process of it may be left.
    var isAlive: Bool { isLaunched && ranks.contains { tasks[$0]?.phase != .ended } }

    func task(_ rank: Int) -> TaskID { TaskID(attempt: prepare.attempt, rank: rank) }
}

/// How far one rank's output is on its way to the scheduler.
struct OutputCursor: Sendable {
    /// What the scheduler is known to have; `nil` until it was asked.
    var acknowledged: Int64?
    /// What it will have once the piece under way is stored.
    var sent: Int64?
    /// When it was asked or sent a piece; `nil` when nothing is under way.
    var sentAt: LogicalInstant?
    /// Whether the supervisor was asked for more.
    var isReading = false
    /// Not before then: a flood is slowed down.
    var readAfter: LogicalInstant?
    /// Whether everything is stored.
    var isDone = false
    /// Reads values from lines; as of ``acknowledged``.
    var reader: MetricReader
    /// The reader as of ``sent``.
    var readerAfterSent: MetricReader?
    /// Bytes shipped so far.
    var shipped: Int64 = 0
}
