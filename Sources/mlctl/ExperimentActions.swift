import Client
import ControlAPI
import JobSpecification

/// What the commands about experiments have in common.
enum ExperimentActions {
    /// Follows experiments to their end; throws when one did not succeed.
    static func follow(_ submitted: [SubmittedExperiment], _ session: ClientSession) async throws {
        for experiment in submitted {
            Interruption.install(
                session.console,
                message: "the work goes on; mlctl watch \(experiment.name) shows it,"
                    + " mlctl cancel ends it")
            let follower = ExperimentFollower(
                try session.client(), session.console, on: .error)
            let ended = try await follower.run(
                experiment.name, namespace: experiment.namespace)
            try session.show(ExperimentText.lines(ended))
            try require(ended)
        }
    }

    /// Throws when an experiment ended badly.
    static func require(_ experiment: ExperimentBody) throws {
        guard experiment.state != "Succeeded" else { return }
        throw ClientFailure(
            .workFailed,
            "\(experiment.name) \(experiment.state): \(experiment.reason): \(experiment.message);"
                + " see mlctl get trials \(experiment.name)")
    }

    /// Prints what would be submitted.
    static func show(
        _ experiments: [JobPreparation.PreparedExperiment], _ session: ClientSession
    ) throws {
        for (index, experiment) in experiments.enumerated() {
            if index > 0 { try session.console.line("---") }
            try session.console.write(Array(experiment.written.canonicalYAML().utf8))
        }
    }

    /// Does one thing with an experiment of that name, or another with a job when there is none:
    /// the jobs of trials are called like their experiment, so it comes first.
    static func either<Value>(
        _ name: String, job: (String) async throws -> Value,
        experiment: (String) async throws -> Value
    ) async throws -> Value {
        let prefix = "experiment/"
        if name.hasPrefix(prefix) {
            return try await experiment(String(name.dropFirst(prefix.count)))
        }
        do {
            return try await experiment(name)
        } catch let first as ClientFailure where first.status == .notFound {
            do {
                return try await job(name)
            } catch let failure as ClientFailure where failure.status == .notFound {
                throw ClientFailure(
                    .notFound, failure.message + ", and no experiment of that name",
                    reason: failure.reason)
            }
        }
    }
}
