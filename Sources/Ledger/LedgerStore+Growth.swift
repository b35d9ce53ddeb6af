package import ClusterVocabulary
import Foundation
import GRDB

/// How large a ledger is, table by table.
package struct LedgerGrowth: Sendable, Equatable {
    /// One table.
    package struct Table: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its rows.
        package var rows: Int
        /// The bytes of what they hold, without SQLite's own.
        package var bytes: Int64
    }

    /// The tables whose size grows with use.
    package var tables: [Table]
    /// Bytes of the ledger file and its log.
    package var fileBytes: Int64
    /// Points of all curves.
    package var curvePoints: Int
    /// Bytes of the file of curves and its log.
    package var curveFileBytes: Int64
}

extension LedgerStore {
    /// Bytes of a point of a curve with its place in the file, as measured.
    package static let bytesPerPoint: Int64 = 40

    /// The size of every table; reads all rows, not on the loop.
    package func growth() throws(LedgerError) -> LedgerGrowth {
        let tables = try LedgerError.translating(path) {
            try pool.read { database in
                try LedgerStore.contents.map { name, column in
                    let row = try Row.fetchOne(
                        database,
                        sql: "SELECT count(*), coalesce(sum(length(\(column))), 0) FROM \(name)")
                    return LedgerGrowth.Table(
                        name: name, rows: row?[0] ?? 0, bytes: row?[1] ?? 0)
                }
            }
        }
        let points = try LedgerError.translating(curves.path) { try curves.pointCount() }
        return LedgerGrowth(
            tables: tables,
            fileBytes: LedgerDoor.byteCount(of: path) + LedgerDoor.byteCount(of: path + "-wal"),
            curvePoints: points,
            curveFileBytes: LedgerDoor.byteCount(of: curves.path)
                + LedgerDoor.byteCount(of: curves.path + "-wal"))
    }

    private static let contents = [
        ("job", "body"), ("specification", "text"), ("record", "facts"), ("model", "body"),
        ("node", "body"), ("experiment", "body"), ("trial", "body"),
    ]

    /// Every digest that a job or model that is not deleted, or a spec, names: 64 hexadecimal
    /// digits in a row anywhere in a row's content, so that no kind of reference can be
    /// forgotten. Reads all rows, not on the loop.
    package func artifactReferences() throws(LedgerError) -> Set<String> {
        try LedgerError.translating(path) {
            try pool.read { database in
                var found: Set<String> = []
                let questions = [
                    "SELECT body FROM job WHERE deleted = 0", "SELECT body FROM model",
                    """
                    SELECT CAST(text AS BLOB) FROM specification
                    JOIN job ON job.id = specification.job WHERE deleted = 0
                    """,
                    "SELECT CAST(specification AS BLOB) FROM experiment WHERE deleted = 0",
                ]
                for question in questions {
                    let bodies = try Data.fetchCursor(database, sql: question)
                    while let body = try bodies.next() { DigestScan.collect(body, into: &found) }
                }
                return found
            }
        }
    }

    /// Jobs that have curves, with their points; not on the loop.
    package func curveCounts() throws(LedgerError) -> [(job: JobID, points: Int)] {
        try LedgerError.translating(curves.path) { try curves.counts() }
    }
}

/// Finds digests in the bytes of rows.
enum DigestScan {
    /// Hexadecimal digits of a SHA-256.
    private static let length = 64

    /// Adds every run of 64 lower-case hexadecimal digits; of longer runs every window, because
    /// the byte beside a digest may look like a digit.
    static func collect(_ bytes: some Collection<UInt8>, into found: inout Set<String>) {
        var run: [UInt8] = []
        func end() {
            guard run.count >= length else { return }
            for start in 0...(run.count - length) {
                found.insert(String(decoding: run[start..<start + length], as: UTF8.self))
            }
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                run.append(byte)
            default:
                end()
                run.removeAll(keepingCapacity: true)
            }
        }
        end()
    }
}
