import Artifacts
import ClusterVocabulary
import ControlAPI

/// Specs for the tests.
enum Documents {
    /// The bytes every sample trains on.
    static let data = "a,b,class\n1,2,x\n3,4,y\n"

    static var digest: String { SHA256Hasher.digest(of: Array(data.utf8)).hex }

    static let format = "csv;label=name:class;header=auto;delimiter=auto"

    static var key: String {
        let file = DatasetReference.File(
            role: .train, digest: digest, byteCount: Int64(data.utf8.count), hostPath: "")
        let text = DatasetKeyText.text(format: format, files: [file])
        return SHA256Hasher.digest(of: Array(text.utf8)).hex
    }

    /// A job over the sample data, by digest.
    static func job(_ name: String, key: String = key, extra: String = "") -> String {
        """
        apiVersion: mlctl.dev/v1
        kind: TrainJob
        metadata: {name: \(name), labels: {team: a}}
        spec:
          replicas: 2
          data:
            source:
              artifact:
                key: "\(key)"
                format: "\(format)"
                files:
                  - {role: train, sha256: "\(digest)", bytes: \(data.utf8.count)}
          model: {mlp: {hidden: [8]}}
          training: {epochs: 3, batchSize: 1, seed: 1, optimizer: {sgd: {learningRate: 0.1}}}
          averaging: {every: 1}
        \(extra)
        """
    }

    /// The same job with its data source replaced.
    static func job(_ name: String, source: String) -> String {
        """
        apiVersion: mlctl.dev/v1
        kind: TrainJob
        metadata: {name: \(name)}
        spec:
          replicas: 1
          data:
            source: {\(source)}
            format: {csv: {label: class}}
          model: {mlp: {hidden: [8]}}
          training: {epochs: 1}
          averaging: {every: 1}
        """
    }
}
