import ClusterVocabulary

extension SchedulerMessage: WireValue {
    init(wire: WireSchedulerMessage) throws(WireError) {
        switch wire.body {
        case .welcome(let welcome): self = .welcome(try Welcome(wire: welcome))
        case .refused(let reason): self = .refused(try Reason(wire: reason))
        case .heartbeatAcknowledged(let acknowledged):
            let check = FieldChecks("HeartbeatAcknowledged")
            self = .heartbeatAcknowledged(
                sequence: try check.number(
                    acknowledged.sequence, "sequence", 0...WireLimits.largestNumber))
        case .stage(let data): self = .stage(try DatasetReference(wire: data))
        case .prepare(let training): self = .prepare(try PrepareTraining(wire: training))
        case .go(let training): self = .go(try GoTraining(wire: training))
        case .publish(let attempt): self = .publish(try AttemptID(wire: attempt))
        case .release(let attempt): self = .release(try AttemptID(wire: attempt))
        case .prepareCommand(let order):
            self = .prepareCommand(try PrepareCommand(wire: order))
        case .startCommand(let attempt): self = .startCommand(try AttemptID(wire: attempt))
        case .stopCommand(let order): self = .stopCommand(try StopCommand(wire: order))
        case .outputAcknowledged(let acknowledgement):
            self = .outputAcknowledged(try OutputAcknowledgement(wire: acknowledgement))
        case nil: throw .missing(message: "SchedulerMessage", field: "body")
        }
    }

    var wire: WireSchedulerMessage {
        var wire = WireSchedulerMessage()
        switch self {
        case .welcome(let welcome): wire.welcome = welcome.wire
        case .refused(let reason): wire.refused = reason.wire
        case .heartbeatAcknowledged(let sequence):
            var acknowledged = WireHeartbeatAcknowledged()
            acknowledged.sequence = sequence
            wire.heartbeatAcknowledged = acknowledged
        case .stage(let data): wire.stage = data.wire
        case .prepare(let training): wire.prepare = training.wire
        case .go(let training): wire.go = training.wire
        case .publish(let attempt): wire.publish = attempt.wire
        case .release(let attempt): wire.release = attempt.wire
        case .prepareCommand(let order): wire.prepareCommand = order.wire
        case .startCommand(let attempt): wire.startCommand = attempt.wire
        case .stopCommand(let order): wire.stopCommand = order.wire
        case .outputAcknowledged(let acknowledgement):
            wire.outputAcknowledged = acknowledgement.wire
        }
        return wire
    }
}

extension Welcome: WireValue {
    init(wire: WireWelcome) throws(WireError) {
        let check = FieldChecks("Welcome")
        let interval = 1...WireLimits.longestIntervalMilliseconds
        self.init(
            scheduler: try check.required(
                Incarnation.self, wire.scheduler, wire.hasScheduler, "scheduler"),
            heartbeatMilliseconds: try check.number(
                wire.heartbeatMilliseconds, "heartbeat_milliseconds", interval),
            suspectMilliseconds: try check.number(
                wire.suspectMilliseconds, "suspect_milliseconds", interval),
            artifactEndpoint: try check.path(wire.artifactEndpoint, "artifact_endpoint"),
            worker: wire.hasWorker ? try Incarnation(wire: wire.worker) : nil)
    }

    var wire: WireWelcome {
        var wire = WireWelcome()
        wire.scheduler = scheduler.wire
        wire.heartbeatMilliseconds = heartbeatMilliseconds
        wire.suspectMilliseconds = suspectMilliseconds
        wire.artifactEndpoint = artifactEndpoint
        if let worker { wire.worker = worker.wire }
        return wire
    }
}
