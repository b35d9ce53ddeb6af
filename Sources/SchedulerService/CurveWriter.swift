import ClusterVocabulary
import Dispatch
import Ledger
import Logging
import Synchronization

/// Writes measured values to the curve file, off the loop: they are many, and not worth a sync.
final class CurveWriter: Sendable {
    /// Points waiting to be written; further ones are dropped and counted.
    static let mostWaiting = 65_536

    private struct Waiting {
        var points: [CurvePoint] = []
        var rounds: [AttemptRounds] = []
        var isScheduled = false
        var dropped: UInt64 = 0
    }

    private let waiting = Mutex(Waiting())
    private let queue = DispatchQueue(label: "mlctl.curves")
    private let ledger: LedgerStore
    private let logger: Logger

    init(ledger: LedgerStore, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
    }

    /// Takes the values of progress reports.
    func append(_ reports: [TrainingProgress]) {
        let points = reports.flatMap { report in
            report.metrics.map { metric in
                CurvePoint(
                    job: report.attempt.job, attempt: report.attempt.number,
                    round: report.completeRounds, epoch: report.epoch, name: metric.name,
                    value: metric.value, at: WallClock.milliseconds)
            }
        }
        take(points, [])
    }

    /// Takes digests of rounds.
    func append(_ rounds: [AttemptRounds]) {
        take([], rounds)
    }

    private func take(_ points: [CurvePoint], _ rounds: [AttemptRounds]) {
        guard !points.isEmpty || !rounds.isEmpty else { return }
        let isFirst = waiting.withLock { waiting in
            let count = waiting.points.count + waiting.rounds.count
            guard count + points.count + rounds.count <= CurveWriter.mostWaiting else {
                waiting.dropped += UInt64(points.count + rounds.count)
                return false
            }
            waiting.points += points
            waiting.rounds += rounds
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        if isFirst { queue.async { [self] in write() } }
    }

    /// Drops the curves of deleted jobs.
    func remove(_ jobs: [JobID]) {
        queue.async { [self] in
            write()
            do {
                try ledger.removeCurves(of: jobs)
            } catch {
                logger.warning("curves were not removed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func write() {
        let taken = waiting.withLock { waiting in
            defer {
                waiting.points = []
                waiting.rounds = []
                waiting.isScheduled = false
            }
            return waiting
        }
        do {
            try ledger.appendPoints(taken.points)
            try ledger.appendRounds(taken.rounds)
        } catch {
            logger.warning("curve points were lost", metadata: ["error": "\(error)"])
        }
    }

    /// Waits until everything taken is written.
    func drain() {
        queue.sync {}
    }
}
