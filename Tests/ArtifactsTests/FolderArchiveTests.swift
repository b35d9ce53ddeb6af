import Foundation
import Testing

@testable import Artifacts

/// Packed folders: the same bytes for the same content, and nothing outside whatever an archive
/// says.
struct FolderArchiveTests {
    private func write(_ text: String, _ path: String, executable: Bool = false) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        chmod(path, executable ? 0o755 : 0o600)
    }

    private func sample(_ folder: String) throws {
        try write("a", "\(folder)/a.txt")
        try write("#!/bin/sh\n", "\(folder)/run.sh", executable: true)
        try write(String(repeating: "x", count: 3_000), "\(folder)/deep/er/file")
        let long = String(repeating: "n", count: 90)
        try write("long", "\(folder)/\(long)/\(long)")
        #expect(symlink("a.txt", "\(folder)/link") == 0)
        #expect(mkdir("\(folder)/empty", 0o755) == 0)
    }

    @Test func aFolderComesBackAsItWas() throws {
        let scratch = try ScratchFolder()
        let (from, to) = ("\(scratch.path)/from", "\(scratch.path)/to")
        try sample(from)
        #expect(mkdir(to, 0o755) == 0)
        let count = try FolderArchive.pack(from, into: "\(scratch.path)/x.tar")
        #expect(try FolderArchive.unpack("\(scratch.path)/x.tar", into: to) == count)
        let names = try FileManager.default.subpathsOfDirectory(atPath: from).sorted()
        #expect(try FileManager.default.subpathsOfDirectory(atPath: to).sorted() == names)
        for name in names {
            #expect(
                FileManager.default.contents(atPath: "\(to)/\(name)")
                    == FileManager.default.contents(atPath: "\(from)/\(name)"))
        }
        #expect(access("\(to)/run.sh", X_OK) == 0)
        var status = stat()
        #expect(lstat("\(to)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func equalContentGivesEqualBytes() throws {
        let scratch = try ScratchFolder()
        for name in ["one", "two"] {
            try sample("\(scratch.path)/\(name)")
            _ = try FolderArchive.pack(
                "\(scratch.path)/\(name)", into: "\(scratch.path)/\(name).tar")
        }
        let one = FileManager.default.contents(atPath: "\(scratch.path)/one.tar")
        #expect(one == FileManager.default.contents(atPath: "\(scratch.path)/two.tar"))
    }

    /// Whose folder it is may put anything there between the listing and the reading.
    @Test(.timeLimit(.minutes(1))) func aPipeInPlaceOfAFileIsPassedOver() throws {
        let scratch = try ScratchFolder()
        let (from, to) = ("\(scratch.path)/from", "\(scratch.path)/to")
        try write("a", "\(from)/a")
        try write("z", "\(from)/z")
        #expect(mkdir(to, 0o755) == 0)
        _ = try FolderArchive.pack(from, into: "\(scratch.path)/x.tar") { path, _ in
            if path == "z" {
                unlink("\(from)/z")
                mkfifo("\(from)/z", 0o600)
            }
            return false
        }
        var status = stat()
        #expect(lstat("\(from)/z", &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        _ = try FolderArchive.unpack("\(scratch.path)/x.tar", into: to)
        #expect(try FileManager.default.contentsOfDirectory(atPath: to) == ["a"])
    }

    private func block(_ path: String, kind: Character, size: Int64 = 0, link: String = "")
        -> [UInt8]
    {
        TarHeader.bytes(path: path, kind: kind, mode: 0o644, size: size, link: link)
    }

    private func refuses(_ bytes: [UInt8], _ comment: Comment) throws {
        let scratch = try ScratchFolder()
        let (file, place) = ("\(scratch.path)/x.tar", "\(scratch.path)/in/side")
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        #expect(throws: ArtifactError.self, comment) {
            try FolderArchive.unpack(
                file, into: place, bounds: FolderArchive.Bounds(entries: 10, bytes: 1_000))
        }
        // Nothing beside the archive and the folder.
        let names = try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
        #expect(names.allSatisfy { $0 == "x.tar" || $0.hasPrefix("in") }, comment)
        #expect(!names.contains("in/evil"), comment)
    }

    @Test func pathsThatLeaveTheFolderAreRefused() throws {
        let body = [UInt8](repeating: 0x65, count: 512)
        for path in [
            "/etc/evil", "../evil", "a/../../evil", "..", ".", "a//b", "./evil", "a/./b",
        ] {
            try refuses(block(path, kind: "0", size: 4) + body, "\(path)")
        }
        // Through a link of the same archive, in either order.
        let link = block("way", kind: "2", link: "..")
        try refuses(block("way/evil", kind: "0", size: 4) + body + link + body, "link after")
        for kind in ["1", "3", "4", "6", "7", "x", "g"].map(Character.init) {
            try refuses(block("evil", kind: kind, link: "a"), "kind \(kind)")
        }
    }

    @Test func onePathAsTwoThingsIsTheArchivesFault() throws {
        let scratch = try ScratchFolder()
        let body = [UInt8](repeating: 0x65, count: 512)
        let inside = block("l/evil", kind: "0", size: 4) + body
        let archives = [
            block("l", kind: "2", link: "..") + inside,
            inside + block("l", kind: "0", size: 4) + body,
            block("l", kind: "0", size: 4) + body + inside,
            block("l", kind: "0", size: 4) + body + block("l", kind: "5"),
            block(String(repeating: "n", count: 256) + "/x", kind: "5"),
        ]
        for (number, bytes) in archives.enumerated() {
            let (file, place) = ("\(scratch.path)/\(number).tar", "\(scratch.path)/in\(number)")
            #expect(mkdir(place, 0o755) == 0)
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            let kind = failureKind { _ = try FolderArchive.unpack(file, into: place) }
            #expect(kind == .damaged, "\(number)")
        }
    }

    @Test func aLinkThatIsThereAlreadyIsNotFollowed() throws {
        let scratch = try ScratchFolder()
        let place = "\(scratch.path)/in"
        #expect(mkdir(place, 0o755) == 0)
        #expect(mkdir("\(scratch.path)/outside", 0o755) == 0)
        #expect(symlink("../outside", "\(place)/way") == 0)
        let body = [UInt8](repeating: 0x65, count: 512)
        let file = "\(scratch.path)/x.tar"
        try Data(block("way/evil", kind: "0", size: 4) + body).write(
            to: URL(fileURLWithPath: file))
        #expect(throws: ArtifactError.self) { try FolderArchive.unpack(file, into: place) }
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/outside/evil"))
    }

    @Test func boundsAndDamageAreNamed() throws {
        let body = [UInt8](repeating: 0x65, count: 512)
        try refuses(block("big", kind: "0", size: 1_001) + body + body, "too many bytes")
        try refuses((0..<11).flatMap { block("f\($0)", kind: "0") }, "too many entries")
        try refuses(block("cut", kind: "0", size: 600) + body, "cut")
        var damaged = block("sum", kind: "0")
        damaged[0] ^= 1
        try refuses(damaged, "checksum")
        try refuses(Array(block("half", kind: "0").prefix(300)), "half a header")
        try refuses(block("name", kind: "L", size: 1 << 40) + body, "long name")
    }

    @Test func whatIsIgnoredStaysOut() throws {
        let scratch = try ScratchFolder()
        let from = "\(scratch.path)/from"
        try sample(from)
        let count = try FolderArchive.pack(from, into: "\(scratch.path)/x.tar") { path, isFolder in
            isFolder && path == "deep" || path.hasSuffix(".sh")
        }
        #expect(count == 5)
        #expect(throws: ArtifactError.self) {
            try FolderArchive.pack(
                from, into: "\(scratch.path)/y.tar",
                bounds: FolderArchive.Bounds(entries: 3, bytes: 1 << 20))
        }
        #expect(throws: ArtifactError.self) {
            try FolderArchive.pack(from, paths: ["../x"], into: "\(scratch.path)/z.tar")
        }
    }
}
