import ClusterVocabulary

extension OptimizerWork {
    /// Takes over everything but learning rate and momentum, which stand in the work itself.
    mutating func take(_ wire: WireOptimizerWork) throws(WireError) {
        let check = FieldChecks("OptimizerWork")
        rule = try check.closed(Rule.self, wire.rule.rawValue, "rule")
        isNesterov = wire.isNesterov
        decay = try check.share(wire.decay, "decay")
        beta1 = try check.share(wire.beta1, "beta1")
        beta2 = try check.share(wire.beta2, "beta2")
        epsilon = try check.amount(wire.epsilon, "epsilon")
        weightDecay = try check.amount(wire.weightDecay, "weight_decay")
        if rule == .lbfgs {
            memory = try check.integer(wire.memory, "memory", from: 1)
            tolerance = try check.amount(wire.tolerance, "tolerance")
        }
        l1 = try check.amount(wire.l1, "l1")
        l2 = try check.amount(wire.l2, "l2")
        clipValue = try check.amount(wire.clipValue, "clip_value")
        clipNorm = try check.amount(wire.clipNorm, "clip_norm")
        schedule.shape = try check.closed(Schedule.Shape.self, wire.schedule.rawValue, "schedule")
        schedule.epochs = try check.integer(wire.scheduleEpochs, "schedule_epochs", from: 1)
        schedule.factor = try check.amount(wire.scheduleFactor, "schedule_factor")
        schedule.minimum = try check.amount(wire.scheduleMinimum, "schedule_minimum")
        schedule.warmup = try check.share(wire.scheduleWarmup, "schedule_warmup")
        schedule.power = try check.amount(wire.schedulePower, "schedule_power")
    }

    var wire: WireOptimizerWork {
        var wire = WireOptimizerWork()
        wire.rule = WireOptimizerRule(rawValue: Int(rule.rawValue)) ?? .unspecified
        wire.isNesterov = isNesterov
        wire.decay = decay
        wire.beta1 = beta1
        wire.beta2 = beta2
        wire.epsilon = epsilon
        wire.weightDecay = weightDecay
        if rule == .lbfgs {
            wire.memory = Int64(memory)
            wire.tolerance = tolerance
        }
        wire.l1 = l1
        wire.l2 = l2
        wire.clipValue = clipValue
        wire.clipNorm = clipNorm
        wire.schedule = WireScheduleShape(rawValue: Int(schedule.shape.rawValue)) ?? .unspecified
        wire.scheduleEpochs = Int64(schedule.epochs)
        wire.scheduleFactor = schedule.factor
        wire.scheduleMinimum = schedule.minimum
        wire.scheduleWarmup = schedule.warmup
        wire.schedulePower = schedule.power
        return wire
    }
}
