import Glibc

/// The processes of this host as `/proc` shows them.
struct ProcessTable {
    /// One process.
    struct Entry {
        var pid: pid_t
        var parent: pid_t
        var group: pid_t
        var session: pid_t
        var startTime: String
        var isZombie: Bool
    }

    let entries: [Entry]

    /// Everything that runs now.
    static func now() -> ProcessTable {
        ProcessTable(
            entries: TaskJournal.names(in: "/proc").compactMap { name in
                pid_t(name).flatMap(entry)
            })
    }

    /// One process; `nil` when it is gone.
    static func entry(_ pid: pid_t) -> Entry? {
        guard let bytes = TaskJournal.read("/proc/\(pid)/stat", most: 4_096),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        // Behind the command's name: state, parent, group, session; the start time is the 20th.
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 19, let parent = pid_t(fields[1]), let group = pid_t(fields[2]),
            let session = pid_t(fields[3])
        else { return nil }
        return Entry(
            pid: pid, parent: parent, group: group, session: session,
            startTime: String(fields[19]), isZombie: fields[0] == "Z" || fields[0] == "X")
    }

    /// Whether this very process still runs.
    static func runs(_ process: TaskJournal.Process) -> Bool {
        guard let entry = entry(process.pid) else { return false }
        return entry.startTime == process.startTime && !entry.isZombie
    }

    /// The variable every process of a task is born with.
    static let marker = "MLCTL_TASK_ID"

    /// The processes of a task: the leader's session and group, whatever descends from one of them
    /// or was seen to, and whatever carries the task's mark in its environment.
    func members(leader: pid_t, mark: String, known: [pid_t: String]) -> [Entry] {
        var found: Set<pid_t> = [leader]
        for entry in entries
        where entry.session == leader || entry.group == leader
            || known[entry.pid] == entry.startTime
        {
            found.insert(entry.pid)
        }
        var grew = true
        while grew {
            grew = false
            for entry in entries where found.contains(entry.parent) {
                if found.insert(entry.pid).inserted { grew = true }
            }
        }
        let own = getpid()
        for entry in entries where !found.contains(entry.pid) && entry.parent == own {
            // An orphan this supervisor adopted: its birth tells whose it is.
            if ProcessTable.carries(mark, entry.pid) { found.insert(entry.pid) }
        }
        return entries.filter { found.contains($0.pid) && $0.pid != own && !$0.isZombie }
    }

    /// Whether a process was born with the mark of a task.
    static func carries(_ mark: String, _ pid: pid_t) -> Bool {
        guard let bytes = TaskJournal.read("/proc/\(pid)/environ", most: 4 << 20) else {
            return false
        }
        let wanted = Array("\(marker)=\(mark)".utf8)
        return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }
}
