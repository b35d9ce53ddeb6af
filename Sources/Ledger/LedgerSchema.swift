import GRDB

/// The tables of the two files and the numbers that name their format.
enum LedgerSchema {
    /// The newest schema this program writes and reads, in `user_version`.
    static var version: Int { LedgerMigration.all.last?.version ?? firstVersion }
    /// The schema that ``ledger`` makes; ``LedgerMigration`` leads on from it.
    static let firstVersion = 1
    /// The schema of the file of curves.
    static let curvesVersion = 1
    /// "mlcl": marks the file as a ledger, in `application_id`.
    static let applicationID = 0x6D6C_636C
    /// "mlcm": marks the file of curves.
    static let curvesApplicationID = 0x6D6C_636D

    /// The ledger. `record` is the history, one row for each commit with facts, chained by
    /// checksum; `event` finds facts in it; the other tables are the newest state of each entity.
    static let ledger = """
        CREATE TABLE setting (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT;
        CREATE TABLE record (
            sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence > 0),
            committed_at INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            facts BLOB NOT NULL
        ) STRICT;
        CREATE TABLE job (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
            namespace TEXT NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            run INTEGER NOT NULL CHECK (run > 0),
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
            idempotency_key TEXT NOT NULL,
            submitted_at INTEGER NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX job_run ON job (namespace, name, run);
        CREATE UNIQUE INDEX job_key ON job (namespace, idempotency_key)
            WHERE idempotency_key <> '';
        CREATE TABLE event (
            sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence > 0),
            record INTEGER NOT NULL REFERENCES record (sequence),
            position INTEGER NOT NULL CHECK (position >= 0),
            job INTEGER REFERENCES job (id),
            kind INTEGER NOT NULL CHECK (kind > 0),
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX event_job ON event (job, sequence) WHERE job IS NOT NULL;
        CREATE TABLE specification (
            job INTEGER NOT NULL PRIMARY KEY REFERENCES job (id),
            text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE node (
            id TEXT NOT NULL PRIMARY KEY,
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE model (
            namespace TEXT NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            version INTEGER NOT NULL CHECK (version > 0),
            job INTEGER NOT NULL REFERENCES job (id),
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (namespace, name, version)
        ) STRICT;
        CREATE INDEX model_job ON model (job);
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(firstVersion);
        """

    /// Digests of rounds, for audits; beside the curves, made when it is missing. `shares` is who
    /// computed which replicas (`h1 0 4,h2 4 8`), `body` the digest of the state before the round
    /// and of each replica's delta, 8 bytes each, little-endian.
    static let computedRounds = """
        CREATE TABLE IF NOT EXISTS computed_round (
            job INTEGER NOT NULL CHECK (job > 0),
            number INTEGER NOT NULL CHECK (number >= 0),
            attempt INTEGER NOT NULL,
            shares TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (job, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// The curves. A value that is not a number is kept as NULL, because SQLite has no NaN.
    static let curves = """
        CREATE TABLE series (
            id INTEGER NOT NULL PRIMARY KEY,
            job INTEGER NOT NULL CHECK (job > 0),
            attempt INTEGER NOT NULL,
            name TEXT NOT NULL,
            stride INTEGER NOT NULL CHECK (stride > 0),
            count INTEGER NOT NULL,
            last_round INTEGER NOT NULL,
            UNIQUE (job, attempt, name)
        ) STRICT;
        CREATE TABLE point (
            series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
            round INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            value REAL,
            at INTEGER NOT NULL,
            PRIMARY KEY (series, round)
        ) STRICT, WITHOUT ROWID;
        PRAGMA application_id = \(curvesApplicationID);
        PRAGMA user_version = \(curvesVersion);
        """

    /// Refuses a database of something else and one of a newer release.
    static func checkFormat(_ database: Database, path: String, applicationID: Int) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard found == applicationID else { throw LedgerError.foreign(path: path) }
        let newest = applicationID == Self.applicationID ? Self.version : curvesVersion
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= newest else {
            throw LedgerError.newerVersion(
                path: path, found: version, newestKnown: newest,
                copy: LedgerMigration.copy(of: path, readableBy: newest))
        }
        guard version > 0 else {
            throw LedgerError.damaged(path: path, detail: "its schema version is \(version)")
        }
    }
}
