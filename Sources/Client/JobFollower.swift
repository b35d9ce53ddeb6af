package import ControlAPI
import Synchronization

/// Follows jobs on a stream and shows them: a live table on a terminal, otherwise lines.
package final class JobFollower: Sendable {
    /// When the following is over.
    package enum Goal: Sendable, Equatable {
        /// All named jobs have ended.
        case ended
        /// All named jobs run or have ended.
        case running
        /// Never.
        case never

        func isReached(by job: JobSummary) -> Bool {
            switch self {
            case .ended: job.isFinal
            case .running: job.isFinal || job.state == "Running"
            case .never: false
            }
        }
    }

    /// What is followed and how it is shown.
    package struct Settings: Sendable {
        /// The namespace; `nil` means all.
        package var namespace: String?
        /// Names of runs; none means all jobs.
        package var names: [String]
        /// When it is over.
        package var goal: Goal
        /// Where the table or the lines go; `nil` shows nothing.
        package var channel: Console.Channel?
        /// Whether the table begins with a line about the cluster.
        package var showsCluster = false

        /// Follows named runs.
        package init(
            namespace: String?, names: [String], goal: Goal, channel: Console.Channel?
        ) {
            self.namespace = namespace
            self.names = names
            self.goal = goal
            self.channel = channel
        }
    }

    private struct State: Sendable {
        var board: WatchBoard
        var changes = ChangeLog()
        var isChanged = true
        /// The last line written of each job; one like it is not written again.
        var written: [UInt64: StyledLine] = [:]
    }

    /// Between two drawings of the table.
    static let drawPause = Duration.milliseconds(100)
    /// Every so many drawings ages and rates are drawn again without a change.
    static let drawingsPerRefresh = 10
    /// Between two questions about the cluster.
    static let clusterPause = Duration.seconds(2)

    private let client: SchedulerClient
    private let console: Console
    private let settings: Settings
    private let state: Mutex<State>

    /// A follower that has not started.
    package init(_ client: SchedulerClient, _ console: Console, _ settings: Settings) {
        self.client = client
        self.console = console
        self.settings = settings
        state = Mutex(State(board: WatchBoard(only: Set(settings.names))))
    }

    private var isLive: Bool { settings.channel.map(console.isTerminal) ?? false }

    /// Follows until the goal is reached; gives the named jobs as they are then.
    ///
    /// Throws with status `timedOut` when `timeout` passes first.
    package func run(timeout: Duration? = nil) async throws -> [JobSummary] {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.read()
                return true
            }
            if isLive {
                group.addTask { try await self.draw() }
                if settings.showsCluster { group.addTask { try await self.askCluster() } }
            }
            if let timeout {
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw ClientFailure(.timedOut, "the jobs did not get there in \(timeout)")
                }
            }
            defer { group.cancelAll() }
            while let isOver = try await group.next(), !isOver {}
        }
        if isLive, let channel = settings.channel { try showEnd(channel) }
        return state.withLock { $0.board.ordered }
    }

    // MARK: Reading

    private func read() async throws {
        let path = APIPath.watch + APIPath.query([("namespace", settings.namespace)])
        let isQuiet = settings.channel == nil
        try await Reconnection().run(
            lost: { failure in
                if !isQuiet { self.console.note("waiting: \(failure.message)") }
            },
            { opened in
                var isOver = false
                try await client.stream(
                    path,
                    opened: {
                        opened()
                        try await refresh()
                        isOver = isReached
                        return !isOver
                    },
                    take: { event in
                        guard !isOver else { return false }
                        try take(event)
                        isOver = isReached
                        return !isOver
                    })
                return isOver
            })
    }

    /// Asks for every named job that has not ended: the stream only tells what changes.
    private func refresh() async throws {
        for name in settings.names {
            let isKnown = state.withLock { state in
                state.board.jobs.values.contains { $0.name == name && $0.isFinal }
            }
            guard !isKnown else { continue }
            let path =
                APIPath.job(name, .stream) + APIPath.query([("namespace", settings.namespace)])
            try await client.stream(path) { event in
                try take(event)
                return false
            }
        }
    }

    private var isReached: Bool {
        guard settings.goal != .never else { return false }
        let goal = settings.goal
        let names = settings.names
        return state.withLock { state in
            let reached = state.board.jobs.values.filter(goal.isReached).map(\.name)
            return Set(names).isSubset(of: reached)
        }
    }

    private func take(_ event: ServerSentEvent) throws {
        let now = WallTime.milliseconds
        let line = state.withLock { state -> StyledLine? in
            guard let id = state.board.take(event), let job = state.board.jobs[id] else {
                return nil
            }
            state.isChanged = true
            guard state.changes.take(job, now: now) else { return nil }
            let line = state.board.line(of: id, now: now)
            guard state.written[id] != line else { return nil }
            state.written[id] = line
            return line
        }
        guard let line, let channel = settings.channel, !isLive else { return }
        try console.raw(channel, line.plain + "\n")
    }

    // MARK: Showing

    private func draw() async throws -> Bool {
        guard let channel = settings.channel else { return false }
        var region = LiveRegion(console, on: channel)
        var drawings = 0
        while !Task.isCancelled {
            drawings += 1
            let isDue = drawings % JobFollower.drawingsPerRefresh == 1
            let isChanged = state.withLock { state in
                defer { state.isChanged = false }
                return state.isChanged
            }
            if isChanged || isDue { try region.draw(lines(channel)) }
            do {
                try await Task.sleep(for: JobFollower.drawPause)
            } catch {
                break
            }
        }
        // The last state is written instead.
        try region.clear()
        return false
    }

    /// The last state stays, uncut: it holds the digests.
    private func showEnd(_ channel: Console.Channel) throws {
        let color = console.usesColor(channel)
        for line in lines(channel) {
            try console.raw(channel, line.rendered(columns: Int.max, color: color) + "\n")
        }
    }

    private func lines(_ channel: Console.Channel) -> [StyledLine] {
        let columns = console.size(channel).columns
        return state.withLock { $0.board.lines(columns: columns, now: WallTime.milliseconds) }
    }

    private func askCluster() async throws -> Bool {
        while !Task.isCancelled {
            if let nodes = try? await client.nodes(), let health = try? await client.health() {
                state.withLock { state in
                    state.board.cluster = WatchBoard.Cluster(nodes: nodes, health: health)
                    state.isChanged = true
                }
            }
            try await Task.sleep(for: JobFollower.clusterPause)
        }
        return false
    }
}
