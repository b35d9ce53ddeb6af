import Artifacts
import ClusterVocabulary
import Foundation
import Ledger

/// Applies the retention rules: logs, curves and files that nobody needs any more.
///
/// Rows of the ledger are never removed: a deleted job leaves its tombstone and its facts. A file
/// is needed while any row of a job or model that is not deleted, or a spec, names its digest.
struct Housekeeper {
    let ledger: LedgerStore
    let artifacts: ArtifactStore
    let logs: JobLogs
    let view: CommittedView
    let rules: RetentionRules

    /// Looks for what the rules take, and removes it unless told only to look; `now` in
    /// wall-clock milliseconds. Ended jobs are named, their deletion is the core's.
    func sweep(
        now: Int64, removes: Bool
    ) throws -> (HousekeepingReport, [JobID]) {
        let stored = try stored()
        let ended = endedJobs(now)
        let removable = [
            HousekeepingReport.Item(
                what: "ended jobs", count: ended.count, bytes: 0, rule: rules.endedJobs),
            try sweepLogs(now, removes), try sweepCurves(now, removes),
            try sweepFiles(now, removes), try sweepPartialUploads(removes),
        ]
        return (
            HousekeepingReport(isDone: removes, removable: removable, stored: stored), ended
        )
    }

    private func endedJobs(_ now: Int64) -> [JobID] {
        guard rules.endedJobs > 0 else { return [] }
        return view.jobs(namespace: nil).map(\.record).filter {
            $0.requirements.keepFinishedSeconds == 0 && isOver($0, for: rules.endedJobs, now)
        }.map(\.id)
    }

    private func isOver(_ record: JobRecord, for seconds: Int64, _ now: Int64) -> Bool {
        record.state.isFinal && now - record.finishedAt > seconds * 1_000
    }

    /// Whether what belongs to a job may go: it is deleted, or ended long enough ago.
    private func isExpired(_ job: JobID, _ seconds: Int64, _ now: Int64) -> Bool {
        guard let record = view.job(job) else { return true }
        return isOver(record, for: seconds, now)
    }

    private func sweepLogs(_ now: Int64, _ removes: Bool) throws -> HousekeepingReport.Item {
        var item = HousekeepingReport.Item(what: "logs", count: 0, bytes: 0, rule: rules.logs)
        for (job, bytes) in logs.sizes() where isExpired(job, rules.logs, now) {
            item.count += 1
            item.bytes += bytes
            if removes { logs.remove(job) }
        }
        return item
    }

    private func sweepCurves(_ now: Int64, _ removes: Bool) throws -> HousekeepingReport.Item {
        let expired = try ledger.curveCounts().filter { isExpired($0.job, rules.curves, now) }
        if removes { try ledger.removeCurves(of: expired.map(\.job)) }
        let points = expired.reduce(0) { $0 + $1.points }
        return HousekeepingReport.Item(
            what: "curve points", count: points, bytes: Int64(points) * LedgerStore.bytesPerPoint,
            rule: rules.curves)
    }

    private func sweepFiles(_ now: Int64, _ removes: Bool) throws -> HousekeepingReport.Item {
        let rule = max(rules.files, RetentionRules.leastFileSeconds)
        var item = HousekeepingReport.Item(what: "files", count: 0, bytes: 0, rule: rule)
        let before = (now - rule * 1_000) * 1_000_000
        let old = try artifacts.list().filter { $0.lastUsed < before }
        guard !old.isEmpty else { return item }
        let needed = try ledger.artifactReferences()
        for object in old where !needed.contains(object.digest.hex) {
            if removes {
                // Somebody may have asked for it since.
                guard try artifacts.delete(object.digest, unlessUsedSince: before) else { continue }
            }
            item.count += 1
            item.bytes += Int64(object.size)
        }
        return item
    }

    private func sweepPartialUploads(_ removes: Bool) throws -> HousekeepingReport.Item {
        let partials = try artifacts.partials(olderThan: rules.partialUploads)
        if removes { try artifacts.removePartials(olderThan: rules.partialUploads) }
        return HousekeepingReport.Item(
            what: "partial uploads", count: partials.count,
            bytes: Int64(partials.reduce(0) { $0 + $1 }), rule: rules.partialUploads)
    }

    private func stored() throws -> [HousekeepingReport.Item] {
        let objects = try artifacts.list()
        let logs = logs.sizes()
        let growth = try ledger.growth()
        return growth.tables.map {
            HousekeepingReport.Item(what: "\($0.name) rows", count: $0.rows, bytes: $0.bytes)
        } + [
            HousekeepingReport.Item(what: "ledger file", count: 1, bytes: growth.fileBytes),
            HousekeepingReport.Item(
                what: "curve points", count: growth.curvePoints, bytes: growth.curveFileBytes),
            HousekeepingReport.Item(
                what: "logs", count: logs.count, bytes: logs.reduce(0) { $0 + $1.bytes }),
            HousekeepingReport.Item(
                what: "files", count: objects.count,
                bytes: objects.reduce(0) { $0 + Int64($1.size) }),
        ]
    }
}
