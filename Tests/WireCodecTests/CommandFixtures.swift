import ClusterVocabulary

/// Representative values of commands with every field away from its default.
enum CommandFixtures {
    static let archive = StoredArchive(digest: VocabularyFixtures.sha256, byteCount: 10_240)
    static let task = TaskID(attempt: VocabularyFixtures.attempt, rank: 5)

    static let work: CommandWork = {
        var work = CommandWork(ranks: 6, arguments: ["python", "train.py", ""])
        work.workdir = archive
        work.environment = [
            EnvironmentVariable(name: "A", value: "b=c"),
            EnvironmentVariable(name: "TOKEN", value: "", secret: "hf"),
        ]
        work.outputs = ["out", "a/b"]
        work.metrics = .pattern("loss {loss}")
        work.checkpoint = CheckpointRequest(path: "ckpt", signal: 10, graceSeconds: 60)
        work.programRetries = 2
        work.infrastructureRetries = 7
        work.restartAfterSeconds = 90
        work.graceSeconds = 4
        return work
    }()

    static let prepare = PrepareCommand(
        attempt: VocabularyFixtures.attempt, jobName: "bert-2", user: "ana", work: work,
        perRank: ResourceAmount(milliCPU: 500, memoryBytes: 1 << 30),
        hosts: [
            CommandHost(node: NodeID("h1"), address: "10.0.0.1", firstRank: 0, endRank: 4),
            CommandHost(node: NodeID("h2"), address: "", firstRank: 4, endRank: 6),
        ], startsAtOnce: true)

    static let status = CommandStatus(
        attempt: VocabularyFixtures.attempt, phase: .stopping,
        exit: CommandExit(rank: 4, code: 0, signal: 9), failure: .program,
        reason: Reason(.outOfMemory, "too much"), outputs: archive)

    static let output = CommandOutput(
        attempt: VocabularyFixtures.attempt, rank: 3, from: 100, position: 120,
        bytes: [1, 0, 255],
        measurements: [CommandMeasurement(VocabularyFixtures.metrics, position: 17)])

    static let job: JobRecord = {
        var job = JobRecord(
            id: JobID(42), namespace: "default", name: "bert", run: 7, user: "ana", labels: [],
            idempotencyKey: "", work: .none(ranks: 6),
            requirements: VocabularyFixtures.requirements, submittedAt: 1_760_000_000_000)
        job.command = work
        job.state = .running
        job.attempt = 3
        job.commandState.infrastructureFailures = 4
        job.commandState.ending = CommandEnding(.retry, Reason(.hostLost, "gone"), node: "h1")
        job.commandState.exit = CommandExit(rank: 1, code: 3, signal: 0)
        job.commandState.metrics = VocabularyFixtures.metrics
        job.commandState.measurements = 9
        job.commandState.measuredPosition = 4_000
        job.commandState.outputs = [CommandOutputs(firstRank: 4, archive: archive)]
        return job
    }()

    static let start = TaskStart(
        task: task, arguments: ["sh", "-c", "exit 3"],
        environment: [EnvironmentVariable(name: "A", value: "b")], folder: "/work",
        limits: ResourceAmount(milliCPU: 500, memoryBytes: 1 << 30), leaseSeconds: 300,
        graceSeconds: 10, context: [1, 2, 3], owner: TaskOwner(user: 1_000, group: 100))
    static let state = TaskState(
        task: task, phase: .ended, code: 3, signal: 0, reason: Reason(.hostLost, "x"),
        failure: .infrastructure, context: [9])
}
