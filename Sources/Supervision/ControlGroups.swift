import ClusterVocabulary
import Glibc

/// Control groups (cgroup v2) of tasks, where this process may make them.
///
/// They make killing whole and limits hard; without them both are done as far as signals allow.
struct ControlGroups {
    /// The folder in which tasks get theirs; `nil` when none can be made.
    let base: String?
    /// Whether memory and processor time can be limited.
    let isLimiting: Bool

    /// Groups in a folder that is there already; without one nothing is limited.
    init(base: String?, isLimiting: Bool) {
        self.base = base
        self.isLimiting = isLimiting
    }

    /// Tries what is allowed here.
    init(name: String) {
        guard let own = ControlGroups.ownFolder() else {
            base = nil
            isLimiting = false
            return
        }
        let base = "\(own)/mlctl-\(name)"
        let isMade = mkdir(base, 0o755) == 0 || errno == EEXIST
        guard isMade, access("\(base)/cgroup.procs", W_OK) == 0 else {
            self.base = nil
            isLimiting = false
            return
        }
        // A group with processes of its own passes no controllers on: this process steps aside.
        let aside = "\(own)/mlctl-\(name)-supervisor"
        let isGiven = ControlGroups.text("\(own)/cgroup.controllers").contains("memory")
        if isGiven, !ControlGroups.write("+memory +cpu +pids", to: "\(own)/cgroup.subtree_control"),
            mkdir(aside, 0o755) == 0 || errno == EEXIST,
            ControlGroups.write("\(getpid())", to: "\(aside)/cgroup.procs")
        {
            _ = ControlGroups.write("+memory +cpu +pids", to: "\(own)/cgroup.subtree_control")
        }
        _ = ControlGroups.write("+memory +cpu +pids", to: "\(base)/cgroup.subtree_control")
        let controllers = ControlGroups.text("\(base)/cgroup.subtree_control")
        self.base = base
        isLimiting = controllers.contains("memory")
    }

    /// How tasks are bounded and killed here, in words.
    var description: String {
        guard base != nil else {
            return "no control groups (cgroup v2) may be made here: memory and processor time of "
                + "commands are not limited, and their processes are found by session, descent "
                + "and environment"
        }
        return isLimiting
            ? "control groups limit memory and processor time and make kills whole"
            : "control groups make kills whole; the memory and cpu controllers are not given to "
                + "this user, so neither is limited"
    }

    private func folder(_ task: TaskID) -> String? { base.map { "\($0)/\(task)" } }

    /// Makes a task's group with its limits; gives the descriptor of its list of processes.
    func make(_ task: TaskID, _ limits: ResourceAmount) -> Int32 {
        guard let folder = folder(task), mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            return -1
        }
        if isLimiting {
            if limits.memoryBytes > 0 {
                _ = ControlGroups.write("\(limits.memoryBytes)", to: "\(folder)/memory.max")
                _ = ControlGroups.write("0", to: "\(folder)/memory.swap.max")
                _ = ControlGroups.write("1", to: "\(folder)/memory.oom.group")
            }
            if limits.milliCPU > 0 {
                _ = ControlGroups.write(
                    "\(limits.milliCPU * 100) 100000", to: "\(folder)/cpu.max")
            }
        }
        return open("\(folder)/cgroup.procs", O_WRONLY | O_CLOEXEC)
    }

    /// Kills everything in a task's group at once; false when there is no group.
    func kill(_ task: TaskID) -> Bool {
        guard let folder = folder(task) else { return false }
        return ControlGroups.write("1", to: "\(folder)/cgroup.kill")
    }

    /// The processes in a task's group.
    func processes(_ task: TaskID) -> [pid_t] {
        guard let folder = folder(task) else { return [] }
        return ControlGroups.text("\(folder)/cgroup.procs").split(separator: "\n")
            .compactMap { pid_t($0) }
    }

    /// Whether memory ran out in a task's group.
    func ranOutOfMemory(_ task: TaskID) -> Bool {
        guard let folder = folder(task) else { return false }
        return ControlGroups.text("\(folder)/memory.events").split(separator: "\n").contains {
            $0.hasPrefix("oom_kill ") && !$0.hasSuffix(" 0")
        }
    }

    /// Removes a task's group once it is empty.
    func remove(_ task: TaskID) {
        guard let folder = folder(task) else { return }
        // Groups the command made below its own go first.
        for name in TaskJournal.names(in: folder) { rmdir("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Removes what this process made for all tasks.
    func removeAll() {
        guard let base else { return }
        for name in TaskJournal.names(in: base) { rmdir("\(base)/\(name)") }
        rmdir(base)
    }

    /// The folder of the group this process is in.
    private static func ownFolder() -> String? {
        let lines = text("/proc/self/cgroup").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("0::") }) else { return nil }
        let path = line.dropFirst(3)
        let mounts = text("/proc/self/mounts").split(separator: "\n")
        for mount in mounts {
            let fields = mount.split(separator: " ")
            if fields.count > 2, fields[2] == "cgroup2" {
                return path == "/" ? String(fields[1]) : "\(fields[1])\(path)"
            }
        }
        return nil
    }

    private static func text(_ path: String) -> String {
        String(decoding: TaskJournal.read(path, most: 1 << 20) ?? [], as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count
    }
}
