import Artifacts
import ClusterVocabulary
import Foundation
import JobSpecification

/// Packs the working folder of a command job: without what `.mlctlignore`, or else `.gitignore`,
/// names, and without `.git`.
package enum WorkdirPacking {
    /// The most files of a working folder.
    static let mostFiles = 100_000

    /// Packs a folder into a temporary file that lives as long as this process.
    package static func pack(_ folder: String) throws(ClientFailure) -> DataUpload {
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ClientFailure(
                .wrongUsage, "the workdir \(folder) is not a folder; check spec.workdir")
        }
        let rules = IgnoreRules.read(in: folder)
        var template = Array("\(NSTemporaryDirectory())/mlctl-workdir-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw ClientFailure(
                .workFailed,
                "no temporary file for the workdir: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
        let path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        TemporaryFiles.removeAtExit(path)
        do throws(ArtifactError) {
            _ = try FolderArchive.pack(
                folder, into: path,
                bounds: FolderArchive.Bounds(
                    entries: mostFiles, bytes: CommandWork.largestWorkdir)
            ) { rules.ignores($0, isFolder: $1) }
            let digest = try SHA256Hasher.digest(ofFile: path)
            let file = try MappedFile(path: path)
            return DataUpload(path: path, digest: digest, byteCount: file.count)
        } catch {
            throw ClientFailure(.wrongUsage, "the workdir cannot be packed: \(error)")
        }
    }
}

/// Files that are removed when this process ends.
enum TemporaryFiles {
    /// Removes a file at the end of this process.
    static func removeAtExit(_ path: String) {
        // Nobody else needs the name: an open descriptor would do, but uploads go by path.
        paths.add(path)
    }

    private static let paths = Paths()

    /// The files to remove, told to the C library once.
    private final class Paths: Sendable {
        private let list = LockedList()

        init() {
            atexit { TemporaryFiles.paths.list.all.forEach { unlink($0) } }
        }

        func add(_ path: String) { list.append(path) }
    }
}
