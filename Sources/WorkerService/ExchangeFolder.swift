import Foundation

/// The private folder of this worker's exchange sockets: short, because socket paths are limited
/// to 107 bytes, and readable by its owner alone.
enum ExchangeFolder {
    static func make() throws -> String {
        let root = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? "/tmp"
        removeLeft(in: root)
        var template = Array("\(root)/mlctl-x-\(getpid())-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else {
            throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: root])
        }
        return made
    }

    /// Removes the folders of workers that were killed: ours, with the id of no process.
    private static func removeLeft(in root: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for name in names where name.hasPrefix("mlctl-x-") {
            let words = name.split(separator: "-")
            var facts = stat()
            guard words.count == 4, let process = pid_t(words[2]),
                lstat("\(root)/\(name)", &facts) == 0, facts.st_uid == getuid(),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(root)/\(name)")
        }
    }
}
