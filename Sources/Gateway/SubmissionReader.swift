import Artifacts
import ClusterVocabulary
import ControlAPI
import HTTPTypes
import JobSpecification
import SchedulerCore

/// Turns the text of a request into submissions: all of them or a refusal.
struct SubmissionReader: Sendable {
    /// Where files must be.
    let store: ArtifactStore

    /// One job, ready to be submitted.
    struct Prepared: Sendable {
        /// The spec; data files and folders stand in it by digest.
        let specification: JobDocument
        /// The data set of a training job.
        let reference: DatasetReference?
        let missing: [String]

        /// What is submitted.
        func submission(user: String, key: String) -> Submission {
            switch specification {
            case .train(let job):
                let data = reference ?? DatasetReference(key: "", files: [], format: "")
                return Submission(
                    namespace: job.namespace, name: job.name, user: user, labels: job.labels,
                    idempotencyKey: key, specification: canonicalYAML, work: job.work(data: data),
                    requirements: job.requirements)
            case .command(let job):
                return Submission(
                    namespace: job.namespace, name: job.name, user: user, labels: job.labels,
                    idempotencyKey: key, specification: canonicalYAML,
                    work: .none(ranks: job.command.ranks), requirements: job.requirements,
                    command: job.work)
            }
        }

        /// The canonical text.
        var canonicalYAML: String { specification.canonicalYAML() }
    }

    /// Reads and resolves all documents; waits for disks, so never on a request's thread.
    func read(_ text: String, file: String?, overrides: [String]) throws -> [Prepared] {
        var parsed: [Override] = []
        var problems: [Diagnostic] = []
        guard overrides.count <= Limits.overrides else {
            throw GatewayFailure.invalid("more than \(Limits.overrides) overrides")
        }
        for text in overrides {
            do throws(Diagnostic) {
                parsed.append(try Override(parsing: text))
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else { throw refusal(problems) }
        let name = String((file ?? "request").prefix(Limits.pathBytes))
        let reading = SpecificationReader.read(text, file: name, overrides: parsed)
        guard reading.diagnostics.isEmpty else { throw refusal(reading.diagnostics) }
        return try reading.documents.map { document in
            switch document {
            case .train(var job):
                let outcome = try DataResolution.resolve(job, store: store)
                job.dataSource = .artifact(outcome.reference)
                return Prepared(
                    specification: .train(job), reference: outcome.reference,
                    missing: outcome.missing)
            case .command(let job):
                return Prepared(
                    specification: document, reference: nil,
                    missing: try DataResolution.missingWorkdir(of: job, store: store))
            }
        }
    }

    /// The refusal when files are not uploaded yet; `nil` when all are there.
    func missingData(_ jobs: [Prepared]) -> GatewayFailure? {
        var seen: Set<String> = []
        let missing = jobs.flatMap(\.missing).filter { seen.insert($0).inserted }
        guard !missing.isEmpty else { return nil }
        let what = missing.count == 1 ? "1 data file is" : "\(missing.count) data files are"
        return GatewayFailure(
            .conflict,
            ErrorBody.Failure(
                reason: "MissingData",
                message: "\(what) not uploaded; PUT each to \(APIPath.root)/artifacts/{sha256},"
                    + " then submit again: \(missing.joined(separator: ", "))",
                missing: missing))
    }

    private func refusal(_ diagnostics: [Diagnostic]) -> GatewayFailure {
        let bodies = diagnostics.map { problem in
            DiagnosticBody(
                file: problem.file, line: problem.line, column: problem.column,
                path: problem.path, message: problem.message, rendered: problem.rendered())
        }
        let first = bodies.first?.rendered.split(separator: "\n").first.map(String.init) ?? ""
        let rest = bodies.count > 1 ? " (and \(bodies.count - 1) more)" : ""
        return GatewayFailure(
            .badRequest,
            ErrorBody.Failure(
                reason: "Invalid", message: first + rest, diagnostics: bodies))
    }
}
