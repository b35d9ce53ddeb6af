import ClusterVocabulary

extension TrainJobReader {
    /// What one replica takes when nothing is said.
    static let defaultAmount = ResourceAmount(milliCPU: 1_000, memoryBytes: 512 << 20)
    /// Trainer failures allowed when nothing is said.
    static let defaultBackoff = 3

    /// Reads `resources`, and `maxHosts` there or directly under `spec`.
    func readResources(_ spec: FieldReader) -> (perReplica: ResourceAmount, mostHosts: Int) {
        let reader = spec.section("resources")
        var amount = TrainJobReader.defaultAmount
        amount.milliCPU = reader.milliCPU("cpu") ?? amount.milliCPU
        amount.memoryBytes = reader.bytes("memory", in: Limits.memoryBytes) ?? amount.memoryBytes
        var mostHosts = 0
        let holders = [reader, spec].filter { $0.entry("maxHosts") != nil }
        if let holder = holders.first {
            mostHosts = holder.integer("maxHosts", in: Limits.hosts, default: 0)
        }
        if holders.count > 1 {
            spec.report("maxHosts", "is given in spec.resources too, keep one of the two")
        }
        reader.refuse("gpu", "gpu is not supported by this release: training runs on processors")
        reader.finish()
        return (amount, mostHosts)
    }

    /// What `runPolicy` says; 0 seconds mean no limit.
    struct Policy {
        var timeLimit: Int64 = 0
        var backoffLimit = TrainJobReader.defaultBackoff
        var keepFinished: Int64 = 0
        var isSuspended = false
    }

    /// Reads `runPolicy` in this product's spelling and in that of Kubeflow.
    func readPolicy(_ spec: FieldReader) -> Policy {
        let reader = spec.section("runPolicy")
        var policy = Policy()
        policy.timeLimit = seconds(reader, "timeLimit", orInteger: "activeDeadlineSeconds")
        policy.keepFinished = seconds(
            reader, "ttlAfterFinished", orInteger: "ttlSecondsAfterFinished")
        policy.backoffLimit = reader.integer(
            "backoffLimit", in: Limits.backoff, default: policy.backoffLimit)
        policy.isSuspended = reader.boolean("suspend") ?? false
        reader.finish()
        return policy
    }

    /// A duration in either spelling; 0 when neither is given.
    func seconds(
        _ reader: FieldReader, _ name: String, orInteger integerName: String
    ) -> Int64 {
        let duration = reader.seconds(name, in: Limits.policySeconds)
        let integer = reader.optionalInteger(integerName, in: Limits.policySeconds)
        if reader.entry(name) != nil, reader.entry(integerName) != nil {
            reader.report(integerName, "says the same as \(name), keep one of the two")
        }
        return duration ?? integer ?? 0
    }
}
