import Artifacts
import ClusterVocabulary
import Datasets
package import JobSpecification
import Training

/// Reads spec files and their data completely before anything is sent.
package struct JobPreparation {
    /// A job with its data by digest.
    package struct Prepared: Sendable {
        /// The spec as written, with its defaults.
        package let written: JobDocument
        /// The spec to submit; data and folders are artifacts unless only the hosts have them.
        package var specification: JobDocument
        /// The files to upload.
        package var uploads: [DataUpload]
        /// Rows left out because something is wrong with them, and the first of them; empty
        /// without any.
        package var badRows: [String] = []
        /// What it amounts to; `nil` when the data is not on this machine.
        package var plan: JobPlan?
    }

    private struct SourceKey: Hashable {
        let folder: String
        let paths: [String]
        let format: String
    }

    private var checked: [SourceKey: CheckedData] = [:]
    /// The experiments of the files prepared last, in their order.
    package private(set) var experiments: [PreparedExperiment] = []
    /// What the files prepared last have that has no effect, for people.
    package private(set) var warnings: [String] = []

    /// An experiment with the data of its trials by digest.
    package struct PreparedExperiment: Sendable {
        /// The spec as written, with its defaults and its template inside.
        package let written: ExperimentSpecification
        /// The spec to submit.
        package var specification: ExperimentSpecification
        /// The job of a trial; `nil` when trials are external.
        package var example: Prepared?
    }

    /// Starts with nothing read.
    package init() {}

    /// The jobs of all files in their order, or everything that is wrong with any of them.
    ///
    /// Sets read by several jobs are read once. `namespace` replaces the one in the specs.
    package mutating func prepare(
        _ files: [SpecificationFile], overrides: [Override], namespace: String? = nil
    ) throws(ClientFailure) -> [Prepared] {
        var problems: [String] = []
        var found: [(SpecificationFile, JobDocument)] = []
        var searches: [(SpecificationFile, ExperimentSpecification)] = []
        warnings = []
        for file in files {
            let reading = file.read(overrides: overrides)
            problems += reading.diagnostics.map { $0.rendered() }
            warnings += reading.warnings.map { "warning: \($0.rendered())" }
            found += reading.documents.map { (file, $0) }
            searches += reading.experiments.map { (file, $0) }
        }
        guard problems.isEmpty else {
            throw ClientFailure(.wrongUsage, problems.joined(separator: "\n"))
        }
        var prepared: [Prepared] = []
        for (file, job) in found {
            var job = job
            if let namespace { job.namespace = namespace }
            do {
                prepared.append(try prepare(job, in: file))
            } catch {
                let problem = "\(file.name): \(job.name): \(ClientFailure(error).message)"
                if !problems.contains(problem) { problems.append(problem) }
            }
        }
        experiments = []
        for (file, search) in searches {
            var search = search
            if let namespace { search.namespace = namespace }
            do {
                experiments.append(try prepare(search, in: file))
            } catch {
                problems.append("\(file.name): \(search.name): \(ClientFailure(error).message)")
            }
        }
        guard problems.isEmpty else {
            throw ClientFailure(.wrongUsage, problems.joined(separator: "\n"))
        }
        return prepared
    }

    private mutating func prepare(
        _ search: ExperimentSpecification, in file: SpecificationFile
    ) throws -> PreparedExperiment {
        guard let template = search.template, case .job(let job)? = search.exampleJob() else {
            return PreparedExperiment(written: search, specification: search, example: nil)
        }
        // Data lies beside the file that names it.
        let place = SpecificationFile(
            name: template.file, folder: SpecificationFile.folder(of: template.file), text: "")
        let home = template.file == file.name ? file : place
        let example: Prepared
        switch job {
        case .trainJob(let job): example = try prepare(job, in: home)
        case .command(let job): example = try JobPreparation.prepare(job, folder: home.folder)
        }
        var resolved = search
        switch example.specification {
        case .train(let job):
            if case .artifact(let reference) = job.dataSource {
                resolved.template = template.withData(reference)
            }
        case .command(let job):
            if case .archive(let archive) = job.workdir {
                resolved.template = template.withWorkdir(archive)
            }
        }
        return PreparedExperiment(written: search, specification: resolved, example: example)
    }

    private mutating func prepare(
        _ document: JobDocument, in file: SpecificationFile
    ) throws -> Prepared {
        switch document {
        case .train(let job): try prepare(job, in: file)
        case .command(let job): try JobPreparation.prepare(job, folder: file.folder)
        }
    }

    /// A command with its working folder packed.
    package static func prepare(
        _ job: CommandJobSpecification, folder: String
    ) throws(ClientFailure) -> Prepared {
        guard case .folder(let path) = job.workdir else {
            return Prepared(
                written: .command(job), specification: .command(job), uploads: [], plan: nil)
        }
        let place = path.hasPrefix("/") ? path : "\(folder)\(path)"
        let upload = try WorkdirPacking.pack(place)
        var resolved = job
        resolved.workdir = .archive(
            StoredArchive(digest: upload.digest.hex, byteCount: Int64(upload.byteCount)))
        return Prepared(
            written: .command(job), specification: .command(resolved), uploads: [upload],
            plan: nil)
    }

    private mutating func prepare(
        _ job: TrainJobSpecification, in file: SpecificationFile
    ) throws -> Prepared {
        let data: CheckedData
        switch job.dataSource {
        case .artifact:
            return Prepared(
                written: .train(job), specification: .train(job), uploads: [], plan: nil)
        case .file(let files):
            data = try check(files, job, folder: file.folder, onHosts: false)
        case .hostPath(let files):
            // Files that only the hosts have are digested by the scheduler.
            let isHere = files.allSatisfy { (try? LocalFile.find($0.path)) != nil }
            guard isHere else {
                return Prepared(
                    written: .train(job), specification: .train(job), uploads: [], plan: nil)
            }
            data = try check(files, job, folder: "", onHosts: true)
        }
        let plan: JobPlan
        do throws(TrainingRefusal) {
            plan = try JobPlan(job, data: data)
        } catch {
            throw ClientFailure(
                .wrongUsage, "\(JobPreparation.word(error)): \(error); change the spec or the data")
        }
        var resolved = job
        resolved.dataSource = .artifact(data.reference)
        return Prepared(
            written: .train(job), specification: .train(resolved), uploads: data.uploads,
            badRows: JobPreparation.badRows(data.schema), plan: plan)
    }

    private static func badRows(_ schema: SetSchema) -> [String] {
        guard schema.badRows > 0 else { return [] }
        let count = schema.badRows == 1 ? "1 bad row" : "\(schema.badRows) bad rows"
        return ["\(count) left out"] + schema.badRowFindings
    }

    private mutating func check(
        _ files: [DataFile], _ job: TrainJobSpecification, folder: String, onHosts: Bool
    ) throws -> CheckedData {
        let key = SourceKey(
            folder: folder, paths: files.map { "\($0.role.word)=\($0.path)" } + ["\(onHosts)"],
            format: job.format.canonicalFormat)
        if let known = checked[key] { return known }
        let data = try CheckedData.check(
            files, format: job.format, folder: folder, onHosts: onHosts)
        checked[key] = data
        return data
    }

    /// The name of a refusal, in PascalCase as data problems have it.
    private static func word(_ refusal: TrainingRefusal) -> String {
        let name = String(describing: Mirror(reflecting: refusal).children.first?.label ?? "")
        return name.isEmpty ? "Refused" : name.prefix(1).uppercased() + name.dropFirst()
    }
}
