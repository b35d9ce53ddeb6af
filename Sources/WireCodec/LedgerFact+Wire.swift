import ClusterVocabulary

extension LedgerFact: WireValue {
    init(wire: WireLedgerFact) throws(WireError) {
        let check = FieldChecks("LedgerFact")
        self.init(
            kind: try check.closed(LedgerFact.Kind.self, wire.kind.rawValue, "kind"),
            job: JobID(try check.number(wire.job, "job", 0...WireLimits.largestNumber)),
            node: try check.nodeName(wire.node, "node"),
            at: try check.count(wire.at, "at"),
            reason: try check.required(Reason.self, wire.reason, wire.hasReason, "reason"),
            metrics: try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most),
            state: wire.hasState
                ? try check.closed(JobState.self, wire.state.rawValue, "state") : nil)
    }

    var wire: WireLedgerFact {
        var wire = WireLedgerFact()
        wire.kind = WireFactKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        wire.job = job.number
        wire.node = node
        wire.at = at
        wire.reason = reason.wire
        wire.metrics = metrics.map(\.wire)
        if let state { wire.state = state.wire }
        return wire
    }
}

/// One fact with a version in front.
struct LedgerFactEnvelope: WireValue {
    let fact: LedgerFact

    init(fact: LedgerFact) {
        self.fact = fact
    }

    init(wire: WireLedgerFactRecord) throws(WireError) {
        let check = FieldChecks("LedgerFactRecord")
        fact = try check.required(LedgerFact.self, wire.fact, wire.hasFact, "fact")
    }

    var wire: WireLedgerFactRecord {
        var wire = WireLedgerFactRecord()
        wire.fact = fact.wire
        return wire
    }
}

/// The facts of one commit with a version in front.
struct LedgerBatch: WireValue {
    let facts: [LedgerFact]

    init(facts: [LedgerFact]) {
        self.facts = facts
    }

    init(wire: WireLedgerBatchRecord) throws(WireError) {
        let check = FieldChecks("LedgerBatchRecord")
        facts = try check.list(
            LedgerFact.self, wire.facts, "facts", most: WireLimits.mostFacts)
    }

    var wire: WireLedgerBatchRecord {
        var wire = WireLedgerBatchRecord()
        wire.facts = facts.map(\.wire)
        return wire
    }
}
