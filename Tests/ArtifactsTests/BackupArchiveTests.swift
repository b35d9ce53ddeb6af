import Artifacts
import Foundation
import Testing

struct BackupArchiveTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "mlctl-archive-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    private func archive(_ name: String = "a.backup") throws -> String {
        let path = "\(folder)/\(name)"
        let writer = try BackupArchive.Writer(path: path)
        try writer.add("ledger.sqlite", Array("ledger".utf8))
        try writer.add("empty", [])
        let large = "\(folder)/large"
        _ = FileManager.default.createFile(
            atPath: large, contents: Data(repeating: 7, count: 3 << 20))
        try writer.add("artifacts/\(String(repeating: "a", count: 64))", file: large)
        try writer.finish()
        return path
    }

    private func contents(_ path: String) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        try BackupArchive.read(path: path) { name, piece in sizes[name, default: 0] += piece.count }
        return sizes
    }

    @Test func filesComeBackWhole() throws {
        let sizes = try contents(try archive())
        #expect(sizes["ledger.sqlite"] == 6)
        #expect(sizes["empty"] == 0)
        #expect(sizes["artifacts/\(String(repeating: "a", count: 64))"] == 3 << 20)
    }

    @Test func itIsForItsOwnerAloneAndWritesOverNothing() throws {
        let path = try archive()
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: ArtifactError.self) { try archive() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test func itHasItsNameOnlyWhenItIsWhole() throws {
        let path = "\(folder)/named"
        let writer = try BackupArchive.Writer(path: path)
        try writer.add("a", [1])
        #expect(!FileManager.default.fileExists(atPath: path))
        let partial = BackupArchive.partialPath(for: path)
        #expect(FileManager.default.fileExists(atPath: partial))
        try writer.finish()
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(!FileManager.default.fileExists(atPath: partial))
    }

    @Test func aNameThatWasTakenMeanwhileStaysAsItIs() throws {
        let path = "\(folder)/taken"
        let writer = try BackupArchive.Writer(path: path)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ArtifactError.self) { try writer.finish() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
    }

    @Test func oneThatWasGivenUpLeavesNothing() throws {
        let path = "\(folder)/given-up"
        do {
            let writer = try BackupArchive.Writer(path: path)
            try writer.add("a", [1])
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(!FileManager.default.fileExists(atPath: BackupArchive.partialPath(for: path)))
    }

    @Test func oneThatWasCutOffIsRefused() throws {
        let path = try archive()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [0, 10, 60, 100, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(throws: ArtifactError.self, "\(length)") { try contents(path) }
        }
    }

    @Test func changedBytesAreRefused() throws {
        let path = try archive()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in [3, 20, 90, bytes.count / 2, bytes.count - 3] {
            var changed = bytes
            changed[place] ^= 0x20
            try changed.write(to: URL(fileURLWithPath: path))
            #expect(throws: ArtifactError.self, "\(place)") { try contents(path) }
        }
    }

    @Test(arguments: [
        "../x", "/etc/passwd", "a/../../x", "a//b", "", ".", "..", "a/.", "a b", "a\nb", "a\0b",
        String(repeating: "x", count: 256),
    ])
    func namesThatLeadElsewhereAreRefused(_ name: String) throws {
        #expect(!BackupArchive.isName(name))
        // A forged archive with a right digest.
        let path = "\(folder)/forged-\(UUID().uuidString)"
        let digest = SHA256Hasher.digest(of: Array("x".utf8)).hex
        try Data("mlctl-backup/1\n\(name) 1 \(digest)\nx\nend 1\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        #expect(throws: ArtifactError.self) { try contents(path) }
    }

    @Test(arguments: ["-1", "99999999999999999999", "1e9", "x", "2"])
    func sizesThatAreNoneAreRefused(_ size: String) throws {
        let path = "\(folder)/size-\(UUID().uuidString)"
        let digest = SHA256Hasher.digest(of: Array("x".utf8)).hex
        try Data("mlctl-backup/1\na \(size) \(digest)\nx\nend 1\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        #expect(throws: ArtifactError.self) { try contents(path) }
    }
}
