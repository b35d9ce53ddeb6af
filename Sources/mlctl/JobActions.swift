import Client
import ControlAPI

/// What the commands that change jobs by name have in common.
enum JobActions {
    /// Acts on every name; prints the runs done, then throws the first failure.
    static func each(
        _ names: [String], _ session: ClientSession,
        _ action: (SchedulerClient, String) async throws -> String
    ) async throws {
        let client = try session.client()
        var first: ClientFailure?
        for name in names {
            do {
                try session.console.line(try await action(client, name))
            } catch {
                let failure = ClientFailure(error)
                // Without a scheduler the other names fail alike.
                if [.unreachable, .outputClosed].contains(failure.status) { throw failure }
                if first == nil {
                    first = failure
                } else {
                    session.console.error(failure.message)
                }
            }
        }
        if let first { throw first }
    }

    /// The names of runs that the names mean now.
    static func runs(
        _ names: [String], namespace: String, _ client: SchedulerClient
    ) async throws -> [String] {
        var runs: [String] = []
        for name in names {
            runs.append(try await client.job(name, namespace: namespace).metadata.name)
        }
        return runs
    }

    /// Follows one submitted command to its end: its states, and what its ranks print between
    /// them, on standard error; throws when it did not succeed.
    static func follow(
        command job: SubmittedJob, ranks: Int, _ session: ClientSession
    ) async throws {
        Interruption.install(
            session.console,
            message: "the work goes on; mlctl logs -f \(job.name) shows it, mlctl cancel ends it")
        let client = try session.client()
        // A table that is drawn again and again would tear the lines apart.
        let isTerminal = session.console.isTerminal(.error)
        let states = JobFollower(
            client, session.console,
            JobFollower.Settings(
                namespace: job.namespace, names: [job.name], goal: .ended,
                channel: isTerminal ? nil : .error))
        async let printed = OutputFollower(client, session.console, aside: true).run(
            job.name, namespace: job.namespace, ranks: ranks)
        let ended = try await states.run()
        _ = try await printed
        if isTerminal {
            for summary in ended { session.console.note("\(summary.name)  \(summary.state)") }
        }
        try require(noneOf: ended.filter { $0.state != "Succeeded" })
    }

    /// Follows submitted runs to their end; throws when one did not succeed.
    static func follow(_ submitted: [SubmittedJob], _ session: ClientSession) async throws {
        let names = submitted.map(\.name)
        let which = names.count == 1 ? names.joined() : "…"
        Interruption.install(
            session.console,
            message: "the work goes on; mlctl watch \(which) shows it, mlctl cancel ends it")
        var namespaces: [String] = []
        for job in submitted where !namespaces.contains(job.namespace) {
            namespaces.append(job.namespace)
        }
        var failed: [JobSummary] = []
        for namespace in namespaces {
            let runs = submitted.filter { $0.namespace == namespace }.map(\.name)
            let follower = JobFollower(
                try session.client(), session.console,
                JobFollower.Settings(
                    namespace: namespace, names: runs, goal: .ended, channel: .error))
            failed += try await follower.run().filter { $0.state != "Succeeded" }
        }
        try require(noneOf: failed)
    }

    /// Throws when jobs ended badly.
    static func require(noneOf failed: [JobSummary]) throws {
        guard !failed.isEmpty else { return }
        let lines = failed.map { job in
            "\(job.name) \(job.state): \(job.reason)"
                + (job.message.isEmpty ? "" : ": \(job.message)")
                + "; see mlctl describe \(job.name)"
        }
        throw ClientFailure(.workFailed, lines.joined(separator: "\n"))
    }
}
