import ClusterVocabulary
import Glibc

/// The event files below a folder: every file whose name has `tfevents` in it, at any depth.
///
/// A value in `train/events…` is called `train/TAG`, one in the folder itself `TAG`.
struct EventFolder {
    /// The most files, and the deepest folder below the first.
    static let mostFiles = 1_024
    static let deepest = 8

    private struct File {
        var followed: FollowedFile
        var records = RecordFile()
        var prefix: String
        var isReported = false
    }

    let folder: String
    private var files: [String: File] = [:]

    init(_ folder: String) {
        self.folder = folder
    }

    /// Values that are new, by step; what is wrong with a file is said once.
    mutating func news(warn: (String) -> Void) -> [[Metric]] {
        find(folder, prefix: "", depth: 0)
        var found: [(step: Int64, metrics: [Metric])] = []
        for path in files.keys.sorted() {
            guard var file = files[path] else { continue }
            var followed = file.followed
            var records = file.records
            let prefix = file.prefix
            _ = followed.news { bytes in
                records.append(bytes)
                while let record = records.next() {
                    let event = SummaryEvent(record)
                    guard !event.values.isEmpty else { continue }
                    found.append(
                        (event.step, event.values.map { Metric(prefix + $0.name, $0.value) }))
                }
            }
            file.followed = followed
            file.records = records
            if let problem = records.problem, !file.isReported {
                file.isReported = true
                warn("\(path): \(problem); the rest of it is not read")
            }
            files[path] = file
        }
        // Several files grow at once; their steps go on together.
        let order = found.indices.sorted { (found[$0].step, $0) < (found[$1].step, $1) }
        var steps: [(step: Int64, metrics: [Metric])] = []
        for index in order {
            let event = found[index]
            if let last = steps.last, last.step == event.step,
                !event.metrics.contains(where: { metric in
                    last.metrics.contains { $0.name == metric.name }
                })
            {
                steps[steps.count - 1].metrics += event.metrics
            } else {
                steps.append(event)
            }
        }
        return steps.map { event in
            event.metrics.contains { $0.name == "step" }
                ? event.metrics : [Metric("step", Double(event.step))] + event.metrics
        }
    }

    private mutating func find(_ path: String, prefix: String, depth: Int) {
        guard depth <= EventFolder.deepest, let directory = opendir(path) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let inner = "\(path)/\(name)"
            guard files[inner] == nil else { continue }
            var status = stat()
            guard lstat(inner, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                find(inner, prefix: "\(prefix)\(name)/", depth: depth + 1)
            } else if status.st_mode & S_IFMT == S_IFREG, name.contains("tfevents"),
                files.count < EventFolder.mostFiles
            {
                files[inner] = File(followed: FollowedFile(inner), prefix: prefix)
            }
        }
    }
}
