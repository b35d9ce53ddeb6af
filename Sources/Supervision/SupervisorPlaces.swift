/// Where a supervisor keeps its things, and its bounds.
package struct SupervisorPlaces: Sendable {
    /// The folder of the worker it belongs to.
    package let stateFolder: String

    /// The places under a worker's state folder.
    package init(stateFolder: String) {
        self.stateFolder = stateFolder
    }

    /// The socket its worker speaks to. Socket paths are short: the folder is named by its inode.
    package var socketPath: String {
        let wanted = "\(stateFolder)/supervisor.sock"
        return wanted.utf8.count < SupervisorPlaces.longestSocketPath
            ? wanted : "/tmp/mlctl-\(SupervisorPlaces.hash(stateFolder)).sock"
    }

    /// Held locked while a supervisor lives.
    package var lockPath: String { "\(stateFolder)/supervisor.lock" }
    /// What it writes for operators.
    package var logPath: String { "\(stateFolder)/supervisor.log" }
    /// One folder for each task.
    package var tasksFolder: String { "\(stateFolder)/tasks" }

    static let longestSocketPath = 100
    /// Bytes of the beginning of a task's output that are kept.
    package static let headBytes: Int64 = 4 << 20
    /// Bytes of each of two segments of its end.
    package static let segmentBytes: Int64 = 4 << 20
    /// The most bytes read from a process at once.
    static let readBytes = 65_536
    /// The most tasks held, ended ones included.
    static let mostTasks = 4_096
    /// How long a supervisor without tasks and without a worker stays.
    static let idleSeconds: Int64 = 60
    /// Connections at once.
    static let mostConnections = 16
    /// Bytes waiting for a worker that does not read.
    static let mostUnsent = 128 << 20

    /// A short name of a path (FNV-1a).
    static func hash(_ text: String) -> String {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(value, radix: 16)
    }
}
