/// The tables of experiments and their trials.
enum ExperimentSchema {
    /// A trial is known by its experiment and its number, which has no gaps.
    static let tables = """
        CREATE TABLE experiment (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
            namespace TEXT NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            run INTEGER NOT NULL CHECK (run > 0),
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
            idempotency_key TEXT NOT NULL,
            specification TEXT NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX experiment_run ON experiment (namespace, name, run);
        CREATE TABLE trial (
            experiment INTEGER NOT NULL REFERENCES experiment (id),
            number INTEGER NOT NULL CHECK (number > 0),
            job INTEGER NOT NULL,
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (experiment, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX trial_job ON trial (job) WHERE job > 0;
        """
}
