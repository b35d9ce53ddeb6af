package import ClusterVocabulary

/// The text whose SHA-256 names a data set, so that client and scheduler give the same set the
/// same name.
package enum DatasetKeyText {
    /// One line for the format, one per file in the order of roles: `role digest`.
    package static func text(format: String, files: [DatasetReference.File]) -> String {
        let ordered = files.sorted { $0.role.rawValue < $1.role.rawValue }
        let lines = ordered.map { "\($0.role.rawValue) \($0.digest)" }
        return (["dataset/1", format] + lines).joined(separator: "\n") + "\n"
    }
}
