import ClusterVocabulary

extension AttemptID: WireValue {
    init(wire: WireAttemptID) throws(WireError) {
        let check = FieldChecks("AttemptID")
        self.init(
            job: try check.job(wire.job, "job"),
            number: try check.number(wire.number, "number", 1...UInt32.max - 1))
    }

    var wire: WireAttemptID {
        var wire = WireAttemptID()
        wire.job = job.number
        wire.number = number
        return wire
    }
}

extension Incarnation: WireValue {
    init(wire: WireIncarnation) throws(WireError) {
        let check = FieldChecks("Incarnation")
        self.init(bootID: try check.text(wire.bootID, "boot_id"), life: wire.life)
    }

    var wire: WireIncarnation {
        var wire = WireIncarnation()
        wire.bootID = bootID
        wire.life = life
        return wire
    }
}
