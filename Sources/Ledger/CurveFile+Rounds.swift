import ClusterVocabulary
import Foundation
import GRDB

/// Digests of rounds, for audits: one row for each round of a job, the newest try's.
extension CurveFile {
    func append(_ rounds: [AttemptRounds]) throws {
        try write { database in
            for piece in rounds { try append(piece, database) }
        }
    }

    private func append(_ piece: AttemptRounds, _ database: Database) throws {
        let job = Int64(clamping: piece.attempt.job.number)
        let known =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM computed_round WHERE job = ?",
                arguments: [job]) ?? 0
        // A trainer keeps fewer by itself; this bounds what a wrong one can fill.
        guard job > 0, known < ComputedRounds.mostDigests else { return }
        let shares = piece.computed.shares.map {
            "\($0.node.name) \($0.firstReplica) \($0.endReplica)"
        }.joined(separator: ",")
        let statement = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO computed_round (job, number, attempt, shares, body)
                VALUES (?, ?, ?, ?, ?)
                """)
        for round in piece.computed.rounds {
            let words = ([round.state] + round.deltas).map(\.littleEndian)
            try statement.execute(
                arguments: [
                    job, round.number, Int64(piece.attempt.number), shares,
                    words.withUnsafeBytes { Data($0) },
                ])
        }
    }

    /// The rounds of a job, ascending, neighbours of one membership together.
    func computedRounds(of job: JobID) throws -> [ComputedRounds] {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT number, shares, body FROM computed_round WHERE job = ? ORDER BY number
                    """, arguments: [Int64(clamping: job.number)])
            var found: [ComputedRounds] = []
            var last = ""
            while let row = try rows.next() {
                let body: Data = row["body"]
                let words = stride(from: 0, to: body.count - 7, by: 8).map { place in
                    body.withUnsafeBytes {
                        UInt64(
                            littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                    }
                }
                let round = ComputedRounds.Round(
                    number: row["number"], state: words.first ?? 0,
                    deltas: Array(words.dropFirst()))
                let shares: String = row["shares"]
                if shares == last, !found.isEmpty {
                    found[found.count - 1].rounds.append(round)
                } else {
                    found.append(ComputedRounds(shares: Self.shares(shares), rounds: [round]))
                    last = shares
                }
            }
            return found
        }
    }

    private static func shares(_ text: String) -> [ComputedRounds.Share] {
        text.split(separator: ",").compactMap { share in
            let words = share.split(separator: " ")
            guard words.count == 3, let first = Int(words[1]), let end = Int(words[2]) else {
                return nil
            }
            return ComputedRounds.Share(
                node: NodeID(String(words[0])), firstReplica: first, endReplica: end)
        }
    }
}
