import ClusterVocabulary
import Foundation
import GRDB

/// The tables of users, tokens, node keys, claims and of the record of who did what.
enum AccessSchema {
    /// Secrets stand nowhere: tokens are kept by digest. `audit` is chained by checksum.
    static let tables = """
        CREATE TABLE access_user (
            name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
            role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 4),
            namespace TEXT NOT NULL,
            host_user INTEGER,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE access_token (
            id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            user TEXT NOT NULL,
            node TEXT NOT NULL,
            uses_left INTEGER,
            expires_at INTEGER,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE node_key (
            node TEXT NOT NULL PRIMARY KEY CHECK (node <> ''),
            public_key TEXT NOT NULL UNIQUE CHECK (length(public_key) = 40),
            next_public_key TEXT NOT NULL,
            token TEXT NOT NULL,
            enrolled_at INTEGER NOT NULL,
            rotated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE artifact_claim (
            namespace TEXT NOT NULL,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            at INTEGER NOT NULL,
            PRIMARY KEY (namespace, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit (
            sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence > 0),
            at INTEGER NOT NULL,
            user TEXT NOT NULL,
            role TEXT NOT NULL,
            origin TEXT NOT NULL,
            operation TEXT NOT NULL,
            target TEXT NOT NULL,
            outcome TEXT NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX audit_user ON audit (user, sequence);
        """
}

/// Writes changes of users, tokens, keys and claims inside the caller's transaction.
struct AccessWriter {
    private let changes: AccessChanges
    private let at: Int64

    init(_ changes: AccessChanges, at wallMilliseconds: Int64) {
        self.changes = changes
        at = wallMilliseconds
    }

    func write(to database: Database) throws {
        guard !changes.isEmpty else { return }
        for user in changes.users { try put(user, database) }
        for name in changes.removedUsers {
            try execute(database, "DELETE FROM access_user WHERE name = ?", [name])
            try execute(database, "DELETE FROM access_token WHERE user = ?", [name])
        }
        for token in changes.tokens { try put(token, database) }
        for id in changes.removedTokens {
            try execute(database, "DELETE FROM access_token WHERE id = ?", [id])
        }
        for node in changes.removedNodes {
            try execute(database, "DELETE FROM node_key WHERE node = ?", [node])
        }
        for key in changes.nodeKeys { try put(key, database) }
        for claim in changes.claims {
            try execute(
                database,
                "INSERT OR IGNORE INTO artifact_claim (namespace, digest, at) VALUES (?, ?, ?)",
                [claim.namespace, claim.digest, at])
        }
    }

    private func put(_ user: UserRecord, _ database: Database) throws {
        try execute(
            database,
            """
            INSERT OR REPLACE INTO access_user (name, role, namespace, host_user, created_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                user.name, Int64(user.role.rawValue), user.namespace,
                user.hostUser.map { Int64($0) }, user.createdAt,
            ])
    }

    private func put(_ token: AccessToken, _ database: Database) throws {
        try execute(
            database,
            """
            INSERT OR REPLACE INTO access_token
                (id, digest, user, node, uses_left, expires_at, created_by, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                token.id, token.digest, token.user, token.node, token.usesLeft.map { Int64($0) },
                token.expiresAt, token.createdBy, token.createdAt,
            ])
    }

    private func put(_ key: NodeKey, _ database: Database) throws {
        try execute(
            database,
            """
            INSERT OR REPLACE INTO node_key
                (node, public_key, next_public_key, token, enrolled_at, rotated_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                key.node, key.publicKey, key.nextPublicKey, key.token, key.enrolledAt,
                key.rotatedAt,
            ])
    }

    private func execute(
        _ database: Database, _ sql: String, _ arguments: StatementArguments
    ) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

/// Reads and checks the same tables.
struct AccessReading {
    /// The ledger, for errors.
    let path: String

    func everything(_ database: Database) throws -> AccessChanges {
        var found = AccessChanges()
        found.users = try users(database)
        found.tokens = try tokens(database)
        found.nodeKeys = try nodeKeys(database)
        let claims = try Row.fetchCursor(
            database, sql: "SELECT namespace, digest FROM artifact_claim ORDER BY 1, 2")
        while let row = try claims.next() {
            found.claims.append(ArtifactClaim(namespace: row[0], digest: row[1]))
        }
        return found
    }

    private func users(_ database: Database) throws -> [UserRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM access_user ORDER BY name").map { row in
            guard let number = UInt8(exactly: row["role"] as Int64),
                let role = AccessRole(rawValue: number)
            else {
                throw LedgerError.damaged(
                    path: path, detail: "user \(row["name"] as String) has no known role")
            }
            return UserRecord(
                name: row["name"], role: role, namespace: row["namespace"],
                hostUser: (row["host_user"] as Int64?).map { UInt32(clamping: $0) },
                createdAt: row["created_at"])
        }
    }

    private func tokens(_ database: Database) throws -> [AccessToken] {
        try Row.fetchAll(database, sql: "SELECT * FROM access_token ORDER BY id").map { row in
            AccessToken(
                id: row["id"], digest: row["digest"], user: row["user"], node: row["node"],
                usesLeft: (row["uses_left"] as Int64?).map { UInt32(clamping: $0) },
                expiresAt: row["expires_at"], createdBy: row["created_by"],
                createdAt: row["created_at"])
        }
    }

    private func nodeKeys(_ database: Database) throws -> [NodeKey] {
        try Row.fetchAll(database, sql: "SELECT * FROM node_key ORDER BY node").map { row in
            NodeKey(
                node: row["node"], publicKey: row["public_key"],
                nextPublicKey: row["next_public_key"], token: row["token"],
                enrolledAt: row["enrolled_at"], rotatedAt: row["rotated_at"])
        }
    }
}
