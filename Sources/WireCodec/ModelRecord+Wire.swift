import ClusterVocabulary

extension ModelRecord: WireValue {
    init(wire: WireModelRecord) throws(WireError) {
        let check = FieldChecks("ModelRecord")
        self.init(
            namespace: try check.text(wire.namespace, "namespace", mayBeEmpty: false),
            name: try check.text(wire.name, "name", mayBeEmpty: false),
            version: try check.number(wire.version, "version", 1...UInt32.max - 1),
            job: try check.job(wire.job, "job"),
            model: try check.required(TrainedModel.self, wire.model, wire.hasModel, "model"),
            createdAt: try check.count(wire.createdAt, "created_at"))
    }

    var wire: WireModelRecord {
        var wire = WireModelRecord()
        wire.namespace = namespace
        wire.name = name
        wire.version = version
        wire.job = job.number
        wire.model = model.wire
        wire.createdAt = createdAt
        return wire
    }
}
