import ClusterVocabulary
import Glibc

/// The files of one task: what was begun and how it ended, whatever happens to the supervisor.
///
/// `claim` is made with O_EXCL before anything runs and holds the boot id and the context,
/// `process` the pid and the start time the kernel gives for it, `exit` the end. Each is synced
/// before what follows from it. No secret is in any of them.
struct TaskJournal {
    /// The folder.
    let folder: String

    /// A process by its id and the kernel's start time: never mistaken for a later one.
    struct Process: Equatable {
        var pid: pid_t
        var startTime: String
    }

    /// How a task ended.
    struct Ending: Equatable {
        var code: Int32
        var signal: Int32
        var failure: FailureClass?
        var reason: Reason
    }

    /// What a claim holds.
    struct Claim {
        var bootID: String
        var context: [UInt8]
    }

    init(of task: TaskID, in tasksFolder: String) {
        folder = "\(tasksFolder)/\(task)"
    }

    init(folder: String) {
        self.folder = folder
    }

    /// Claims the task: true once, for ever.
    func claim(bootID: String, context: [UInt8]) -> Bool {
        mkdir(folder, 0o700)
        let descriptor = open(
            "\(folder)/claim", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let head = Array("\(bootID)\n".utf8)
        guard TaskJournal.write(head + context, to: descriptor), fsync(descriptor) == 0 else {
            return false
        }
        TaskJournal.sync(folder: folder)
        return true
    }

    /// Notes the process before it executes anything.
    func note(_ process: Process) -> Bool {
        replace("process", Array("\(process.pid) \(process.startTime)\n".utf8))
    }

    /// Notes the end.
    func note(_ ending: Ending) -> Bool {
        let failure = ending.failure.map { String($0.rawValue) } ?? "-"
        return replace(
            "exit",
            Array(
                "\(ending.code) \(ending.signal) \(failure) \(ending.reason.code.rawValue)\n"
                    .utf8) + Array(ending.reason.message.utf8))
    }

    var claim: Claim? {
        guard let bytes = TaskJournal.read("\(folder)/claim", most: TaskStart.longestContext + 256),
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return Claim(
            bootID: String(decoding: bytes[..<end], as: UTF8.self),
            context: Array(bytes[(end + 1)...]))
    }

    var process: Process? {
        guard let bytes = TaskJournal.read("\(folder)/process", most: 256) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let pid = pid_t(words[0]) else { return nil }
        return Process(pid: pid, startTime: String(words[1]))
    }

    var ending: Ending? {
        guard let bytes = TaskJournal.read("\(folder)/exit", most: 16_384),
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 4, let code = Int32(words[0]), let signal = Int32(words[1]),
            let number = UInt16(words[3]), let reasonCode = Reason.Code(rawValue: number)
        else { return nil }
        return Ending(
            code: code, signal: signal,
            failure: UInt8(words[2]).flatMap { FailureClass(rawValue: $0) },
            reason: Reason(
                reasonCode, String(decoding: bytes[(end + 1)...], as: UTF8.self)))
    }

    /// Removes everything; the claim goes last, so that a half removed task is not started again.
    func remove() {
        for name in TaskJournal.names(in: folder) where name != "claim" {
            unlink("\(folder)/\(name)")
        }
        for name in TaskJournal.names(in: "\(folder)/output") {
            unlink("\(folder)/output/\(name)")
        }
        rmdir("\(folder)/output")
        unlink("\(folder)/claim")
        rmdir(folder)
    }

    /// The task a folder's name stands for.
    static func task(named name: String) -> TaskID? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let job = UInt64(parts[0]), let number = UInt32(parts[1]),
            let rank = Int(parts[2]), job > 0, number > 0, rank >= 0
        else { return nil }
        return TaskID(attempt: AttemptID(job: JobID(job), number: number), rank: rank)
    }

    // MARK: Files

    static func names(in folder: String) -> [String] {
        guard let listing = opendir(folder) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func replace(_ name: String, _ bytes: [UInt8]) -> Bool {
        let temporary = "\(folder)/\(name).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten = TaskJournal.write(bytes, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(temporary, "\(folder)/\(name)") == 0 else { return false }
        TaskJournal.sync(folder: folder)
        return true
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count, let start = buffer.baseAddress {
                let count = Glibc.write(descriptor, start + done, buffer.count - done)
                if count > 0 {
                    done += count
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    private static func sync(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func read(_ path: String, most: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= most {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            bytes += piece[..<count]
        }
        return nil
    }
}
