import ClusterVocabulary

extension NodeDescription: WireValue {
    init(wire: WireNodeDescription) throws(WireError) {
        let check = FieldChecks("NodeDescription")
        self.init(
            node: try check.node(wire.node, "node"),
            incarnation: try check.required(
                Incarnation.self, wire.incarnation, wire.hasIncarnation, "incarnation"),
            capacity: try check.required(
                ResourceAmount.self, wire.capacity, wire.hasCapacity, "capacity"),
            cores: try check.integer(wire.cores, "cores"),
            features: try check.list(wire.features, "features", most: WireLimits.mostFeatures) {
                (feature) throws(WireError) in
                _ = try check.text(feature, "features", mayBeEmpty: false)
            },
            fingerprints: try check.list(
                KernelFingerprint.self, wire.fingerprints, "fingerprints",
                most: NodeDescription.mostFingerprints),
            version: try check.text(wire.version, "version"),
            protocolVersion: wire.protocolVersion,
            heldDatasets: try check.list(
                wire.heldDatasets, "held_datasets", most: NodeDescription.mostDatasets
            ) { (key) throws(WireError) in
                _ = try check.digest(key, "held_datasets", digits: 64)
            },
            reach: ExchangeReach(
                hostID: try check.text(wire.hostID, "host_id"), isRemote: wire.isRemote))
        runsCommands = wire.runsCommands
        address = try check.text(wire.address, "address")
        machineID = try check.text(wire.machineID, "machine_id")
        workerUser = wire.hasWorkerUser ? wire.workerUser : nil
    }

    var wire: WireNodeDescription {
        var wire = WireNodeDescription()
        wire.node = node.name
        wire.incarnation = incarnation.wire
        wire.capacity = capacity.wire
        wire.cores = Int64(cores)
        wire.features = features
        wire.fingerprints = fingerprints.map(\.wire)
        wire.version = version
        wire.protocolVersion = protocolVersion
        wire.heldDatasets = heldDatasets
        wire.hostID = reach.hostID
        wire.isRemote = reach.isRemote
        wire.runsCommands = runsCommands
        wire.address = address
        wire.machineID = machineID
        if let workerUser { wire.workerUser = workerUser }
        return wire
    }
}

extension KernelFingerprint: WireValue {
    init(wire: WireKernelFingerprint) throws(WireError) {
        let check = FieldChecks("KernelFingerprint")
        self.init(
            coreType: try check.text(wire.coreType, "core_type", mayBeEmpty: false),
            digest: try check.digest(wire.digest, "digest", digits: 32))
    }

    var wire: WireKernelFingerprint {
        var wire = WireKernelFingerprint()
        wire.coreType = coreType
        wire.digest = digest
        return wire
    }
}
