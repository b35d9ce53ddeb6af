import Foundation
import Glibc
import Testing

@testable import Artifacts

/// Damaged and hostile archives in great number: each is unpacked or refused, none traps, nothing
/// is written outside its folder. `make fuzz` takes a million.
struct ArchiveFuzzTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private static let count = setting("MLCTL_FUZZ") ?? 3_000
    private static let seed = setting("MLCTL_FUZZ_SEED") ?? 1
    /// Small, so that a length that was damaged is refused before a disk is filled.
    private static let bounds = FolderArchive.Bounds(entries: 6, bytes: 3_000)

    @Test func noArchiveReachesOutOrTraps() throws {
        let (count, seed) = (ArchiveFuzzTests.count, ArchiveFuzzTests.seed)
        let scratch = try ScratchFolder()
        let (file, place) = ("\(scratch.path)/x.tar", "\(scratch.path)/in/side")
        try FileManager.default.createDirectory(
            atPath: "\(scratch.path)/in", withIntermediateDirectories: false)
        var inputs = ArchiveInputs(seed: seed)
        // Of each kind of input.
        var (taken, refused): ([UInt64], [UInt64]) = ([0, 0], [0, 0])
        for number in 0..<count {
            if number % 50_000 == 0, count > 50_000 {
                print("fuzz archives: seed \(seed), input \(number)")
            }
            ArchiveFuzzTests.write(inputs.archive(number), to: file)
            #expect(mkdir(place, 0o755) == 0, "input \(number) of seed \(seed)")
            do throws(ArtifactError) {
                _ = try FolderArchive.unpack(
                    file, into: place, bounds: ArchiveFuzzTests.bounds)
                taken[Int(number % 2)] += 1
            } catch {
                #expect(!"\(error)".isEmpty)
                refused[Int(number % 2)] += 1
            }
            // Only a folder that is not empty is removed the long way.
            if rmdir(place) != 0 { try FileManager.default.removeItem(atPath: place) }
            // What reached out is not removed with the folder: it is still seen later.
            if number % 64 == 0 {
                try #require(scratch.names(".") == ["in", "x.tar"], "input \(number), \(seed)")
                try #require(scratch.names("in") == [], "input \(number) of seed \(seed)")
            }
        }
        #expect(try scratch.names(".") == ["in", "x.tar"])
        #expect(try scratch.names("in") == [])
        // Of each kind at least one in a hundred.
        for kind in 0...1 {
            #expect(taken[kind] > count / 200, "\(taken) taken")
            #expect(refused[kind] > count / 200, "\(refused) refused")
        }
    }

    private static func write(_ bytes: [UInt8], to file: String) {
        let output = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        bytes.withUnsafeBytes { _ = Glibc.write(output, $0.baseAddress, $0.count) }
        close(output)
    }
}
