import Artifacts
import ClusterVocabulary
import Datasets
import Foundation
import JobSpecification
import Synchronization

/// Converted data sets of this host: one memory-mapped file per set, named by its key, bounded.
///
/// Raw files are fetched by digest, converted once, and dropped. When the bound is reached the
/// sets used longest ago go, except those in use.
final class DatasetCache: Sendable {
    /// What a conversion or eviction came to.
    enum Outcome: Sendable {
        /// The set is held.
        case held(rows: Int64)
        /// It could not be had.
        case failed(Reason)
    }

    private let folder: String
    private let raw: ArtifactStore
    private let byteBound: Int64
    private let inUse = Mutex<Set<String>>([])

    init(stateFolder: String, byteBound: Int64) throws {
        folder = "\(stateFolder)/sets"
        self.byteBound = byteBound
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        raw = try ArtifactStore(at: "\(stateFolder)/raw")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasSuffix(".tmp") {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// The file of a set, held or not.
    func path(of key: String) -> String { "\(folder)/\(key).set" }

    /// Names the sets that must not be evicted.
    func setInUse(_ keys: Set<String>) {
        inUse.withLock { $0 = keys }
    }

    /// The sets held, with their rows; damaged files are removed.
    func held() -> [String: Int64] {
        var found: [String: Int64] = [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where name.hasSuffix(".set") {
            let key = String(name.dropLast(".set".count))
            if let rows = try? rows(of: key) {
                found[key] = rows
            } else {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
        return found
    }

    private func rows(of key: String) throws -> Int64 {
        let file = try MappedFile(path: path(of: key))
        return try file.withBytes { Int64(try SetView($0).rows) }
    }

    /// Removes a set that cannot be used; it is made again when asked for.
    func discard(_ key: String) {
        unlink(path(of: key))
    }

    /// Fetches and converts a set. Gives the keys that had to go for it.
    func bring(
        _ reference: DatasetReference, fetch: (DatasetReference.File, ArtifactStore) throws -> Void
    ) -> (outcome: Outcome, evicted: [String]) {
        do {
            if let rows = try? rows(of: reference.key) { return (.held(rows: rows), []) }
            guard let format = DataFormatSpecification(canonicalFormat: reference.format) else {
                return (.failed(Reason(.badData, "unknown format \(reference.format)")), [])
            }
            for file in reference.files {
                if file.hostPath.isEmpty {
                    try fetch(file, raw)
                } else {
                    try copy(file, for: reference.owner)
                }
            }
            let rows = try convert(reference, format.dataFormat)
            let evicted = makeRoom(besides: reference.key)
            for file in reference.files {
                if let digest = SHA256Digest(hex: file.digest) { _ = try raw.delete(digest) }
            }
            return (.held(rows: rows), evicted)
        } catch let problem as DataProblem {
            return (.failed(Reason(.badData, problem.description)), [])
        } catch let error as DatasetCacheError {
            return (.failed(Reason(.badData, error.description)), [])
        } catch {
            return (.failed(Reason(.hostFault, "\(error)")), [])
        }
    }

    /// Reads the files once, row by row, into the set's file; gives its rows.
    private func convert(_ reference: DatasetReference, _ format: DataFormat) throws -> Int64 {
        var maps: [DatasetReference.Role: MappedFile] = [:]
        for file in reference.files {
            maps[file.role] = try map(file)
        }
        guard let train = maps[.train] else {
            throw DatasetCacheError.noTrainingFile
        }
        defer { extendLifetime(maps) }
        let writer = SetFileWriter(path: path(of: reference.key))
        let summary: SetSummary
        do {
            summary = try SetBuilder.convert(
                files: DataFiles(
                    train: train.unsafeBytes, trainLabels: maps[.trainLabels]?.unsafeBytes,
                    test: maps[.test]?.unsafeBytes, testLabels: maps[.testLabels]?.unsafeBytes),
                format: format, into: writer)
        } catch {
            if let failure = writer.failure { throw failure }
            throw error
        }
        _ = try writer.finish(summary)
        return Int64(summary.schema.rows)
    }

    private func map(_ file: DatasetReference.File) throws -> MappedFile {
        guard let digest = SHA256Digest(hex: file.digest) else {
            throw DatasetCacheError.badDigest(file.digest)
        }
        return try raw.map(digest)
    }

    /// Takes a file of this host over, with the rights of the job's owner: what is converted is the
    /// very bytes whose digest was looked at, whatever its owner does to the file meanwhile.
    private func copy(_ file: DatasetReference.File, for owner: CommandOwner?) throws {
        guard let digest = SHA256Digest(hex: file.digest) else {
            throw DatasetCacheError.badDigest(file.digest)
        }
        let source: HostFile
        do {
            source = try HostDataReader(owner: owner).open(file.hostPath)
        } catch let error as ArtifactError {
            throw DatasetCacheError.unreadable(path: file.hostPath, error.reason)
        }
        let differs = DatasetCacheError.differs(path: file.hostPath, wanted: digest)
        guard Int64(source.byteCount) == file.byteCount else { throw differs }
        let writer = try raw.begin()
        do {
            let isWhole = try source.read { piece in
                try writer.write(piece)
                return true
            }
            guard isWhole else { throw differs }
            _ = try writer.finish(expected: digest)
        } catch {
            writer.abandon()
            // What was found instead is the business of who may read it.
            if let error = error as? ArtifactError, error.kind == .digestMismatch { throw differs }
            throw error
        }
    }

    /// Removes the sets touched longest ago until the rest keeps the bound.
    private func makeRoom(besides key: String) -> [String] {
        let keep = inUse.withLock { $0 }.union([key])
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var files: [(key: String, size: Int64, used: Date)] = names.compactMap { name in
            guard name.hasSuffix(".set"),
                let facts = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            else { return nil }
            return (
                String(name.dropLast(".set".count)), (facts[.size] as? Int64) ?? 0,
                (facts[.modificationDate] as? Date) ?? .distantPast
            )
        }
        files.sort { ($0.used, $0.key) < ($1.used, $1.key) }
        var total = files.reduce(0) { $0 + $1.size }
        var evicted: [String] = []
        for file in files where total > byteBound && !keep.contains(file.key) {
            unlink(path(of: file.key))
            total -= file.size
            evicted.append(file.key)
        }
        return evicted
    }
}

/// What makes a data reference unusable on this host.
enum DatasetCacheError: Error, CustomStringConvertible {
    case noTrainingFile
    case badDigest(String)
    case differs(path: String, wanted: SHA256Digest)
    case unreadable(path: String, String)

    var description: String {
        switch self {
        case .noTrainingFile: "the data set names no training file"
        case .badDigest(let text): "\(text) is no SHA-256"
        case .differs(let path, let wanted):
            "\(path) on this host is not the file with SHA-256 \(wanted) that the job was"
                + " submitted with"
        case .unreadable(let path, let reason):
            "\(path) cannot be read on this host with the rights of the job's owner: \(reason)"
        }
    }
}
