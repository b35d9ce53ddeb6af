package import ControlAPI
import Foundation
import JobSpecification
import Synchronization

/// Uploads the data of prepared jobs and submits them.
package struct Submission: Sendable {
    /// The most documents of one request.
    static let mostDocuments = 500
    /// The longest text of one request, in bytes; the scheduler reads twice as much.
    static let longestText = 512 << 10

    private let client: SchedulerClient
    private let console: Console

    /// A submission through a client; progress is shown on standard error.
    package init(_ client: SchedulerClient, _ console: Console) {
        self.client = client
        self.console = console
    }

    /// Submits the jobs; gives them as accepted, in their order.
    ///
    /// The same `key` gives the same jobs, however often it is tried. `each` hears every batch as
    /// soon as it is accepted.
    package func submit(
        _ jobs: [JobPreparation.Prepared], key: String?,
        each: ([SubmittedJob]) throws -> Void = { _ in }
    ) async throws -> [SubmittedJob] {
        for job in jobs {
            for line in job.badRows { console.note("\(job.specification.name): \(line)") }
        }
        try await upload(jobs)
        // A key of its own makes it safe to try again when an answer got lost.
        let key = key ?? "mlctl-\(UUID().uuidString)"
        let batches = Submission.batches(jobs.map { $0.specification.canonicalYAML() })
        var submitted: [SubmittedJob] = []
        for (index, text) in batches.enumerated() {
            let request = SubmitRequest(
                specification: text,
                idempotencyKey: batches.count == 1 ? key : "\(key)/\(index + 1)")
            let accepted = try await retrying { try await client.submit(request) }
            try each(accepted)
            submitted += accepted
        }
        return submitted
    }

    /// Submits experiments; gives them as accepted, in their order.
    package func submit(
        experiments: [JobPreparation.PreparedExperiment], key: String?,
        each: (SubmittedExperiment) throws -> Void = { _ in }
    ) async throws -> [SubmittedExperiment] {
        try await upload(experiments.compactMap(\.example))
        let key = key ?? "mlctl-\(UUID().uuidString)"
        var submitted: [SubmittedExperiment] = []
        for (index, experiment) in experiments.enumerated() {
            let request = SubmitRequest(
                specification: experiment.specification.canonicalYAML(),
                idempotencyKey: experiments.count == 1 ? key : "\(key)/\(index + 1)")
            for accepted in try await retrying({ try await client.submitExperiments(request) }) {
                try each(accepted)
                submitted.append(accepted)
            }
        }
        return submitted
    }

    /// Joins documents to texts within the bounds of a request.
    static func batches(_ documents: [String]) -> [String] {
        var batches: [String] = []
        var (text, count) = ("", 0)
        for document in documents {
            let isFull =
                count >= mostDocuments || text.utf8.count + document.utf8.count > longestText
            if count > 0, isFull {
                batches.append(text)
                (text, count) = ("", 0)
            }
            if count > 0 { text += "---\n" }
            text += document
            count += 1
        }
        if count > 0 { batches.append(text) }
        return batches
    }

    /// Uploads what the scheduler does not have, every file once.
    package func upload(_ jobs: [JobPreparation.Prepared]) async throws {
        var seen: Set<DataUpload> = []
        for upload in jobs.flatMap(\.uploads) where seen.insert(upload).inserted {
            guard try await !client.hasArtifact(upload.digest) else { continue }
            let bar = UploadBar(upload, console)
            try await client.upload(upload) { bar.show(sent: $0) }
            bar.finish()
        }
    }

    /// Tries again when the connection broke, because the key makes it harmless.
    private func retrying<Value>(_ work: () async throws -> Value) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await work()
            } catch let failure as ClientFailure
                where failure.status == .unreachable && attempt < SchedulerClient.uploadAttempts
            {
                try await Task.sleep(for: .milliseconds(200 * attempt))
                attempt += 1
            }
        }
    }
}

/// The bar of one upload, on a terminal only.
private final class UploadBar: Sendable {
    private struct State: Sendable {
        var region: LiveRegion
        var drawnAt: ContinuousClock.Instant?
    }

    private static let pause = Duration.milliseconds(100)

    private let name: String
    private let byteCount: Int
    private let isShown: Bool
    private let state: Mutex<State>

    init(_ upload: DataUpload, _ console: Console) {
        name = upload.path.split(separator: "/").last.map(String.init) ?? upload.path
        byteCount = upload.byteCount
        isShown = console.isTerminal(.error)
        state = Mutex(State(region: LiveRegion(console, on: .error)))
    }

    func show(sent: Int) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.drawnAt, now - last < UploadBar.pause, sent < byteCount { return }
            state.drawnAt = now
            let share = byteCount > 0 ? Double(sent) / Double(byteCount) : 1
            var line = StyledLine("uploading \(name)  ")
            line.append(ProgressBar.text(share, width: JobLine.barWidth), .cyan)
            line.append(" \(NumberText.bytes(sent)) of \(NumberText.bytes(byteCount))")
            try? state.region.draw([line])
        }
    }

    func finish() {
        guard isShown else { return }
        state.withLock { try? $0.region.clear() }
    }
}
