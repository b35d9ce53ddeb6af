import GRDB

/// What a check of a ledger found.
package struct LedgerCheckReport: Sendable, Equatable {
    /// The ledger.
    package var path: String
    /// The version of its schema.
    package var schemaVersion = 0
    /// Its journal mode, such as `wal`.
    package var journalMode = ""
    /// `FULL`: how the writer syncs, read from its connection, or as it noted it at its start.
    package var synchronous = ""
    /// Records of facts.
    package var records = 0
    /// Facts.
    package var events = 0
    /// Jobs, deleted ones included.
    package var jobs = 0
    /// Tombstones of these.
    package var deletedJobs = 0
    /// Everything that is wrong, one sentence each, at most ``mostProblems``.
    package var problems: [String] = []

    /// The most problems listed.
    package static let mostProblems = 100

    /// Whether nothing is wrong.
    package var isSound: Bool { problems.isEmpty }

    mutating func add(_ problem: String) {
        switch problems.count {
        case ..<(LedgerCheckReport.mostProblems - 1): problems.append(problem)
        case LedgerCheckReport.mostProblems - 1: problems.append("there are more problems")
        default: break
        }
    }
}

extension LedgerStore {
    /// Reads the whole ledger and compares its history with its tables; any thread but the loop's.
    package func check() throws(LedgerError) -> LedgerCheckReport {
        try LedgerError.translating(path) {
            let settings = try writerSettings()
            return try pool.read { database in
                try LedgerInspection(path: path).report(
                    database, synchronous: LedgerSettings.word(settings.synchronous))
            }
        }
    }

    /// Checks the ledger at `path` without writing to it, also while a scheduler runs on it.
    ///
    /// Throws when there is nothing to check (no ledger there, not readable, another format);
    /// what is wrong inside stands in the report.
    package static func check(path: String) throws(LedgerError) -> LedgerCheckReport {
        if LedgerDoor.isDirectory(path) { throw .isDirectory(path: path) }
        guard LedgerDoor.exists(path) else { throw .missing(path: path) }
        try LedgerDoor.requireContent(path: path)
        return try LedgerError.translating(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(LedgerStore.busySeconds)
            configuration.prepareDatabase { database in
                try LedgerSchema.checkFormat(
                    database, path: path, applicationID: LedgerSchema.applicationID)
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { database in
                // A page that cannot be read is a finding of the report, not the end of the check.
                let noted = try? String.fetchOne(
                    database, sql: "SELECT value FROM setting WHERE name = 'synchronous'")
                return try LedgerInspection(path: path).report(
                    database, synchronous: noted ?? "unknown")
            }
        }
    }
}
