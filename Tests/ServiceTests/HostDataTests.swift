import Artifacts
import ClusterVocabulary
import Foundation
import Testing

@testable import WorkerService

/// Data that lies on a worker's host is read with the rights of the job's owner alone.
struct HostDataTests {
    private static let rows = "a,b,class\n1,2,x\n3,4,y\n"
    private static let format = "csv;label=name:class;header=auto;delimiter=auto"
    /// Somebody who owns nothing here.
    private let stranger = CommandOwner(hostUser: 3_999_999)

    /// Runs with a cache and a file that all users may read.
    private func withCache(
        _ body: (DatasetCache, _ folder: String, _ path: String) throws -> Void
    ) throws {
        let folder = "\(NSTemporaryDirectory())mlctl-data-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: "\(folder)/data", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/data/rows.csv"
        try Self.rows.write(toFile: path, atomically: false, encoding: .utf8)
        for (name, mode) in [(folder, 0o755), ("\(folder)/data", 0o755), (path, 0o644)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: name)
        }
        try body(
            try DatasetCache(stateFolder: "\(folder)/state", byteBound: 1 << 30), folder, path)
    }

    private func reference(
        _ path: String, owner: CommandOwner?, text: String = rows
    ) -> DatasetReference {
        let digest = SHA256Hasher.digest(of: Array(text.utf8)).hex
        var reference = DatasetReference(
            key: SHA256Hasher.digest(of: Array("\(path)\(text)".utf8)).hex,
            files: [
                .init(
                    role: .train, digest: digest, byteCount: Int64(text.utf8.count), hostPath: path)
            ], format: Self.format)
        reference.owner = owner
        return reference
    }

    /// Why a set is not held; `nil` when it is.
    private func refusal(_ cache: DatasetCache, _ reference: DatasetReference) -> String? {
        let brought = cache.bring(reference) { _, _ in Issue.record("nothing is to be fetched") }
        switch brought.outcome {
        case .held: return nil
        case .failed(let reason): return reason.message
        }
    }

    @Test func whatEverybodyMayReadIsRead() throws {
        for owner in [nil, stranger, CommandOwner(hostUser: getuid(), ownsCluster: true)] {
            try withCache { cache, folder, path in
                #expect(refusal(cache, reference(path, owner: owner)) == nil)
                let left = try FileManager.default.subpathsOfDirectory(
                    atPath: "\(folder)/state/raw"
                ).filter { $0.count >= 60 }
                #expect(left.isEmpty, "the copy is dropped: \(left)")
            }
        }
    }

    @Test(arguments: ["file", "folder"]) func whatIsClosedToTheOwnerIsNot(what: String) throws {
        try withCache { cache, folder, path in
            let closed = what == "file" ? path : "\(folder)/data"
            try FileManager.default.setAttributes(
                [.posixPermissions: what == "file" ? 0o600 : 0o700], ofItemAtPath: closed)
            for owner in [nil, stranger, CommandOwner(hostUser: 65_534), CommandOwner()] {
                let refused = refusal(cache, reference(path, owner: owner))
                #expect(
                    refused?.contains("the rights of the job's owner") == true, "\(refused ?? "")")
            }
            // Who runs the worker and the scheduler reads what is theirs.
            let own = CommandOwner(hostUser: getuid(), ownsCluster: true)
            #expect(refusal(cache, reference(path, owner: own)) == nil)
        }
    }

    @Test func whatIsThereInsteadIsNotTold() throws {
        try withCache { cache, _, path in
            let other = Self.rows.replacingOccurrences(of: "1", with: "9")
            for text in [other, "short"] {
                let refused = try #require(
                    refusal(cache, reference(path, owner: nil, text: text)))
                let found = SHA256Hasher.digest(of: Array(Self.rows.utf8)).hex
                #expect(refused.contains("is not the file with SHA-256"))
                #expect(!refused.contains(found))
            }
        }
    }
}
