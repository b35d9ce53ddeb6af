import ClusterVocabulary
import Dispatch
import Foundation
import WorkerCore

/// Hands one stream of a command's output on unchanged and reads values from its lines.
final class OutputRelay: Sendable {
    /// How long output that others still hold open is waited for after the command's end.
    private static let patience = 2.0
    private let done = DispatchSemaphore(value: 0)

    init(_ descriptor: Int32, to target: Int32, _ collector: MetricCollector) {
        let thread = Thread { [done] in
            var lines = LineMetrics(collector)
            var piece = [UInt8](repeating: 0, count: 65_536)
            var isAtLineStart = true
            func say(_ news: [[Metric]]) {
                for metrics in news {
                    // Behind half a line of the command the mark is found all the same.
                    let start = isAtLineStart || target != STDOUT_FILENO ? "" : " "
                    RunningCollection.write(start + CollectedLine.text(metrics), to: STDOUT_FILENO)
                }
            }
            while true {
                let count = read(descriptor, &piece, piece.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                RunningCollection.write(piece[..<count], to: target)
                isAtLineStart = piece[count - 1] == UInt8(ascii: "\n")
                say(lines.read(piece[..<count]))
            }
            if !isAtLineStart { RunningCollection.write("\n", to: target) }
            say(lines.read([UInt8](), isEnd: true))
            done.signal()
        }
        thread.name = "output"
        thread.start()
    }

    /// Waits until everything is handed on.
    func wait() {
        _ = done.wait(timeout: .now() + OutputRelay.patience)
    }
}
