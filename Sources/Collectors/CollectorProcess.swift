package import ClusterVocabulary
import Dispatch
import Foundation
import Synchronization
import WorkerCore

/// The process around a command: starts it, says what it measures as lines of its own between the
/// command's output, and ends as the command ends.
///
/// It runs as the command's user, in its working folder, under its limits, and its lines go the way
/// of all output; so values survive restarts of every daemon and come exactly once.
package struct CollectorProcess {
    /// How often a file is looked at, and a page fetched.
    private static let pauseSeconds = 0.1

    private let collector: MetricCollector
    private let words: [String]

    /// Prepares a command's process.
    package init(_ collector: MetricCollector, words: [String]) {
        self.collector = collector
        self.words = words
    }

    /// Runs the command to its end; gives the exit code, or does not return when a signal ended it.
    package func run() -> Int32 {
        let folder = FileManager.default.currentDirectoryPath
        var variables = ProcessInfo.processInfo.environment
        var words = self.words
        let place = relocation(folder, variables)
        if let place {
            words = words.map(place.applied)
            variables = variables.mapValues(place.applied)
            makeFolders(place)
        }
        if case .pushed = collector.source, let place {
            variables[MetricCollector.pushVariable] = place.place
        }
        var collection = RunningCollection(collector, place: place)
        SignalForwarding.begin()
        guard let child = ChildCommand(words, variables, relays: collector.source == .output)
        else { return 127 }
        let relays = child.outputs.map { OutputRelay($0.from, to: $0.to, collector) }
        SignalForwarding.child.store(child.number, ordering: .relaxed)
        let status = follow(child, &collection)
        for relay in relays { relay.wait() }
        report(collection.news(isEnd: true))
        if !collection.isThere, collector.source != .output {
            RunningCollection.note("nothing to collect was found at \(subject(place))")
        }
        return CollectorProcess.end(as: status)
    }

    private func relocation(_ folder: String, _ variables: [String: String]) -> PathRelocation? {
        let path: String
        switch collector.source {
        case .file(let file, _): path = file
        case .events(let below): path = below
        case .pushed: path = ".collected/pushed"
        case .output, .scrape: return nil
        }
        return PathRelocation(
            path, words: words, variables: Array(variables.values), folder: folder)
    }

    private func makeFolders(_ place: PathRelocation) {
        var folder = place.place
        if case .events = collector.source {
            // Programs expect the folder that a container would have mounted.
        } else {
            folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
        }
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        if place.isMoved { RunningCollection.note("\(place.path) is \(place.place) here") }
    }

    private func subject(_ place: PathRelocation?) -> String {
        if case .scrape(let port, let path, _) = collector.source {
            return "http://127.0.0.1:\(port)\(path)"
        }
        return place?.place ?? ""
    }

    /// Waits for the command's end, looking for news meanwhile.
    private func follow(
        _ child: ChildCommand, _ collection: inout RunningCollection
    ) -> Int32 {
        let waiting = EndOfCommand(number: child.number)
        Thread { waiting.wait() }.start()
        while !waiting.isOver(within: CollectorProcess.pauseSeconds) {
            report(collection.news(isEnd: false))
        }
        return waiting.status
    }

    private func report(_ news: [[Metric]]) {
        for metrics in news {
            RunningCollection.write(CollectedLine.text(metrics), to: STDOUT_FILENO)
        }
    }

    private static func end(as status: Int32) -> Int32 {
        let number = status & 0x7F
        guard number != 0 else { return (status >> 8) & 0xFF }
        // The command has left its own core file, if any.
        var limit = rlimit()
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        signal(number, SIG_DFL)
        kill(getpid(), number)
        // It comes at once, but perhaps to another thread.
        Thread.sleep(forTimeInterval: 1)
        return 128 + number
    }
}

/// The end of a process, waited for by a thread of its own.
private final class EndOfCommand: Sendable {
    private let number: pid_t
    private let ended = DispatchSemaphore(value: 0)
    private let result = Atomic<Int32>(0)

    init(number: pid_t) {
        self.number = number
    }

    func wait() {
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        result.store(status, ordering: .releasing)
        ended.signal()
    }

    func isOver(within seconds: Double) -> Bool {
        ended.wait(timeout: .now() + seconds) == .success
    }

    var status: Int32 { result.load(ordering: .acquiring) }
}
