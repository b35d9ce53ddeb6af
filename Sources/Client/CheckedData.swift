import Artifacts
package import ClusterVocabulary
import ControlAPI
package import Datasets
package import JobSpecification

/// A data source that was read, converted and digested on this machine.
package struct CheckedData: Sendable {
    /// The set by content, as the spec carries it.
    package let reference: DatasetReference
    /// The files to upload; none for a source that lies on the hosts.
    package let uploads: [DataUpload]
    /// All rows, those of a test file included.
    package let rows: Int
    /// Rows of the test file.
    package let testRows: Int
    /// Numbers of one row.
    package let featureCount: Int
    /// Classes told apart; 0 when a number is predicted.
    package let classCount: Int
    /// What the set is, without its rows.
    package let schema: SetSchema

    /// Reads the files of a source; `folder` is what relative paths count from.
    ///
    /// Throws what is wrong with the data, with the name of the file.
    package static func check(
        _ files: [DataFile], format: DataFormatSpecification, folder: String, onHosts: Bool
    ) throws -> CheckedData {
        var described: [DatasetReference.File] = []
        var uploads: [DataUpload] = []
        var maps: [DatasetReference.Role: MappedFile] = [:]
        for file in files {
            let named = file.path.hasPrefix("/") ? file.path : folder + file.path
            let found = try LocalFile.find(named)
            let map = try MappedFile(path: found.path)
            let digest = map.withBytes { SHA256Hasher.digest(of: $0) }
            maps[file.role] = map
            described.append(
                DatasetReference.File(
                    role: file.role, digest: digest.hex, byteCount: Int64(map.count),
                    hostPath: onHosts ? file.path : ""))
            if !onHosts {
                uploads.append(
                    DataUpload(path: found.path, digest: digest, byteCount: map.count))
            }
        }
        let set = try build(maps, format, names: files, folder: folder)
        let canonical = format.canonicalFormat
        let text = DatasetKeyText.text(format: canonical, files: described)
        return CheckedData(
            reference: DatasetReference(
                key: SHA256Hasher.digest(of: Array(text.utf8)).hex,
                files: described.sorted { $0.role.rawValue < $1.role.rawValue },
                format: canonical),
            uploads: uploads, rows: set.rows, testRows: set.testRows,
            featureCount: set.featureCount, classCount: set.classNames.count, schema: set)
    }

    private static func build(
        _ maps: [DatasetReference.Role: MappedFile], _ format: DataFormatSpecification,
        names: [DataFile], folder: String
    ) throws -> SetSchema {
        guard let train = maps[.train] else {
            throw ClientFailure(.wrongUsage, "the data source names no training file")
        }
        defer { extendLifetime(maps) }
        do throws(DataProblem) {
            return try SetBuilder.convert(
                files: DataFiles(
                    train: train.unsafeBytes, trainLabels: maps[.trainLabels]?.unsafeBytes,
                    test: maps[.test]?.unsafeBytes, testLabels: maps[.testLabels]?.unsafeBytes),
                format: format.dataFormat, into: CountingStorage()
            ).schema
        } catch {
            let files = names.map { file in
                "\(file.role.word) \(file.path.hasPrefix("/") ? "" : folder)\(file.path)"
            }
            throw ClientFailure(
                .wrongUsage, "\(error)\nin the data: \(files.joined(separator: ", "))")
        }
    }
}
