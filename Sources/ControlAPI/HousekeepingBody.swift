/// What the retention rules take, and what is stored.
package struct HousekeepingBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Things of one kind.
    package struct Item: Decodable, Hashable, Sendable, JSONWritable {
        /// Their kind.
        package var what: String
        /// How many.
        package var count: Int
        /// Their bytes.
        package var bytes: Int64
        /// The rule, in seconds; 0 for what no rule removes.
        package var ruleSeconds: Int64

        /// Describes things.
        package init(what: String, count: Int, bytes: Int64, ruleSeconds: Int64) {
            self.what = what
            self.count = count
            self.bytes = bytes
            self.ruleSeconds = ruleSeconds
        }

        /// Writes them.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("what", what)
            json.field("count", count)
            json.field("bytes", bytes)
            json.field("ruleSeconds", ruleSeconds)
            json.endObject()
        }
    }

    /// Whether it was removed; otherwise it would be.
    package var removed: Bool
    /// What the rules take.
    package var removable: [Item]
    /// What was stored before.
    package var stored: [Item]

    /// Makes a body.
    package init(removed: Bool, removable: [Item], stored: [Item]) {
        self.removed = removed
        self.removable = removable
        self.stored = stored
    }

    /// Writes the body.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("removed", removed)
        json.list("removable", removable)
        json.list("stored", stored)
        json.endObject()
    }
}
