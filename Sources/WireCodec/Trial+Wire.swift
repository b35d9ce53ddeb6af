import ClusterVocabulary

extension Trial: WireValue {
    init(wire: WireTrial) throws(WireError) {
        let check = FieldChecks("Trial")
        self.init(
            experiment: try check.experiment(wire.experiment, "experiment"),
            number: try check.number(wire.number, "number", 1...UInt32.max - 1),
            job: JobID(try check.number(wire.job, "job", 0...WireLimits.largestNumber)),
            assignments: try check.list(
                TrialAssignment.self, wire.assignments, "assignments", most: TrialAssignment.most),
            origin: try check.closed(Trial.Origin.self, Int(wire.origin), "origin"),
            decision: try check.text(
                wire.decision, "decision", longest: Trial.longestDecision),
            createdAt: try check.count(wire.createdAt, "created_at"))
        if wire.hasRung {
            rung = try Rung(wire: wire.rung)
        }
        if wire.hasGeneration { generation = try check.integer(wire.generation, "generation") }
        parent = wire.parent
        state = try check.closed(Trial.State.self, wire.state.rawValue, "state")
        reason = try check.required(Reason.self, wire.reason, wire.hasReason, "reason")
        finishedAt = try check.count(wire.finishedAt, "finished_at")
        // A value may be anything a program reports, NaN included.
        guard wire.values.count <= Metric.most else {
            throw check.invalid("values", "has \(wire.values.count) entries")
        }
        values = wire.values
        metrics = try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most)
        reports = try check.list(
            TrialReport.self, wire.reports, "reports", most: Trial.mostReports)
        lastStep = try check.count(wire.lastStep, "last_step")
        rungs = try check.list(RungResult.self, wire.rungs, "rungs", most: Trial.mostRungs)
        let started = try check.count(wire.startedAt, "started_at")
        startedAt = started > 0 ? started : createdAt
    }

    var wire: WireTrial {
        var wire = WireTrial()
        wire.experiment = experiment.number
        wire.number = number
        wire.job = job.number
        wire.assignments = assignments.map(\.wire)
        wire.origin = UInt32(origin.rawValue)
        wire.decision = decision.cut(toBytes: Trial.longestDecision)
        if let rung { wire.rung = rung.wire }
        wire.rungs = rungs.map(\.wire)
        if startedAt != createdAt { wire.startedAt = startedAt }
        if let generation { wire.generation = Int64(generation) }
        wire.parent = parent
        wire.state = WireTrialState(rawValue: Int(state.rawValue)) ?? .unspecified
        wire.reason = reason.wire
        wire.createdAt = createdAt
        wire.finishedAt = finishedAt
        wire.values = values
        wire.metrics = metrics.map(\.wire)
        wire.reports = reports.map(\.wire)
        wire.lastStep = lastStep
        return wire
    }
}

extension Trial.Rung: WireValue {
    init(wire: WireTrialRung) throws(WireError) {
        let check = FieldChecks("TrialRung")
        self.init(
            bracket: try check.integer(wire.bracket, "bracket"),
            rung: try check.integer(wire.rung, "rung"),
            budget: try check.integer(wire.budget, "budget"))
    }

    var wire: WireTrialRung {
        var wire = WireTrialRung()
        wire.bracket = Int64(bracket)
        wire.rung = Int64(rung)
        wire.budget = Int64(budget)
        return wire
    }
}

extension Trial.RungResult: WireValue {
    init(wire: WireTrialRungResult) throws(WireError) {
        let check = FieldChecks("TrialRungResult")
        guard wire.values.count <= Metric.most else {
            throw check.invalid("values", "has \(wire.values.count) entries")
        }
        self.init(
            rung: try check.required(Trial.Rung.self, wire.rung, wire.hasRung, "rung"),
            job: JobID(try check.number(wire.job, "job", 0...WireLimits.largestNumber)),
            values: wire.values,
            decision: try check.text(wire.decision, "decision", longest: Trial.longestDecision),
            finishedAt: try check.count(wire.finishedAt, "finished_at"))
    }

    var wire: WireTrialRungResult {
        var wire = WireTrialRungResult()
        wire.rung = rung.wire
        wire.job = job.number
        wire.values = values
        wire.decision = decision.cut(toBytes: Trial.longestDecision)
        wire.finishedAt = finishedAt
        return wire
    }
}

extension TrialAssignment: WireValue {
    init(wire: WireTrialAssignment) throws(WireError) {
        let check = FieldChecks("TrialAssignment")
        let name = try check.text(wire.name, "name", mayBeEmpty: false)
        switch wire.value {
        case .integer(let value): self.init(name, .integer(value))
        case .number(let value):
            guard value.isFinite else { throw check.invalid("number", "is \(value)") }
            self.init(name, .number(value))
        case .choice(let text):
            self.init(
                name,
                .choice(try check.text(text, "choice", longest: TrialValue.longestChoice)))
        case nil: throw .missing(message: "TrialAssignment", field: "value")
        }
    }

    var wire: WireTrialAssignment {
        var wire = WireTrialAssignment()
        wire.name = name
        switch value {
        case .integer(let value): wire.integer = value
        case .number(let value): wire.number = value
        case .choice(let text): wire.choice = text
        }
        return wire
    }
}

extension TrialReport: WireValue {
    init(wire: WireTrialReport) throws(WireError) {
        let check = FieldChecks("TrialReport")
        self.init(
            step: try check.count(wire.step, "step"),
            metrics: try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most))
    }

    var wire: WireTrialReport {
        var wire = WireTrialReport()
        wire.step = step
        wire.metrics = metrics.map(\.wire)
        return wire
    }
}
