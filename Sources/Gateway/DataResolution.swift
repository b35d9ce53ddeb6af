import Artifacts
import ClusterVocabulary
import ControlAPI
import JobSpecification

/// Turns the data source of a spec into a data set by content.
enum DataResolution {
    /// The set and the digests of its files that the store lacks.
    struct Outcome: Sendable {
        let reference: DatasetReference
        var missing: [String]
    }

    /// Resolves one source; looks at files of this host for a `hostPath`.
    static func resolve(
        _ job: TrainJobSpecification, store: ArtifactStore, hostFiles: HostFileCheck
    ) throws -> Outcome {
        switch job.dataSource {
        case .artifact(let reference):
            let key = self.key(format: reference.format, files: reference.files)
            guard key == reference.key else {
                throw GatewayFailure.invalid(
                    "spec.data.source.artifact.key of \(job.name) does not fit its files;"
                        + " it must be \(key)")
            }
            for file in reference.files where !file.hostPath.isEmpty {
                try hostFiles.require(file)
            }
            return Outcome(reference: reference, missing: try missing(of: reference, store))
        case .hostPath(let files):
            return Outcome(reference: try digest(files, job, hostFiles), missing: [])
        case .file(let files):
            let path = files.first?.path ?? ""
            throw GatewayFailure.invalid(
                "spec.data.source.file (\(path)) of \(job.name) lies on the client: mlctl submit"
                    + " uploads it; by hand, PUT it to /v1/artifacts and give artifact:")
        }
    }

    /// The digest of a command's packed folder when the store lacks it.
    static func missingWorkdir(
        of job: CommandJobSpecification, store: ArtifactStore
    ) throws -> [String] {
        switch job.workdir {
        case .none: return []
        case .folder(let path):
            throw GatewayFailure.invalid(
                "spec.workdir (\(path)) of \(job.name) lies on the client: mlctl submit packs and"
                    + " uploads it; by hand, PUT a tar file to /v1/artifacts and give artifact:")
        case .archive(let archive):
            guard let digest = SHA256Digest(hex: archive.digest),
                let size = try store.size(of: digest)
            else { return [archive.digest] }
            guard Int64(size) == archive.byteCount else {
                throw GatewayFailure.invalid(
                    "the stored file \(archive.digest) has \(size) bytes, the spec says"
                        + " \(archive.byteCount)")
            }
            return []
        }
    }

    private static func missing(
        of reference: DatasetReference, _ store: ArtifactStore
    ) throws -> [String] {
        var missing: [String] = []
        for file in reference.files where file.hostPath.isEmpty {
            guard let digest = SHA256Digest(hex: file.digest),
                let size = try store.size(of: digest)
            else {
                missing.append(file.digest)
                continue
            }
            guard Int64(size) == file.byteCount else {
                throw GatewayFailure.invalid(
                    "the stored file \(file.digest) has \(size) bytes, the spec says"
                        + " \(file.byteCount)")
            }
        }
        return missing
    }

    private static func digest(
        _ files: [DataFile], _ job: TrainJobSpecification, _ hostFiles: HostFileCheck
    ) throws -> DatasetReference {
        let described = try files.map { try hostFiles.described($0) }
        let format = job.format.canonicalFormat
        return DatasetReference(
            key: key(format: format, files: described), files: described, format: format)
    }

    private static func key(format: String, files: [DatasetReference.File]) -> String {
        let text = DatasetKeyText.text(format: format, files: files)
        return SHA256Hasher.digest(of: Array(text.utf8)).hex
    }
}
