import Foundation

@testable import JobSpecification

/// Texts and places the tests of this target share.
enum Samples {
    static let minimal = """
        apiVersion: mlctl.dev/v1
        kind: TrainJob
        metadata: {name: digits}
        spec:
          data: {source: {file: digits.csv}}
          model: {mlp: {hidden: [64]}}

        """

    static let complete = """
        apiVersion: mlctl.dev/v1
        kind: TrainJob
        metadata:
          name: digits
          namespace: team-a
          labels: {tier: "1", app.example.org/part: data}
          annotations: {note: "a: \\"b\\"\\n\\tc \\u202E d, naïve 😀"}
        spec:
          replicas: 8
          data:
            source: {file: {train: a/digits train.csv, test: b.csv.gz}}
            format: {csv: {label: "64", header: true, delimiter: "\\t"}}
            split: {validation: 0.15, seed: 18446744073709551615}
          preprocessing: [standardize]
          model: {mlp: {hidden: [64, 32]}}
          training:
            epochs: "20"
            batchSize: 48
            seed: 9
            optimizer: {sgd: {learningRate: 1e-3, momentum: .9}}
          averaging: {every: 16, optimizerState: reset}
          numerics: Haswell
          resources: {cpu: 1500m, memory: 768Mi, maxHosts: 3}
          output: {model: best}
          runPolicy: {timeLimit: 90m, backoffLimit: 0, ttlAfterFinished: 30d, suspend: true}

        """

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let digest = String(repeating: "0123456789abcdef", count: 4)

    static func files(in folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: folder).resolvingSymlinksInPath(),
            includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "yaml" }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    static func read(_ text: String, _ overrides: [String] = []) throws
        -> SpecificationReader.Reading
    {
        let parsed = try overrides.map { try Override(parsing: $0) }
        return SpecificationReader.read(text, file: "train.yaml", overrides: parsed)
    }

    static func messages(_ text: String, _ overrides: [String] = []) throws -> [String] {
        try read(text, overrides).diagnostics.map {
            "\($0.file):\($0.line):\($0.column) \($0.path): \($0.message)"
        }
    }
}
