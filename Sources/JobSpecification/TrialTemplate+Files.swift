import ClusterVocabulary

extension TrialTemplate.Job {
    /// The stored files and the files of hosts that the job reads, by digest and path.
    package var files: Set<String> {
        switch self {
        case .trainJob(let job):
            var files: Set<String> = []
            if let initial = job.initial { files.insert(initial.digest) }
            switch job.dataSource {
            case .artifact(let reference):
                for file in reference.files { files.formUnion([file.digest, file.hostPath]) }
            case .file(let sources), .hostPath(let sources):
                files.formUnion(sources.map(\.path))
            }
            return files
        case .command(let job):
            switch job.workdir {
            case .none: return []
            case .folder(let path): return [path]
            case .archive(let archive): return [archive.digest]
            }
        }
    }
}

extension ExperimentSpecification {
    /// Whether a trial reads no other files than the example does, whose files were looked at when
    /// the experiment was submitted.
    package func isCovered(_ job: TrialTemplate.Job) -> Bool {
        let files = job.files
        guard !files.isEmpty else { return true }
        guard case .job(let example)? = exampleJob() else { return false }
        return files.isSubset(of: example.files)
    }
}
