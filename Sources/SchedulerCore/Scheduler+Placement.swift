import Averaging
import ClusterVocabulary
import Determinism

/// The placing pass: events only ask for it, it runs once per step.
///
/// Waiting jobs are looked at in order of acceptance, line by line: behind a job that finds no
/// place nobody with the same needs is looked at. A job starts as soon as one node that holds
/// its data and proves its kernel has room for one lane; it takes lanes up to its replicas, but
/// no more than its share while others wait. Replicas beyond the lanes are computed in turn, so
/// lanes decide speed, never bits.
extension Scheduler {
    mutating func place(_ moment: Moment, _ effects: inout SchedulerEffects) {
        drainNodes(moment, &effects)
        startWaiting(waiting.linesInOrder().map(\.needs), moment, &effects)
        if !running.isEmpty { expandRunning(moment, &effects) }
    }

    /// Starts jobs of the lines, always the earliest of all first, until every line is blocked.
    mutating func startWaiting(
        _ lines: [PlacementNeeds], _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard !lines.isEmpty else { return }
        let ready = nodeOrder.filter { nodes[$0]?.takesWork ?? false }
        var open = lines.compactMap { needs in
            waiting.first(of: needs).map { (first: $0, needs: needs) }
        }
        var claimants: Int?
        while let line = open.first {
            guard ready.contains(where: { (nodes[$0]?.free.milliCPU ?? 0) > 0 }) else {
                for line in open { noteWait(of: line.first, &effects) }
                return
            }
            open.removeFirst()
            if line.needs.ranks > 0 {
                placesSought += 1
                guard let members = placeGang(line.first, among: ready, moment) else {
                    noteWait(of: line.first, &effects)
                    continue
                }
                startCommand(line.first, members, moment, &effects)
                guard let next = waiting.first(of: line.needs) else { continue }
                open.insert(
                    (next, line.needs), at: open.firstIndex { $0.first > next } ?? open.count)
                continue
            }
            let (placed, found) = findPlace(for: line.first, among: ready, moment, &effects)
            let holders = largestGroup(of: found)
            guard let placed, !holders.isEmpty else {
                noteWait(of: line.first, &effects)
                continue
            }
            let sharers = max(1, claimants ?? countClaimants(among: ready))
            claimants = sharers - 1
            let share = max(1, holders.reduce(0) { $0 + $1.lanes } / sharers)
            start(line.first, placed, take(share, of: holders, placed.record), moment, &effects)
            guard let next = waiting.first(of: line.needs) else { continue }
            open.insert((next, line.needs), at: open.firstIndex { $0.first > next } ?? open.count)
        }
    }

    /// Keeps why the first job of a line waits, for lists, when the kind of reason changed.
    private mutating func noteWait(of job: JobID, _ effects: inout SchedulerEffects) {
        guard let reason = explain(job)?.reason, reason.code != jobs[job]?.record.reason.code,
            reason.code != .queued
        else { return }
        jobs[job]?.record.reason = reason
        effects.changedJobs.append(job)
    }

    /// The job with its kernel chosen and the nodes that could take it; has its data fetched
    /// where only that is missing.
    private mutating func findPlace(
        for job: JobID, among ready: [NodeID], _ moment: Moment, _ effects: inout SchedulerEffects
    ) -> (JobEntry?, [(node: NodeID, lanes: Int)]) {
        placesSought += 1
        guard var entry = jobs[job], let kernel = freezeKernel(for: entry.record, among: ready)
        else { return (nil, []) }
        entry.record.coreType = kernel.coreType
        entry.record.fingerprint = kernel.digest
        return (entry, openHolders(for: entry, among: ready, moment, &effects))
    }

    /// Ready nodes that prove the kernel and hold the data, with the lanes they could give;
    /// those that lack only the data are told to fetch it.
    mutating func openHolders(
        for entry: JobEntry, among ready: [NodeID], _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) -> [(node: NodeID, lanes: Int)] {
        var holders: [(node: NodeID, lanes: Int)] = []
        for id in ready {
            guard let node = nodes[id],
                node.proves(entry.kernel),
                entry.avoided[id].map({ $0 <= moment.instant }) ?? true
            else { continue }
            let lanes = node.free.fitting(entry.record.requirements.perLane)
            guard lanes > 0 else { continue }
            if node.holds(entry.record.work) {
                holders.append((id, lanes))
            } else {
                var data = entry.record.work.data
                if data.isOnHosts { data.owner = entry.record.owner }
                stage(data, on: id, moment, &effects)
            }
        }
        return holders
    }

    /// The holders with the most lanes whose trainers can all exchange parameters: those of one
    /// host, or all that listen for other hosts.
    func largestGroup(
        of holders: [(node: NodeID, lanes: Int)]
    ) -> [(node: NodeID, lanes: Int)] {
        let reaches = holders.map { nodes[$0.node]?.record.description.reach }
        guard let first = reaches.first ?? nil, reaches.contains(where: { $0 != first }) else {
            return holders
        }
        var groups: [String: [(node: NodeID, lanes: Int)]] = [:]
        var order: [String] = []
        var remote: [(node: NodeID, lanes: Int)] = []
        for (holder, reach) in zip(holders, reaches) {
            guard let reach else { continue }
            if groups[reach.hostID] == nil { order.append(reach.hostID) }
            groups[reach.hostID, default: []].append(holder)
            if reach.isRemote { remote.append(holder) }
        }
        var best: [(node: NodeID, lanes: Int)] = []
        // Sockets of one host are faster: at equal lanes the first host stands before them all.
        for group in order.map({ groups[$0] ?? [] }) + [remote]
        where group.reduce(0, { $0 + $1.lanes }) > best.reduce(0, { $0 + $1.lanes }) {
            best = group
        }
        return best
    }

    /// Whether a node's trainers can exchange parameters with those of every member.
    func canExchange(_ node: NodeID, with members: [TermMember]) -> Bool {
        guard let reach = nodes[node]?.record.description.reach else { return true }
        return members.allSatisfy {
            nodes[$0.node]?.record.description.reach.includes(reach) ?? true
        }
    }

    /// How many waiting jobs could use lanes that come free; one that no node can ever hold
    /// must neither keep the others from growing nor take a share.
    private func countClaimants(among ready: [NodeID]) -> Int {
        waiting.linesInOrder().reduce(0) { count, line in
            if line.needs.ranks > 0 {
                return couldHold(line.needs, among: ready)
                    ? count + waiting.count(of: line.needs) : count
            }
            guard let entry = jobs[line.first],
                let kernel = freezeKernel(for: entry.record, among: ready)
            else { return count }
            let fits = ready.contains { id in
                guard let node = nodes[id] else { return false }
                return node.proves(kernel)
                    && node.record.description.capacity.fitting(line.needs.perLane) > 0
            }
            return fits ? count + waiting.count(of: line.needs) : count
        }
    }

    /// Whether all ranks of a command would fit were the nodes empty.
    private func couldHold(_ needs: PlacementNeeds, among ready: [NodeID]) -> Bool {
        let rooms = ready.compactMap { id -> Int? in
            guard let description = nodes[id]?.record.description, description.runsCommands,
                needs.owner?.mayRun(underWorkerOf: description.workerUser) ?? true
            else { return nil }
            return description.capacity.fitting(needs.perLane)
        }.sorted(by: >)
        let usable = needs.mostHosts > 0 ? rooms.prefix(needs.mostHosts) : rooms[...]
        var left = needs.ranks
        for room in usable where left > 0 { left -= min(left, room) }
        return left == 0
    }

    /// The roomiest nodes first; ends ordered by name, as members are.
    func take(
        _ wanted: Int, of holders: [(node: NodeID, lanes: Int)], _ record: JobRecord
    ) -> [(node: NodeID, lanes: Int)] {
        let mostHosts =
            record.requirements.mostHosts > 0 ? record.requirements.mostHosts : Int.max
        var left = min(wanted, record.work.replicas)
        var taken: [(node: NodeID, lanes: Int)] = []
        let roomiest = holders.sorted { ($1.lanes, $0.node) < ($0.lanes, $1.node) }
        for holder in roomiest where left > 0 && taken.count < mostHosts {
            let lanes = min(left, holder.lanes)
            taken.append((holder.node, lanes))
            left -= lanes
        }
        return taken.sorted { $0.node < $1.node }
    }

    private mutating func start(
        _ job: JobID, _ placed: JobEntry, _ members: [(node: NodeID, lanes: Int)],
        _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        var entry = placed
        entry.record.state = .running
        entry.record.attempt += 1
        entry.beginsFromCheckpoint =
            entry.record.checkpoint != nil || entry.record.beginning != nil
        if entry.record.startedAt == 0 { entry.record.startedAt = moment.wallMilliseconds }
        if entry.record.work.stepsPerRound == 0 {
            entry.record.work.stepsPerRound = automaticSteps(for: entry.record)
        }
        let limit = entry.record.requirements.timeLimitSeconds
        if limit > 0, entry.timeLimitAt == nil {
            entry.timeLimitAt = moment.instant + .seconds(limit)
            limited.append(job)
        }
        entry.avoided = entry.avoided.filter { $0.value > moment.instant }
        jobs[job] = entry
        waiting.remove(job)
        let place = running.firstIndex { $0 > job } ?? running.endIndex
        running.insert(job, at: place)
        propose(job, members: members, because: kernelChoice(of: job), moment, &effects)
    }

    /// Why a job with `numerics: auto` gets its kernel, at its first start; nothing otherwise.
    private func kernelChoice(of job: JobID) -> Reason {
        guard let record = jobs[job]?.record, record.attempt == 1,
            record.requirements.numerics == "auto"
        else { return Reason(.starting) }
        let ready = nodeOrder.filter { nodes[$0]?.takesWork ?? false }
        let better = KernelFingerprint.ranking.drop { $0 != record.coreType }.dropFirst()
        let lacks = better.compactMap { coreType -> String? in
            let without = ready.filter { nodes[$0]?.fingerprint(of: coreType) == nil }
            guard !without.isEmpty, without.count < ready.count else { return nil }
            return "\(without.map(\.name).joined(separator: ", ")) without \(coreType)"
        }
        let words = "kernel \(record.coreType), the best that all ready nodes have"
        return Reason(
            .starting, lacks.isEmpty ? words : words + "; " + lacks.joined(separator: ", "))
    }

    /// `averaging.every: planned`, and the first rounds of `auto`: four averages per pass over the
    /// rows, at most 64 steps apart. Frozen in the record before the first round uses it.
    private func automaticSteps(for record: JobRecord) -> Int {
        let quarter = (stepsPerEpoch(of: record) + 3) / 4
        return min(SchedulerConfiguration.longestPlannedInterval, max(1, quarter))
    }

    /// Steps of each replica in one pass over all rows of the set.
    func stepsPerEpoch(of record: JobRecord) -> Int {
        let rows = nodeOrder.reduce(Int64(0)) { most, id in
            max(most, nodes[id]?.datasets[record.work.data.key] ?? 0)
        }
        let perStep = Int64(record.work.replicas) * Int64(record.work.batchSize)
        return Int(max(1, rows / max(1, perStep)))
    }

    /// The kernel of a job: the recorded one, or the best that the ready nodes have in common.
    ///
    /// Among nodes that disagree about a core type's bits, the proof with the most processor
    /// time wins (then the lexically first): the others are not members of this job.
    func freezeKernel(for record: JobRecord, among ready: [NodeID]) -> KernelFingerprint? {
        if !record.coreType.isEmpty {
            return KernelFingerprint(coreType: record.coreType, digest: record.fingerprint)
        }
        let wanted: [String]
        switch record.requirements.numerics {
        case "portable": wanted = [KernelFingerprint.portableCoreType]
        case KernelFingerprint.anyCoreType:
            return ready.contains { nodes[$0]?.bestCoreType != nil }
                ? KernelFingerprint(coreType: KernelFingerprint.anyCoreType, digest: "") : nil
        case "auto":
            wanted =
                KernelFingerprint.ranking.reversed().filter { coreType in
                    ready.allSatisfy { nodes[$0]?.fingerprint(of: coreType) != nil }
                } + [KernelFingerprint.portableCoreType]
        default: wanted = [record.requirements.numerics]
        }
        for coreType in wanted {
            var weight: [String: Int64] = [:]
            for id in ready {
                guard let node = nodes[id], let digest = node.fingerprint(of: coreType) else {
                    continue
                }
                weight[digest, default: 0] += node.record.description.capacity.milliCPU
            }
            let best = weight.keys.sorted().max { weight[$0, default: 0] < weight[$1, default: 0] }
            if let best { return KernelFingerprint(coreType: coreType, digest: best) }
        }
        return nil
    }

    private mutating func stage(
        _ data: DatasetReference, on node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        if let asked = nodes[node]?.staging[data.key],
            moment.instant - asked < configuration.stagingInterval
        {
            return
        }
        nodes[node]?.staging[data.key] = moment.instant
        effects.send(.stage(data), to: node)
    }

    /// With nothing waiting, running jobs grow onto free lanes; a new term costs time, so only
    /// when lanes are gained and not more often than the expansion interval.
    private mutating func expandRunning(_ moment: Moment, _ effects: inout SchedulerEffects) {
        let ready = nodeOrder.filter { nodes[$0]?.takesWork ?? false }
        let growing = running.filter { mayGrow($0, moment) }
        guard !growing.isEmpty, countClaimants(among: ready) == 0 else { return }
        for job in growing {
            guard let entry = jobs[job] else { continue }
            let current = entry.record.members.reduce(0) { $0 + $1.lanes }
            let missing = entry.record.work.replicas - current
            let open = largestGroup(
                of: openHolders(for: entry, among: ready, moment, &effects)
                    .filter { canExchange($0.node, with: entry.record.members) })
            let members = grown(entry, by: missing, onto: open)
            guard members.reduce(0, { $0 + $1.lanes }) > current else { continue }
            propose(
                job, members: members,
                because: Reason(.expanded, "more room came free"), moment, &effects)
        }
    }

    private func mayGrow(_ job: JobID, _ moment: Moment) -> Bool {
        guard let entry = jobs[job], case .training = entry.phase,
            moment.instant >= entry.expandAfter, entry.giveUpAt == nil
        else { return false }
        if let progress = entry.progress, progress.totalRounds - progress.completeRounds < 2 {
            return false
        }
        return entry.record.members.reduce(0) { $0 + $1.lanes } < entry.record.work.replicas
    }

    private func grown(
        _ entry: JobEntry, by missing: Int, onto open: [(node: NodeID, lanes: Int)]
    ) -> [(node: NodeID, lanes: Int)] {
        var members = entry.record.members.map { (node: $0.node, lanes: $0.lanes) }
        var left = missing
        let limit = entry.record.requirements.mostHosts
        for offer in open where left > 0 {
            let lanes = min(left, offer.lanes)
            if let index = members.firstIndex(where: { $0.node == offer.node }) {
                members[index].lanes += lanes
            } else if limit == 0 || members.count < limit {
                members.append((offer.node, lanes))
            } else {
                continue
            }
            left -= lanes
        }
        return members.sorted { $0.node < $1.node }
    }

    /// Contiguous ranges of replicas by lanes; members left without a replica are dropped.
    static func split(
        replicas: Int, over members: [(node: NodeID, lanes: Int)]
    ) -> [TermMember] {
        let kept = Array(members.prefix(replicas))
        let assignment = ReplicaAssignment(replicaCount: replicas, weights: kept.map(\.lanes))
        return zip(kept, assignment.ranges).map { member, range in
            TermMember(
                node: member.node, firstReplica: range.lowerBound, endReplica: range.upperBound,
                lanes: member.lanes, exchange: .none)
        }
    }

    mutating func takeLanes(_ lanes: Int, for job: JobID, on node: NodeID) {
        guard let perLane = jobs[job]?.record.requirements.perLane, var entry = nodes[node]
        else { return }
        entry.lanes[job] = lanes
        entry.used = entry.used + perLane.times(lanes)
        nodes[node] = entry
    }

    /// Gives back every lane of a job.
    mutating func freeLanes(of job: JobID) {
        guard let record = jobs[job]?.record else { return }
        for member in record.members {
            guard var entry = nodes[member.node],
                let lanes = entry.lanes.removeValue(forKey: job)
            else { continue }
            entry.used = entry.used - record.requirements.perLane.times(lanes)
            nodes[member.node] = entry
        }
    }
}
