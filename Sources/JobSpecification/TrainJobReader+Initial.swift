import ClusterVocabulary

/// `spec.initial`: the saved model whose values training begins from.
extension TrainJobReader {
    /// The model as written; `sha256` and `bytes` stand there once a scheduler looked it up.
    func readInitial(_ spec: FieldReader) -> InitialModel? {
        guard spec.has("initial") else { return nil }
        let reader = spec.section("initial")
        defer { reader.finish() }
        reader.require("model", "model: digits@3")
        reader.belongsElsewhere(["mlp": "spec.model", "cnn": "spec.model"])
        let isResolved = reader.has("sha256") || reader.has("bytes")
        guard let name = reader.text("model", TrainJobReader.savedModel) else { return nil }
        var initial = InitialModel(name: name)
        if isResolved {
            reader.require("sha256", "sha256: a digest")
            reader.require("bytes", "bytes: 4096")
            initial.digest = reader.text("sha256", NameRules.digest) ?? ""
            initial.byteCount = Int64(
                reader.integer("bytes", in: 1...(1 << 40), default: 1))
        }
        return initial
    }

    /// A name, or a name, `@` and a version.
    private static func savedModel(_ text: String) -> String? {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if let problem = NameRules.name(String(parts[0])) { return problem }
        guard parts.count == 2 else { return nil }
        return UInt32(parts[1]).map { $0 > 0 } == true
            ? nil : "the version behind @ must be a number from 1"
    }
}

extension InitialModel {
    /// The line under `spec`.
    var canonicalLine: String {
        let stored = digest.isEmpty ? "" : ", sha256: \"\(digest)\", bytes: \(byteCount)"
        return "  initial: {model: \(CanonicalYAML.text(name))\(stored)}"
    }
}
