import Foundation
import Testing

@testable import Artifacts

/// Whose files are read: rights on the whole way, not on the last name alone.
struct HostFileTests {
    /// A folder everybody may pass, with a file everybody may read.
    private func withFile(_ body: (_ folder: String, _ path: String) throws -> Void) throws {
        let folder = "\(NSTemporaryDirectory())mlctl-host-\(UUID().uuidString)"
        let path = "\(folder)/data/rows.csv"
        try FileManager.default.createDirectory(
            atPath: "\(folder)/data", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "rows".write(toFile: path, atomically: false, encoding: .utf8)
        for (name, mode) in [(folder, 0o755), ("\(folder)/data", 0o755), (path, 0o644)] {
            try set(mode, name)
        }
        try body(folder, path)
    }

    private func set(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func kind(_ path: String, _ reader: HostFileReader) -> ArtifactErrorKind? {
        do throws(ArtifactError) {
            _ = try HostFile(path, readableBy: reader)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func everyFolderOnTheWayCounts() throws {
        try withFile { folder, path in
            #expect(kind(path, .anybody) == nil)
            try set(0o700, "\(folder)/data")
            #expect(kind(path, .anybody) == .accessDenied)
            #expect(kind(path + "x", .anybody) == .accessDenied, "says nothing of what is there")
            #expect(kind(path, .user(getuid())) == nil)
            #expect(kind(path, .user(getuid() + 1)) == .accessDenied)
            #expect(kind(path, .thread) == nil)
        }
    }

    @Test func theFileCounts() throws {
        try withFile { _, path in
            try set(0o640, path)
            #expect(kind(path, .anybody) == .accessDenied)
            #expect(kind(path, .user(getuid())) == nil)
            #expect(kind(path, .user(getuid() + 1)) == .accessDenied)
        }
    }

    @Test func linksLeadOnTheWayAndNotAtTheEnd() throws {
        try withFile { folder, path in
            let files = FileManager.default
            try files.createSymbolicLink(
                atPath: "\(folder)/relative", withDestinationPath: "data/../data")
            try files.createSymbolicLink(
                atPath: "\(folder)/absolute", withDestinationPath: "\(folder)/data")
            try files.createSymbolicLink(
                atPath: "\(folder)/last.csv", withDestinationPath: path)
            try files.createSymbolicLink(
                atPath: "\(folder)/round", withDestinationPath: "round")
            for name in ["relative", "absolute"] {
                #expect(kind("\(folder)/\(name)/rows.csv", .anybody) == nil)
            }
            #expect(kind("\(folder)/last.csv", .anybody) != nil)
            #expect(kind("\(folder)/last.csv", .thread) != nil)
            #expect(kind("\(folder)/round/rows.csv", .anybody) != nil)
            try set(0o700, "\(folder)/data")
            for name in ["relative", "absolute"] {
                #expect(kind("\(folder)/\(name)/rows.csv", .anybody) == .accessDenied)
            }
        }
    }

    @Test func onlyFilesAreRead() throws {
        try withFile { folder, path in
            #expect(mkfifo("\(folder)/pipe", 0o644) == 0)
            for reader in [HostFileReader.anybody, .thread] {
                for name in ["/dev/zero", "\(folder)/pipe", folder, "/", "\(path)/x", "/nowhere/x"]
                {
                    #expect(kind(name, reader) != nil, "\(name)")
                }
            }
        }
    }

    @Test func whatGrowsIsReadAsFarAsItWas() throws {
        try withFile { _, path in
            let file = try HostFile(path, readableBy: .anybody)
            try "rows and more".write(toFile: path, atomically: false, encoding: .utf8)
            var text = ""
            let isWhole = try file.read { piece in
                text += String(decoding: piece, as: UTF8.self)
                return true
            }
            #expect(isWhole)
            #expect(text == "rows")
            #expect(try !file.read { _ in false })
        }
    }
}
