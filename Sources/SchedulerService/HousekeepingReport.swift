/// What a sweep removes, or would remove, and what is stored.
package struct HousekeepingReport: Sendable, Equatable {
    /// Things of one kind.
    package struct Item: Sendable, Equatable {
        /// Their kind: `logs`, `curves`, `files`, `partial uploads`, `ended jobs`, …
        package var what: String
        /// How many.
        package var count: Int
        /// Their bytes on disk, or of their rows.
        package var bytes: Int64
        /// The rule, in seconds; 0 for what no rule removes.
        package var rule: Int64

        /// Describes things.
        package init(what: String, count: Int, bytes: Int64, rule: Int64 = 0) {
            self.what = what
            self.count = count
            self.bytes = bytes
            self.rule = rule
        }
    }

    /// Whether it was removed; otherwise it would be.
    package var isDone: Bool
    /// What the rules take.
    package var removable: [Item]
    /// What was stored before.
    package var stored: [Item]

    /// Makes a report.
    package init(isDone: Bool, removable: [Item], stored: [Item]) {
        self.isDone = isDone
        self.removable = removable
        self.stored = stored
    }
}
