package import ClusterVocabulary

/// One line of the record of who did what.
package struct AuditBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Counts the lines from 1.
    package var sequence: Int64
    /// When, as ``TimeText`` writes times.
    package var at: String?
    /// Who.
    package var user: String
    /// As what.
    package var role: String
    /// From where.
    package var origin: String
    /// What was asked, as the REST API names the operation.
    package var operation: String
    /// Of what.
    package var target: String
    /// `done`, or why not.
    package var outcome: String

    /// The body of a record.
    package init(sequence: Int64, record: AuditRecord) {
        self.sequence = sequence
        at = TimeText.text(milliseconds: record.at)
        user = record.user
        role = record.role
        origin = record.origin
        operation = record.operation
        target = record.target
        outcome = record.outcome
    }

    /// Writes the line.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("sequence", sequence)
        json.field("at", at)
        json.field("user", user)
        json.field("role", role)
        json.field("origin", origin)
        json.field("operation", operation)
        json.field("target", target)
        json.field("outcome", outcome)
        json.endObject()
    }
}
