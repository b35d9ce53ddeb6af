import ClusterVocabulary
import Logging
import Messaging
import SchedulerCore
import WireCodec

/// What commands wrote, from their nodes to the logs of their jobs.
extension SchedulerDaemon {
    /// Stores a piece of a command's output and answers with what is here; one with values only
    /// once these are durable, which the core says with ``store(_:)``. So a value whose line is
    /// acknowledged is never lost, and a piece is stored before any later word of its node is
    /// heard.
    func take(
        _ output: CommandOutput, of node: NodeID, _ answer: (SchedulerMessage) -> Void
    ) {
        let job = output.attempt.job
        guard let record = view.job(job), record.attempt >= output.attempt.number else { return }
        let isMember = record.members.contains { $0.node == node }
        guard isMember, record.attempt == output.attempt.number else {
            // Nobody reads it: what the node holds counts as taken.
            answer(acknowledgement(of: output.attempt, output.rank, max(0, output.end)))
            return
        }
        do {
            if !output.measurements.isEmpty, try outputs.hold(output) {
                var values = output
                values.bytes = []
                values.position = output.end
                _ = inbox.put(.event(.message(node, .output(values))))
                return
            }
            let (position, isTaken) = try outputs.accept(output)
            if isTaken { hub.publish([.output(job)]) }
            answer(acknowledgement(of: output.attempt, output.rank, position))
        } catch {
            note(error, job)
        }
    }

    /// Stores and answers a piece whose values are durable.
    func store(_ measured: SchedulerEffects.Measured) {
        let job = measured.attempt.job
        do {
            let position = try outputs.store(
                measured.attempt, rank: measured.rank, to: measured.position)
            guard let position else { return }
            hub.publish([.output(job)])
            guard let peer = peers.withLock({ $0.peer(of: measured.node) }) else { return }
            let answer = acknowledgement(of: measured.attempt, measured.rank, position)
            control.send(to: peer, frames: [WireCodec.encode(answer)])
        } catch {
            note(error, job)
        }
    }

    private func acknowledgement(
        of attempt: AttemptID, _ rank: Int, _ position: Int64
    ) -> SchedulerMessage {
        .outputAcknowledged(
            OutputAcknowledgement(attempt: attempt, rank: rank, position: position))
    }

    /// Not answered: the node asks again.
    private func note(_ error: any Error, _ job: JobID) {
        logger.warning(
            "output cannot be kept", metadata: ["job": "\(job)", "error": "\(error)"])
    }
}
