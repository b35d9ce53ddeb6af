import ClusterVocabulary
import Dispatch
import Foundation
import Logging
import SchedulerCore

/// The retention rules, applied once an hour and on request.
extension SchedulerDaemon {
    /// Applies the retention rules, or only looks what they would take.
    package func housekeep(removes: Bool) async throws -> HousekeepingReport {
        let housekeeper = housekeeper
        let (report, ended) = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<(HousekeepingReport, [JobID]), any Error>) in
            housekeeping.async {
                continuation.resume(
                    with: Result {
                        try housekeeper.sweep(now: WallClock.milliseconds, removes: removes)
                    })
            }
        }
        if removes {
            for job in ended { _ = await delete(job) }
        }
        return report
    }

    /// Once an hour, by a thread of its own; the first time an hour after the start.
    func startHousekeeping() {
        let thread = Thread { [weak self, logger] in
            var passed = 0.0
            while true {
                Thread.sleep(forTimeInterval: 5)
                passed += 5
                guard let self, !self.isStopping else { return }
                guard passed >= RetentionRules.sweepSeconds else { continue }
                passed = 0
                // As long as the lease it stands for, and whole once it has passed.
                RestoredMark.remove(from: self.settings.stateFolder)
                Task {
                    do {
                        let report = try await self.housekeep(removes: true)
                        let bytes = report.removable.reduce(0) { $0 + $1.bytes }
                        logger.info("housekeeping", metadata: ["removed.bytes": "\(bytes)"])
                    } catch {
                        logger.warning("housekeeping failed", metadata: ["error": "\(error)"])
                    }
                }
            }
        }
        thread.name = "housekeeping"
        thread.start()
    }

    private var housekeeper: Housekeeper {
        Housekeeper(
            ledger: ledger, artifacts: artifacts, logs: logs, view: view, rules: settings.retention)
    }
}
