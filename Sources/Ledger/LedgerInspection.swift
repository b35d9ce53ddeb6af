import ClusterVocabulary
import GRDB
import WireCodec

/// The walk through a whole ledger, inside one read transaction.
struct LedgerInspection {
    /// The ledger, for errors.
    let path: String

    func report(_ database: Database, synchronous: String) throws -> LedgerCheckReport {
        var report = LedgerCheckReport(path: path)
        report.synchronous = synchronous
        report.schemaVersion = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        report.journalMode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
        if synchronous != "FULL" { report.add("synchronous is \(synchronous), not FULL") }
        if report.journalMode != "wal" {
            report.add("the journal mode is \(report.journalMode), not wal")
        }
        do {
            try checkFile(database, &report)
            let fold = try checkHistory(database, &report)
            try checkJobs(database, fold, &report)
            try checkRuns(database, &report)
            try checkRest(database, &report)
            try checkTrials(database, &report)
            try checkAccess(database, &report)
        } catch {
            report.add("reading ends early: \(LedgerError(error, path: path))")
        }
        return report
    }

    private func checkFile(_ database: Database, _ report: inout LedgerCheckReport) throws {
        let findings = try String.fetchAll(
            database, sql: "PRAGMA integrity_check(\(LedgerCheckReport.mostProblems))")
        for finding in findings where finding != "ok" {
            report.add("the file is damaged: \(finding)")
        }
        let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
        for orphan in orphans.prefix(LedgerCheckReport.mostProblems) {
            let table: String = orphan[0]
            let parent: String = orphan[2]
            report.add("a row of \(table) names a row of \(parent) that is not there")
        }
    }

    /// Every record against its checksum, its place, and the events made from it.
    private func checkHistory(
        _ database: Database, _ report: inout LedgerCheckReport
    ) throws -> LedgerFold {
        var fold = LedgerFold()
        var chain: Int64 = 0
        let events = try Row.fetchCursor(
            database, sql: "SELECT sequence, record, position, job, kind, at FROM event ORDER BY 1")
        let records = try Row.fetchCursor(
            database, sql: "SELECT sequence, checksum, facts FROM record ORDER BY sequence")
        while let row = try records.next() {
            report.records += 1
            let sequence: Int64 = row["sequence"]
            if sequence != Int64(report.records) {
                report.add("record \(report.records) is missing; record \(sequence) follows")
                report.records = Int(clamping: sequence)
            }
            var facts: [LedgerFact] = []
            do {
                facts = try StoredBody.read(
                    row, "facts", of: "record \(sequence)", path: path, after: chain,
                    decode: WireCodec.decodeLedgerFacts)
            } catch LedgerError.damaged(_, let detail) {
                report.add("the history is broken: \(detail)")
            }
            chain = row["checksum"]
            for (position, fact) in facts.enumerated() {
                report.events += 1
                let expected: [Int64?] = [
                    Int64(report.events), sequence, Int64(position),
                    fact.job.number == 0 ? nil : Int64(clamping: fact.job.number),
                    Int64(fact.kind.rawValue), fact.at,
                ]
                let event = try events.next()
                if event.map({ row in (0..<6).map { row[$0] as Int64? } }) != expected {
                    report.add(
                        "event \(report.events) is not fact \(position) of record \(sequence)")
                }
                for problem in fold.take(fact) { report.add(problem) }
            }
        }
        if try events.next() != nil {
            report.add("events follow after the last fact, \(report.events)")
        }
        return fold
    }

    /// Every job's row against its own record and against the history.
    private func checkJobs(
        _ database: Database, _ fold: LedgerFold, _ report: inout LedgerCheckReport
    ) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT job.id, namespace, name, run, state, idempotency_key, submitted_at, deleted,
                    checksum, body, specification.job IS NOT NULL AS is_specified
                FROM job LEFT JOIN specification ON specification.job = job.id ORDER BY job.id
                """)
        while let row = try rows.next() {
            report.jobs += 1
            let id: Int64 = row["id"]
            if row["deleted"] as Bool { report.deletedJobs += 1 }
            do {
                let record = try StoredBody.read(
                    row, "body", of: "job \(id)", path: path, decode: WireCodec.decodeJobRecord)
                compare(row, record, &report)
                compare(record, row["deleted"], fold.jobs[record.id], &report)
            } catch LedgerError.damaged(_, let detail) {
                report.add("a job is damaged: \(detail)")
            }
            if !(row["is_specified"] as Bool) {
                report.add("job \(id) has no specification")
            }
        }
        if report.jobs < fold.jobs.count {
            report.add("the history knows \(fold.jobs.count) jobs, the table has \(report.jobs)")
        }
    }

    private func compare(_ row: Row, _ record: JobRecord, _ report: inout LedgerCheckReport) {
        let agree =
            row["id"] == Int64(clamping: record.id.number) && row["namespace"] == record.namespace
            && row["name"] == record.name && row["run"] == Int64(record.run)
            && row["state"] == Int64(record.state.rawValue)
            && row["idempotency_key"] == record.idempotencyKey
            && row["submitted_at"] == record.submittedAt
        if !agree { report.add("job \(record.id): its row and its record differ") }
        var term: UInt64 = 0
        for entry in record.history {
            if entry.term.number < term {
                report.add("job \(record.id): its membership history goes back in terms")
            }
            term = entry.term.number
        }
        if term > record.term.number {
            report.add("job \(record.id): term \(record.term) is before its history's \(term)")
        }
    }

    private func compare(
        _ record: JobRecord, _ isDeleted: Bool, _ line: LedgerFold.JobLine?,
        _ report: inout LedgerCheckReport
    ) {
        guard let line else {
            report.add("job \(record.id) has a row but was never submitted")
            return
        }
        if line.state != record.state {
            report.add(
                "job \(record.id) is \(record.state.word), its history says \(line.state.word)")
        }
        if line.term > record.term.number {
            report.add(
                "job \(record.id) is in term \(record.term), its history says \(line.term)")
        }
        if line.isDeleted != isDeleted {
            report.add(
                "job \(record.id) is \(isDeleted ? "" : "not ")deleted, its history says otherwise")
        }
    }

    /// Runs of a name and versions of a model count from 1 without gaps, in order of the jobs.
    private func checkRuns(_ database: Database, _ report: inout LedgerCheckReport) throws {
        // The jobs of trials are counted by their trials. A ledger of an older release, looked at
        // without changing it, has none.
        let ofTrials =
            try database.tableExists("experiment")
            ? """
            AND NOT EXISTS (SELECT 1 FROM experiment
                WHERE experiment.namespace = jobs.namespace
                    AND experiment.name || '-' || experiment.run = jobs.name)
            """ : ""
        let gaps = try Row.fetchCursor(
            database,
            sql: """
                SELECT namespace, name, run, id FROM
                    (SELECT namespace, name, run, id, row_number()
                        OVER (PARTITION BY namespace, name ORDER BY id) AS place FROM job) AS jobs
                WHERE run <> place \(ofTrials) ORDER BY id
                """)
        while let row = try gaps.next() {
            let name: String = row["name"]
            report.add(
                "job \(row["id"] as Int64) is \(name)-\(row["run"] as Int64), not the next run")
        }
        let versions = try Row.fetchCursor(
            database,
            sql: """
                SELECT namespace, name, version FROM
                    (SELECT namespace, name, version, row_number()
                        OVER (PARTITION BY namespace, name ORDER BY version) AS place FROM model)
                WHERE version <> place ORDER BY namespace, name, version
                """)
        while let row = try versions.next() {
            let name: String = row["name"]
            report.add("model \(name)@\(row["version"] as Int64) is not the next version")
        }
    }

    /// Nodes and models can be read.
    private func checkRest(_ database: Database, _ report: inout LedgerCheckReport) throws {
        do {
            _ = try LedgerReading(path: path).everything(database)
        } catch LedgerError.damaged(_, let detail) {
            report.add("recovery would fail: \(detail)")
        }
    }

    /// Every experiment and trial can be read; trials are counted without gaps, their jobs exist.
    private func checkTrials(_ database: Database, _ report: inout LedgerCheckReport) throws {
        guard try database.tableExists("trial") else { return }
        do {
            for item in try LedgerReading(path: path).experiments(database).items {
                let record = item.record
                if item.trials.map(\.number) != Array(1..<record.nextTrial) {
                    report.add(
                        "the trials of \(record.fullName) are not 1 to \(record.nextTrial - 1)")
                }
                var counts = TrialCounts()
                for trial in item.trials { counts[trial.state] += 1 }
                if counts != record.counts {
                    report.add("\(record.fullName) counts its trials otherwise than they are")
                }
            }
        } catch LedgerError.damaged(_, let detail) {
            report.add("recovery would fail: \(detail)")
        }
        let lost = try Int.fetchOne(
            database,
            sql: "SELECT count(*) FROM trial WHERE job > 0 AND job NOT IN (SELECT id FROM job)")
        if let lost, lost > 0 { report.add("\(lost) trials name jobs that are not there") }
    }
}
