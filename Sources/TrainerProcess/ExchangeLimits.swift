/// The bounds of the exchange between trainers.
enum ExchangeLimits {
    /// TCP ports tried, one after the other, for a trainer that other hosts must reach.
    static let mostPorts = 64
    /// Elements of one bulk frame: 256 KiB of floats, which stay in a core's cache while they are
    /// added, averaged and sent on.
    static let elementsPerFrame = 65_536
    /// Frames sent to one peer, or taken, before the others have their turn.
    static let framesPerTurn = 4
    /// Bytes of a payload on the wire, its seal included; what a stranger can make a trainer hold
    /// is this for each message that its socket queues.
    static let mostFrameBytes = 4 * elementsPerFrame + 4_096
    /// Frames of one peer that are sealed and on their way.
    static let sealBuffers = 16
    /// Frames kept for a round or term this trainer has not reached yet.
    static let mostStashedFrames = 65_536
    /// Bytes of those frames beyond twice the state.
    static let stashReserveBytes = 64 << 20
    /// How long to wait for frames before looking for commands again.
    static let pollInterval = Duration.milliseconds(20)
    /// How long to wait for room in a peer's queue.
    static let sendInterval = Duration.milliseconds(1)
    /// Silence in a round after which the trainer asks the scheduler for a new term.
    static let stallTimeout = Duration.seconds(20)
    /// How often within that time a member that still computes says so to those that wait for it.
    static let signsOfLife = 10
    /// The variable of a worker that changes ``stallTimeout``: whole seconds, 1 to 3600.
    static let silenceVariable = "MLCTL_EXCHANGE_SILENCE"

    /// What the variable says; ``stallTimeout`` without it, and when it is no such number.
    static func silence(_ text: String?) -> Duration {
        guard let seconds = text.flatMap({ Int($0) }), (1...3_600).contains(seconds) else {
            return stallTimeout
        }
        return .seconds(seconds)
    }
}
