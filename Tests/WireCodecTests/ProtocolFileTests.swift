import ClusterVocabulary
import Foundation
import Testing

/// The closed lists of the `.proto` files are those of the vocabulary, by name and number.
struct ProtocolFileTests {
    @Test func listsHaveTheSameNamesAndNumbers() throws {
        try compare(Reason.Code.allCases, "ReasonCode", "REASON_CODE", "vocabulary")
        try compare(DatasetReference.Role.allCases, "DatasetRole", "DATASET_ROLE", "vocabulary")
        try compare(AttemptPhase.allCases, "AttemptPhase", "ATTEMPT_PHASE", "vocabulary")
        try compare(FailureClass.allCases, "FailureClass", "FAILURE_CLASS", "vocabulary")
        try compare(
            AveragingWork.Interval.allCases, "AveragingInterval", "AVERAGING_INTERVAL", "averaging")
        try compare(AveragingWork.Outer.allCases, "OuterRule", "OUTER_RULE", "averaging")
        try compare(
            AveragingWork.Weighting.allCases, "ReplicaWeighting", "REPLICA_WEIGHTING", "averaging")
        try compare(
            AveragingWork.Compression.allCases, "DeltaCompression", "DELTA_COMPRESSION",
            "averaging")
        try compare(ModelWork.Kind.allCases, "ModelKind", "MODEL_KIND", "model")
        try compare(ModelWork.Layer.Kind.allCases, "LayerKind", "LAYER_KIND", "model")
        try compare(
            ModelWork.Activation.allCases, "ActivationKind", "ACTIVATION_KIND", "model")
        try compare(
            ModelWork.Normalization.allCases, "NormalizationKind", "NORMALIZATION_KIND", "model")
        try compare(
            SteeringWork.Monitor.allCases, "ValidationMonitor", "VALIDATION_MONITOR", "model")
        try compare(LossWork.Kind.allCases, "LossKind", "LOSS_KIND", "model")
        try compare(
            LossWork.ClassWeighting.allCases, "ClassWeighting", "CLASS_WEIGHTING", "model")
        try compare(JobState.allCases, "JobState", "JOB_STATE", "ledger")
        try compare(NodeState.allCases, "NodeState", "NODE_STATE", "ledger")
        try compare(LedgerFact.Kind.allCases, "FactKind", "FACT_KIND", "ledger")
    }

    private func compare<Value: RawRepresentable>(
        _ cases: [Value], _ list: String, _ prefix: String, _ file: String
    ) throws where Value.RawValue: FixedWidthInteger {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/WireCodec/Protocol/\(file).proto").standardized
        let text = try String(contentsOf: path, encoding: .utf8)
        let start = try #require(text.range(of: "enum \(list) {"))
        let end = try #require(text[start.upperBound...].firstIndex(of: "}"))
        var stated: [Int: String] = [:]
        for line in text[start.upperBound..<end].split(separator: ";") {
            let parts = line.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, let number = Int(parts[1]) else { continue }
            let name = parts[0].trimmingCharacters(in: .whitespacesAndNewlines)
            guard name != "\(prefix)_UNSPECIFIED" else { continue }
            let word = name.dropFirst(prefix.count + 1).filter { $0 != "_" }.lowercased()
            stated[number] = word
        }
        let known = Dictionary(
            cases.map { (Int($0.rawValue), String(describing: $0).lowercased()) },
            uniquingKeysWith: { first, _ in first })
        #expect(stated == known, "\(list)")
    }
}
