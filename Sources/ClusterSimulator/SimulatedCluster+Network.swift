import ClusterVocabulary
import Determinism

/// The links between nodes and the scheduler: late, lossy, doubled, cut, now and then out of
/// order (a connection that broke and came back while its last messages were on their way).
extension SimulatedCluster {
    mutating func sendToWorker(_ host: Int, _ message: SchedulerMessage) {
        guard !hosts[host].isRevoked else { return }
        var link = hosts[host].fromScheduler
        let arrivals = travel(over: &link)
        hosts[host].fromScheduler = link
        let life = hosts[host].life
        for at in arrivals { queue.push(at, .toWorker(host: host, life: life, message)) }
    }

    mutating func sendToScheduler(_ host: Int, _ message: WorkerMessage) {
        guard scheduler != nil, !hosts[host].isRevoked else {
            counts.lostMessages += 1
            return
        }
        var link = hosts[host].toScheduler
        let arrivals = travel(over: &link)
        hosts[host].toScheduler = link
        let life = hosts[host].life
        for at in arrivals { queue.push(at, .toScheduler(host: host, life: life, message)) }
    }

    /// When a message arrives: not at all, once, or twice.
    private mutating func travel(over link: inout SimulatedLink) -> [LogicalInstant] {
        var delay = Duration.microseconds(random.number(50..<5_000))
        guard isFaulty else {
            link.arrivesAt = max(link.arrivesAt, now + delay)
            return [link.arrivesAt]
        }
        if link.cutUntil > now || random.happens(perMille: weather.loss) {
            counts.lostMessages += 1
            return []
        }
        if random.happens(perMille: weather.delay) {
            delay += random.span(0..<2_000)
            counts.delayedMessages += 1
        }
        if random.happens(perMille: weather.disorder) {
            counts.reorderedMessages += 1
            return [now + delay]
        }
        link.arrivesAt = max(link.arrivesAt, now + delay)
        guard random.happens(perMille: weather.doubling) else { return [link.arrivesAt] }
        counts.doubledMessages += 1
        return [link.arrivesAt, link.arrivesAt + random.span(0..<1_500)]
    }

    /// A new connection: nothing of the old one holds up what is sent on it.
    mutating func resetLinks(_ host: Int) {
        hosts[host].toScheduler.arrivesAt = now
        hosts[host].fromScheduler.arrivesAt = now
    }
}
