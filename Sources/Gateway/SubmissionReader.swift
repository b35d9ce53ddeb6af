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
    /// Who submits.
    let sender: Identity
    /// Which files the sender may know of.
    let access: ArtifactAccess
    /// The leave to read whole files of this host; `nil` on the threads that requests share.
    var digesting: HostFileDigesting.Leave?

    /// One job, ready to be submitted.
    struct Prepared: Sendable {
        /// The spec; data files and folders stand in it by digest.
        let specification: JobDocument
        /// The data set of a training job.
        let reference: DatasetReference?
        let missing: [String]

        /// What is submitted.
        func submission(of sender: Identity, key: String) -> Submission {
            var submission = submission(user: sender.user, key: key)
            submission.owner = sender.owner
            return submission
        }

        private func submission(user: String, key: String) -> Submission {
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
        let reading = try reading(text, file: file, overrides: overrides)
        guard reading.experiments.isEmpty else {
            throw GatewayFailure.invalid("an experiment is not a job; submit it to /v1/experiments")
        }
        return try reading.documents.map { read in
            var document = read
            document.namespace = try namespace(read.namespace)
            switch document {
            case .train(var job):
                let outcome = try resolve(job)
                job.dataSource = .artifact(outcome.reference)
                try resolveInitial(&job)
                return Prepared(
                    specification: .train(job), reference: outcome.reference,
                    missing: outcome.missing)
            case .command(let job):
                try requireHostUser()
                return Prepared(
                    specification: document, reference: nil, missing: try missing(of: job))
            }
        }
    }

    /// The digest of a command's packed folder when it is not there for the sender.
    private func missing(of job: CommandJobSpecification) throws -> [String] {
        let missing = try DataResolution.missingWorkdir(of: job, store: store)
        guard case .archive(let archive) = job.workdir, missing.isEmpty,
            let digest = SHA256Digest(hex: archive.digest), !access.sees(digest, sender)
        else { return missing }
        return [archive.digest]
    }

    /// Commands run as somebody: one who is mapped to nobody cannot run any.
    private func requireHostUser() throws(GatewayFailure) {
        guard sender.owner.isNobody else { return }
        throw .forbidden(
            "\(sender.user) is mapped to no user of the hosts, so no command can run as them; an"
                + " admin runs: mlctl user add \(sender.user) --uid NUMBER")
    }

    /// A namespace that is not written is the sender's own; another's is refused.
    private func namespace(_ written: String) throws -> String {
        if let own = sender.namespace, written == "default" { return own }
        guard sender.sees(written) else {
            throw GatewayFailure.forbidden(
                "\(sender.user) submits to the namespace \(sender.namespace ?? "") alone, not"
                    + " to \(written)")
        }
        return written
    }

    /// Looks the model to begin from up, once: what is written by digest stays as it is.
    private func resolveInitial(_ job: inout TrainJobSpecification) throws {
        guard var initial = job.initial else { return }
        if initial.digest.isEmpty {
            let found = access.model(namespace: job.namespace, name: initial.name)
            guard let model = found else {
                throw GatewayFailure.invalid(
                    "spec.initial.model of \(job.name): there is no model \(initial.name) in the"
                        + " namespace \(job.namespace); mlctl get models lists them")
            }
            initial.name = "\(model.name)@\(model.version)"
            initial.digest = model.model.weightsDigest
        }
        guard let digest = SHA256Digest(hex: initial.digest), access.sees(digest, sender),
            let size = try store.size(of: digest)
        else {
            throw GatewayFailure.invalid(
                "spec.initial of \(job.name): the weights of \(initial.name) are not stored here"
                    + " any more")
        }
        initial.byteCount = Int64(size)
        job.initial = initial
    }

    private func resolve(_ job: TrainJobSpecification) throws -> DataResolution.Outcome {
        let hostFiles = HostFileCheck(sender: sender, access: access, digesting: digesting)
        var outcome = try DataResolution.resolve(job, store: store, hostFiles: hostFiles)
        // What others uploaded is not there for the sender: a digest alone is no right.
        let unseen = outcome.reference.files.filter { file in
            file.hostPath.isEmpty
                && SHA256Digest(hex: file.digest).map { !access.sees($0, sender) } ?? false
        }.map(\.digest)
        outcome.missing += unseen.filter { !outcome.missing.contains($0) }
        return outcome
    }

    private func reading(
        _ text: String, file: String?, overrides: [String]
    ) throws -> SpecificationReader.Reading {
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
        return reading
    }

    /// An experiment, ready to be submitted: the data of its trials stands in it by digest.
    struct PreparedExperiment: Sendable {
        var specification: ExperimentSpecification
        var missing: [String] = []
    }

    /// Reads all documents as experiments and resolves their data; waits for disks.
    func readExperiments(
        _ text: String, file: String?, overrides: [String]
    ) throws -> [PreparedExperiment] {
        let reading = try reading(text, file: file, overrides: overrides)
        guard reading.documents.isEmpty, !reading.experiments.isEmpty else {
            throw GatewayFailure.invalid(
                "expected documents of kind Experiment; jobs go to /v1/jobs")
        }
        return try reading.experiments.map { read in
            var prepared = PreparedExperiment(specification: read)
            prepared.specification.namespace = try namespace(read.namespace)
            try requireFixedFiles(read)
            switch read.exampleJob() {
            case .job(.trainJob(var job))?:
                guard job.initial?.digest.isEmpty != true else {
                    throw GatewayFailure.invalid(
                        "spec.initial in a template needs sha256 and bytes of the model's weights,"
                            + " so that all trials begin from the same one")
                }
                try resolveInitial(&job)
                let outcome = try resolve(job)
                prepared.specification.template = read.template?.withData(outcome.reference)
                prepared.missing = outcome.missing
            case .job(.command(let job))?:
                try requireHostUser()
                prepared.missing = try missing(of: job)
            case .refused?, nil: break
            }
            return prepared
        }
    }

    /// Which files trials read is decided once, here: a parameter cannot name others, whose use
    /// nobody would have looked at.
    private func requireFixedFiles(_ experiment: ExperimentSpecification) throws {
        for parameter in experiment.parameters {
            guard let path = parameter.path,
                let field = TrialTemplate.fileFields.first(where: { path.hasPrefix($0) })
            else { continue }
            throw GatewayFailure.invalid(
                "the parameter \(parameter.name) of \(experiment.name) sets \(path): all trials"
                    + " read the same files, so spec.\(field) of the template cannot be searched")
        }
    }

    /// The refusal when files are not uploaded yet; `nil` when all are there.
    func missingData(_ jobs: [Prepared]) -> GatewayFailure? {
        missing(jobs.flatMap(\.missing))
    }

    /// The refusal of digests that are not stored; `nil` when there are none.
    func missing(_ digests: [String]) -> GatewayFailure? {
        var seen: Set<String> = []
        let missing = digests.filter { seen.insert($0).inserted }
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
