import ClusterVocabulary
import Determinism
import SchedulerCore
import WorkerCore

/// What fails in the safety phase, about twice a second.
extension SimulatedCluster {
    mutating func fault() {
        guard isFaulty else { return }
        after(random.span(100..<1_000), .fault)
        let host = Int(random.number(0..<Int64(hosts.count)))
        switch random.number(0..<32) {
        case 0, 1: crashHost(host)
        case 2:
            crashScheduler()
            after(random.span(10..<15_000), .startScheduler)
        case 3:
            counts.partitions += 1
            resetLinks(host)
            after(.milliseconds(1), .disconnected(host: host))
        case 4, 5, 6: crashTrainer(on: host)
        case 7: holdLink(of: host)
        case 8, 9: cutLink(of: host)
        case 10: pause(host)
        case 11:
            counts.pauses += 1
            schedulerPausedUntil = now + random.span(500..<12_000)
        case 12:
            counts.diskFaults += 1
            slowDisk = (now + random.span(500..<8_000), random.span(50..<3_000))
        case 13:
            counts.diskFaults += 1
            diskFullUntil = now + random.span(100..<6_000)
        case 14:
            counts.clockSteps += 1
            wallOffset = random.number(-3_600_000..<3_600_001)
        case 15:
            counts.partitions += 1
            hosts[host].isolatedUntil = now + random.span(500..<30_000)
        case 16: leave(host)
        case 17: evict(on: host)
        case 18, 19: assign(host)
        case 20, 21: killCommand(from: host)
        case 22: crashSupervisor(host)
        case 23: remove(host)
        case 24:
            counts.pauses += 1
            hosts[host].supervisor.pausedUntil = now + random.span(100..<1_500)
        default: break
        }
    }

    private mutating func crashHost(_ host: Int) {
        guard hosts[host].worker != nil else { return }
        counts.workerCrashes += 1
        hosts[host].worker = nil
        hosts[host].trainers = [:]
        hosts[host].life += 1
        hosts[host].supervisor.isConnected = false
        if random.happens(perMille: 500) {
            // The kernel closes the connection of a killed process.
            after(.milliseconds(1), .disconnected(host: host))
        } else {
            // A host without power says nothing, and comes back with another boot.
            hosts[host].boot += 1
            hosts[host].supervisor.crash(at: now)
            hosts[host].clock = SimulatedClock(startingAt: now, drift: drift())
            if random.happens(perMille: 100) { hosts[host].datasets = [:] }
        }
        after(random.span(10..<8_000), .startHost(host))
    }

    private mutating func crashTrainer(on host: Int) {
        guard let victim = hosts[host].livingTrainers.first else { return }
        counts.trainerCrashes += 1
        hosts[host].trainers[victim]?.isAlive = false
        after(
            .milliseconds(2), .trainerEnded(host: host, life: hosts[host].life, victim))
    }

    /// Something on the host kills a command: it ran out of memory, or a person did it.
    private mutating func killCommand(from first: Int) {
        let order = hosts.indices.map { (first + $0) % hosts.count }
        guard let host = order.first(where: { !hosts[$0].supervisor.living(at: now).isEmpty }),
            let victim = hosts[host].supervisor.living(at: now).first
        else { return }
        counts.commandKills += 1
        hosts[host].supervisor.tasks[victim]?.die(of: 9, at: now)
        let life = hosts[host].supervisor.life
        hosts[host].supervisor.wakeAt = now
        after(.zero, .supervise(host: host, life: life))
    }

    /// A person deletes a node; later it joins again, under the same name.
    private mutating func remove(_ host: Int) {
        guard hosts[host].worker != nil, !hosts[host].isRevoked, scheduler != nil else { return }
        counts.removals += 1
        checks.deleted.insert(hosts[host].name)
        deliver(.removeNode(hosts[host].name))
        hosts[host].isRevoked = true
        after(random.span(500..<20_000), .enrolAgain(host))
    }

    /// A deleted node got a new key: its daemon starts anew.
    mutating func enrolAgain(_ host: Int) {
        guard hosts[host].isRevoked else { return }
        hosts[host].isRevoked = false
        hosts[host].worker = nil
        hosts[host].trainers = [:]
        hosts[host].life += 1
        hosts[host].supervisor.isConnected = false
        startHost(host)
    }

    /// Nothing gets through for a while; then all of it does.
    private mutating func holdLink(of host: Int) {
        counts.partitions += 1
        let until = now + random.span(1_000..<6_000)
        if random.happens(perMille: 500) { hosts[host].toScheduler.arrivesAt = until }
        if random.happens(perMille: 500) { hosts[host].fromScheduler.arrivesAt = until }
    }

    /// What is sent in one direction, or in both, is lost for a while.
    private mutating func cutLink(of host: Int) {
        counts.partitions += 1
        let until = now + random.span(500..<(isLong ? 90_000 : 30_000))
        switch random.number(0..<3) {
        case 0: hosts[host].toScheduler.cutUntil = until
        case 1: hosts[host].fromScheduler.cutUntil = until
        default:
            hosts[host].toScheduler.cutUntil = until
            hosts[host].fromScheduler.cutUntil = until
        }
    }

    private mutating func pause(_ host: Int) {
        guard hosts[host].worker != nil else { return }
        counts.pauses += 1
        hosts[host].pausedUntil = now + random.span(500..<12_000)
    }

    /// An operator stops the daemon in good order.
    private mutating func leave(_ host: Int) {
        guard hosts[host].worker != nil, hosts[host].pausedUntil <= now else { return }
        counts.workerCrashes += 1
        tell(host, .shutdown)
    }

    /// An operator takes a node out of service, or back into it.
    private mutating func assign(_ host: Int) {
        let duties: [NodeDuty] = [.open, .cordoned, .draining, .draining]
        let duty = duties[Int(random.number(0..<4))]
        counts.assignments += 1
        decide(duty, for: host, graceSeconds: random.number(0..<15))
        after(random.span(1_000..<20_000), .open(host))
    }

    /// The decision reaches the scheduler, or not: it may be down.
    mutating func decide(_ duty: NodeDuty, for host: Int, graceSeconds: Int64 = 0) {
        deliver(
            .assign(
                hosts[host].name,
                NodeAssignment(
                    duty: duty, user: "ada", decidedAt: wallMilliseconds,
                    graceSeconds: graceSeconds),
                RequestToken(.max)))
    }

    /// The cache makes room.
    private mutating func evict(on host: Int) {
        guard hosts[host].pausedUntil <= now, let worker = hosts[host].worker,
            let key = hosts[host].datasets.keys.sorted().first,
            !worker.datasetsInUse.contains(key)
        else { return }
        hosts[host].datasets[key] = nil
        tell(host, .datasetEvicted(key: key))
    }
}
