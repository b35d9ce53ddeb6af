import ClusterVocabulary
import Determinism
import SchedulerCore

/// The checkers of command jobs: they look at processes, exits and output, and hold the ledger
/// against them.
extension SimulatedCluster {
    /// A process starts: once for ever, with its whole gang ready, beside no other try of its job.
    mutating func checkStart(of task: SimulatedTask, on host: Int) {
        let attempt = task.id.attempt
        let name = hosts[host].name
        if !checks.started.insert(task.id).inserted { note("\(task.id) was started twice") }
        if !task.order.ranks(of: name).contains(task.id.rank) {
            note("\(task.id) was started on \(name), where it does not belong")
        }
        for member in task.order.hosts
        where !(checks.readied[attempt]?.contains(member.node) ?? false) {
            note("\(task.id) was started before \(member.node) was ready")
        }
        if (ledger.jobs[attempt.job]?.attempt ?? 0) < attempt.number {
            note("\(task.id) was started before its try was durable")
        }
        for other in hosts {
            for id in other.supervisor.living(at: now)
            where id.attempt.job == attempt.job && id.attempt != attempt
                && !isGivenUp(task.order.work, on: other)
            {
                note("\(task.id) was started on \(name) while \(id) ran on \(other.name)")
            }
        }
    }

    /// A process ended.
    mutating func checkEnd(of task: SimulatedTask) {
        checks.exits[task.id] = task.state
    }

    /// A record of a command job before it becomes durable: what it says of its try is what the
    /// processes of that very try did.
    mutating func checkCommand(_ record: JobRecord) {
        guard let work = record.command else { return }
        let attempt = AttemptID(job: record.id, number: record.attempt)
        if record.state == .running {
            let ranks = record.members.reduce(0) { $0 + $1.endReplica - $1.firstReplica }
            if ranks != work.ranks {
                note("job \(record.id) holds \(ranks) of \(work.ranks) ranks")
            }
        }
        guard ledger.jobs[record.id]?.state == .running, record.state != .running else { return }
        if let exit = record.commandState.exit {
            let known = checks.exits[TaskID(attempt: attempt, rank: exit.rank)]
            // Without a process there is the exit of a start that was refused, or none.
            if let known, known.code != exit.code || known.signal != exit.signal {
                note("job \(record.id): \(exit.words) of rank \(exit.rank) is of another try")
            }
            if known == nil, !exit.isSuccess {
                note("job \(record.id): \(exit.words) of rank \(exit.rank) never happened")
            }
        }
        if record.state == .failed, record.reason.code == .commandFailed,
            record.commandState.exit == nil
        {
            note("job \(record.id) failed by its command, but nobody knows how that ended")
        }
        guard record.state == .succeeded else {
            checkRetry(of: record, attempt)
            return
        }
        for rank in 0..<work.ranks {
            let id = TaskID(attempt: attempt, rank: rank)
            let exit = checks.exits[id]
            if exit == nil || exit?.code != 0 || exit?.signal != 0 || exit?.failure != nil {
                note("job \(record.id) succeeded, but rank \(rank) did not")
            }
            let program = SimulatedProgram(work, attempt: attempt, rank: rank)
            if storedOutputs[id] ?? [] != program.output(lines: program.lines) {
                note("job \(record.id) succeeded, but the output of rank \(rank) is not whole")
            }
        }
        checkValues(of: record, work, attempt)
        if !work.outputs.isEmpty {
            let files = record.commandState.outputs
            if files.isEmpty
                || files.contains(where: { $0.archive.digest != "files of \(attempt)" })
            {
                note("job \(record.id) succeeded with the files of another try")
            }
        }
    }

    /// Every line of rank 0 has a value: each was taken once, however often its piece came.
    private mutating func checkValues(
        of record: JobRecord, _ work: CommandWork, _ attempt: AttemptID
    ) {
        guard work.metrics != .none else { return }
        let lines = SimulatedProgram(work, attempt: attempt, rank: 0).lines
        let state = record.commandState
        if state.measurements != lines {
            note("job \(record.id) succeeded with \(state.measurements) of \(lines) values")
        }
    }

    /// A job goes back to waiting only once nothing of its try can run any more.
    private mutating func checkRetry(of record: JobRecord, _ attempt: AttemptID) {
        guard record.state == .pending else { return }
        for host in hosts {
            for id in host.supervisor.living(at: now)
            where id.attempt == attempt && !isGivenUp(record.command, on: host) {
                note("job \(record.id) waits again while \(id) runs on \(host.name)")
            }
        }
    }

    /// A job without a lease on a node that a person deleted: that is the word that nothing of it
    /// is left there.
    private func isGivenUp(_ work: CommandWork?, on host: SimulatedHost) -> Bool {
        work?.restartAfterSeconds == 0 && checks.deleted.contains(host.name)
    }

    /// When all jobs have ended, so have all processes, and nobody holds anything of them.
    var isTidy: Bool {
        hosts.allSatisfy { $0.supervisor.tasks.isEmpty }
    }

    mutating func checkTidy() {
        for host in hosts {
            for id in host.supervisor.taskOrder {
                let isAlive = host.supervisor.tasks[id]?.isAlive(at: now) ?? false
                note("\(host.name) still holds \(id)" + (isAlive ? ", which runs" : ""))
            }
        }
    }

    /// The scheduler's shell keeps what ranks wrote: a piece that goes on where it ends is taken,
    /// one with values once the core says that they are durable. Says whether the core hears of it.
    mutating func keep(_ output: CommandOutput, from host: Int) -> Bool {
        let id = TaskID(attempt: output.attempt, rank: output.rank)
        let known = storedOutputs[id] ?? []
        let goesOn =
            output.from == Int64(known.count) && output.position == output.from
            && !output.bytes.isEmpty
        if goesOn, !output.measurements.isEmpty {
            heldOutputs[id] = output
            return true
        }
        if goesOn { storedOutputs[id] = known + output.bytes }
        acknowledgeOutput(of: id, to: host)
        return false
    }

    /// Stores and answers a piece whose values are durable.
    mutating func store(_ measured: SchedulerEffects.Measured) {
        let id = TaskID(attempt: measured.attempt, rank: measured.rank)
        guard let output = heldOutputs[id], output.end == measured.position,
            let host = hostOfName[measured.node]
        else { return }
        heldOutputs[id] = nil
        let known = storedOutputs[id] ?? []
        if output.from == Int64(known.count) { storedOutputs[id] = known + output.bytes }
        acknowledgeOutput(of: id, to: host)
    }

    private mutating func acknowledgeOutput(of id: TaskID, to host: Int) {
        sendToWorker(
            host,
            .outputAcknowledged(
                OutputAcknowledgement(
                    attempt: id.attempt, rank: id.rank,
                    position: Int64(storedOutputs[id]?.count ?? 0))))
    }
}
