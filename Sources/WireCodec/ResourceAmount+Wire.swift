import ClusterVocabulary

extension ResourceAmount: WireValue {
    init(wire: WireResourceAmount) throws(WireError) {
        let check = FieldChecks("ResourceAmount")
        self.init(
            milliCPU: try check.number(
                wire.milliCpu, "milli_cpu", 0...WireLimits.largestMilliCPU),
            memoryBytes: try check.number(
                wire.memoryBytes, "memory_bytes", 0...WireLimits.largestMemory))
    }

    var wire: WireResourceAmount {
        var wire = WireResourceAmount()
        wire.milliCpu = milliCPU
        wire.memoryBytes = memoryBytes
        return wire
    }
}
