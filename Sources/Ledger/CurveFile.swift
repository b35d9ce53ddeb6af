import ClusterVocabulary
import GRDB
import Synchronization

/// The second file: curves, bounded for each job, without a sync for each write.
///
/// A power cut may lose the last points; the file stays whole.
final class CurveFile: Sendable {
    let path: String
    /// Nothing after closing: GRDB does not survive the use of a closed queue.
    private let queue: Mutex<DatabaseQueue?>

    init(path: String) throws {
        self.path = path
        if LedgerDoor.byteCount(of: path) == 0 {
            try LedgerDoor.build(path, schema: LedgerSchema.curves)
        }
        var configuration = Configuration()
        configuration.label = "ledger curves"
        // Opened this way GRDB chooses WAL and `synchronous = NORMAL`: what is wanted here.
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(LedgerStore.busySeconds)
        configuration.prepareDatabase { database in
            try LedgerSchema.checkFormat(
                database, path: path, applicationID: LedgerSchema.curvesApplicationID)
            try LedgerDoor.requireWhole(database, path: path)
        }
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        // Files of releases before audits lack it.
        try opened.write { try $0.execute(sql: LedgerSchema.computedRounds) }
        queue = Mutex(opened)
    }

    func close() throws {
        try queue.withLock { queue in
            try queue?.close()
            queue = nil
        }
    }

    func append(_ points: [CurvePoint]) throws {
        try write { database in
            for point in points where point.name.utf8.count <= CurveBounds.longestName {
                try append(point, database)
            }
        }
    }

    func remove(_ jobs: [JobID]) throws {
        try write { database in
            for job in jobs {
                try database.execute(
                    sql: "DELETE FROM series WHERE job = ?",
                    arguments: [Int64(clamping: job.number)])
                try database.execute(
                    sql: "DELETE FROM computed_round WHERE job = ?",
                    arguments: [Int64(clamping: job.number)])
            }
        }
    }

    func points(job: JobID, name: String?, attempt: UInt32?) throws -> [CurvePoint] {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT attempt, name, round, epoch, value, at
                    FROM series JOIN point ON point.series = series.id
                    WHERE job = ?1 AND (?2 IS NULL OR name = ?2) AND (?3 IS NULL OR attempt = ?3)
                    ORDER BY attempt, name, round
                    """,
                arguments: [Int64(clamping: job.number), name, attempt.map { Int64($0) }])
            var points: [CurvePoint] = []
            while let row = try rows.next() {
                points.append(
                    CurvePoint(
                        job: job, attempt: UInt32(clamping: row["attempt"] as Int64),
                        round: row["round"], epoch: row["epoch"], name: row["name"],
                        value: (row["value"] as Double?) ?? .nan, at: row["at"]))
            }
            return points
        }
    }

    func counts() throws -> [(job: JobID, points: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT job, sum((SELECT count(*) FROM point WHERE series = series.id)) AS points
                    FROM series GROUP BY job ORDER BY job
                    """
            ).map { row in
                (job: JobID(UInt64(row["job"] as Int64)), points: row["points"] as Int)
            }
        }
    }

    func pointCount() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM point") ?? 0 }
    }

    func read<Value: Sendable>(_ work: (Database) throws -> Value) throws -> Value {
        try queue.withLock { queue in
            guard let queue else { throw LedgerError.closed(path: path) }
            return try queue.read(work)
        }
    }

    func write(_ work: (Database) throws -> Void) throws {
        try queue.withLock { queue in
            guard let queue else { throw LedgerError.closed(path: path) }
            try queue.write(work)
        }
    }

    private struct Series {
        var id: Int64
        var stride: Int64
        var count: Int
        var lastRound: Int64
    }

    private func append(_ point: CurvePoint, _ database: Database) throws {
        guard point.job.number > 0, let job = Int64(exactly: point.job.number) else { return }
        var series = try series(of: point, job: job, database)
        if series.count > 0 {
            // Rounds done again after a change of members give the same values: kept already.
            let (distance, overflows) =
                point.round.subtractingReportingOverflow(series.lastRound)
            guard overflows || distance >= series.stride, point.round > series.lastRound else {
                return
            }
        }
        try database.cachedStatement(
            sql: "INSERT INTO point (series, round, epoch, value, at) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [series.id, point.round, point.epoch, point.value, point.at])
        series.count += 1
        series.lastRound = point.round
        if series.count > CurveBounds.mostPointsPerSeries { try thin(&series, database) }
        try database.cachedStatement(
            sql: "UPDATE series SET stride = ?, count = ?, last_round = ? WHERE id = ?"
        ).execute(arguments: [series.stride, series.count, series.lastRound, series.id])
    }

    private func series(
        of point: CurvePoint, job: Int64, _ database: Database
    ) throws -> Series {
        let known = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT id, stride, count, last_round FROM series
                    WHERE job = ? AND attempt = ? AND name = ?
                    """), arguments: [job, Int64(point.attempt), point.name])
        if let known {
            return Series(
                id: known["id"], stride: known["stride"], count: known["count"],
                lastRound: known["last_round"])
        }
        try makeRoom(job, database)
        try database.execute(
            sql: """
                INSERT INTO series (job, attempt, name, stride, count, last_round)
                VALUES (?, ?, ?, 1, 0, 0)
                """, arguments: [job, Int64(point.attempt), point.name])
        return Series(id: database.lastInsertedRowID, stride: 1, count: 0, lastRound: 0)
    }

    private func makeRoom(_ job: Int64, _ database: Database) throws {
        let count =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM series WHERE job = ?", arguments: [job]) ?? 0
        guard count >= CurveBounds.mostSeriesPerJob else { return }
        try database.execute(
            sql: """
                DELETE FROM series WHERE id IN
                    (SELECT id FROM series WHERE job = ? ORDER BY attempt, id LIMIT ?)
                """, arguments: [job, count - CurveBounds.mostSeriesPerJob + 1])
    }

    private func thin(_ series: inout Series, _ database: Database) throws {
        let rounds = try Int64.fetchAll(
            database, sql: "SELECT round FROM point WHERE series = ? ORDER BY round",
            arguments: [series.id])
        series.stride = CurveBounds.coarserStride(than: series.stride, rounds: rounds)
        let kept = CurveBounds.kept(rounds, stride: series.stride)
        let delete = try database.cachedStatement(
            sql: "DELETE FROM point WHERE series = ? AND round = ?")
        for round in Set(rounds).subtracting(kept) {
            try delete.execute(arguments: [series.id, round])
        }
        series.count = kept.count
        series.lastRound = kept.last ?? 0
    }
}
