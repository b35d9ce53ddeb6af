import ArgumentParser
import Client
import ControlAPI
import JobSpecification

/// `mlctl wait`: until jobs have ended, or run.
struct WaitCommand: ClientCommand {
    /// What is waited for.
    enum Goal: String, ExpressibleByArgument, CaseIterable {
        case done
        case running
    }

    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until jobs are done (or run).",
        discussion: """
            Exit codes: 0 all succeeded (or run), 1 one failed or was cancelled, 124 the timeout \
            passed, others as usual. The scheduler may restart meanwhile.
            """)

    @OptionGroup var jobs: JobNames

    @Option(name: .customLong("for"), help: "What to wait for.")
    var goal = Goal.done

    @Option(help: "Give up after this span, such as 90s, 30m, 12h.")
    var timeout: String?

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let timeout, SpanText.seconds(timeout) == nil {
            throw ValidationError("--timeout \(timeout): expected a span such as 90s, 30m, 12h")
        }
    }

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        if try await waitsForExperiment(client, session) { return }
        let runs = try await JobActions.runs(jobs.names, namespace: scope.namespace, client)
        let follower = JobFollower(
            client, session.console,
            JobFollower.Settings(
                namespace: scope.namespace, names: runs,
                goal: goal == .done ? .ended : .running, channel: nil))
        let limit = timeout.flatMap(SpanText.seconds).map { Duration.seconds($0) }
        let ended = try await follower.run(timeout: limit).filter(\.isFinal)
        try JobActions.require(noneOf: ended.filter { $0.state != "Succeeded" })
    }

    /// Waits when the only name is that of an experiment.
    private func waitsForExperiment(
        _ client: SchedulerClient, _ session: ClientSession
    ) async throws -> Bool {
        guard let name = jobs.names.first, jobs.names.count == 1, goal == .done else {
            return false
        }
        return try await ExperimentActions.either(name) { name in
            _ = try await client.job(name, namespace: scope.namespace)
            return false
        } experiment: { name in
            let begun = ContinuousClock.now
            let limit = timeout.flatMap(SpanText.seconds).map { Duration.seconds($0) }
            while true {
                let experiment = try await client.experiment(name, namespace: scope.namespace)
                if experiment.isFinal {
                    try ExperimentActions.require(experiment)
                    return true
                }
                if let limit, ContinuousClock.now - begun > limit {
                    throw ClientFailure(
                        .timedOut,
                        "\(experiment.name) is still running: "
                            + ExperimentText.counts(experiment))
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
