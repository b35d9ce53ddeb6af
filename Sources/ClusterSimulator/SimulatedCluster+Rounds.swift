import ClusterVocabulary
import Determinism
import WorkerCore

/// Rounds: trainers of a term complete each one together, over links that may be cut.
extension SimulatedCluster {
    /// One try of a trainer to get its state or to complete a round with the other members.
    mutating func round(_ host: Int, _ life: UInt64, _ id: TrainerID) {
        guard hosts[host].life == life, var trainer = hosts[host].trainers[id], trainer.isAlive,
            trainer.phase == .training, let go = trainer.go, let work = trainer.prepared?.work
        else { return }
        let total = SimulatedTrainer.total(work)
        let before = trainer.rounds
        if trainer.rounds < go.startRound {
            if let source = go.stateSource, let giver = peer(source, of: host, go),
                giver.rounds == go.startRound
            {
                trainer.rounds = giver.rounds
                trainer.state = giver.state
            }
        } else if trainer.rounds < total, othersHave(trainer.rounds, go, host) {
            trainer.state = SimulatedTrainer.next(trainer.state, work, round: trainer.rounds)
            trainer.rounds += 1
        }
        if trainer.rounds == total, othersHave(total, go, host) { trainer.phase = .finished }
        if trainer.rounds != before { trainer.movedAt = now }
        if trainer.phase == .training, now - trainer.movedAt > SimulatedTrainer.patience {
            // A peer is silent: it stops at the round's border and says so.
            trainer.phase = .prepared
            trainer.go = nil
        }
        hosts[host].trainers[id] = trainer
        if trainer.phase != .training {
            if let status = trainer.status() { report(host, life, id, .status(status)) }
            return
        }
        if trainer.rounds != before, trainer.rounds % 4 == 0, let progress = trainer.progress() {
            report(host, life, id, .progress(progress))
        }
        after(random.span(40..<160), .round(host: host, life: life, id))
    }

    private mutating func report(
        _ host: Int, _ life: UInt64, _ id: TrainerID, _ report: TrainerReport
    ) {
        let at = max(hosts[host].pipeAt, now + .milliseconds(1))
        hosts[host].pipeAt = at
        queue.push(at, .fromTrainer(host: host, life: life, id, report))
    }

    /// The trainer of another member of the term, when frames can go both ways.
    private func peer(_ node: NodeID, of host: Int, _ go: GoTraining) -> SimulatedTrainer? {
        guard let other = hostOfName[node] else { return nil }
        if other != host, hosts[other].isolatedUntil > now || hosts[host].isolatedUntil > now {
            return nil
        }
        return hosts[other].trainer(of: go.attempt, go.term)
    }

    /// Whether every member trains under the same start and has come as far.
    private func othersHave(_ rounds: Int64, _ go: GoTraining, _ host: Int) -> Bool {
        go.members.allSatisfy { member in
            guard let other = peer(member.node, of: host, go) else { return false }
            return other.go == go && other.rounds >= rounds
        }
    }
}
