/// How often what was made to fail.
package struct FaultCounts: Sendable, Equatable {
    /// Ends of the scheduler's process, with the loss of everything not synced.
    package var schedulerCrashes = 0
    /// Ends of worker daemons and of whole hosts.
    package var workerCrashes = 0
    /// Ends of trainers.
    package var trainerCrashes = 0
    /// Ends of supervisors, and of all commands of a host with them.
    package var supervisorCrashes = 0
    /// Commands that something else killed.
    package var commandKills = 0
    /// Nodes that were deleted.
    package var removals = 0
    /// Links cut, in one direction or both.
    package var partitions = 0
    /// Processes that stood still.
    package var pauses = 0
    /// Times at which the scheduler's disk was slow or full.
    package var diskFaults = 0
    /// Jumps of the wall clock.
    package var clockSteps = 0
    /// Nodes cordoned, drained and opened.
    package var assignments = 0
    /// Messages that never arrived.
    package var lostMessages = 0
    /// Messages that arrived late.
    package var delayedMessages = 0
    /// Messages that overtook earlier ones.
    package var reorderedMessages = 0
    /// Messages that arrived twice.
    package var doubledMessages = 0

    /// Nothing failed.
    package init() {}

    /// Names and numbers, in a fixed order.
    package var all: [(name: String, count: Int)] {
        [
            ("scheduler crashes", schedulerCrashes), ("worker crashes", workerCrashes),
            ("trainer crashes", trainerCrashes), ("supervisor crashes", supervisorCrashes),
            ("commands killed", commandKills), ("nodes deleted", removals),
            ("partitions", partitions), ("pauses", pauses),
            ("disk faults", diskFaults), ("clock steps", clockSteps),
            ("drains and cordons", assignments),
            ("messages lost", lostMessages), ("late", delayedMessages),
            ("out of order", reorderedMessages), ("doubled", doubledMessages),
        ]
    }
}
