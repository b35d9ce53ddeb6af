import Foundation
import Glibc
import Testing

@testable import Artifacts

/// Damaged archives in great number: each is unpacked or refused, none traps, nothing is written
/// outside its folder. `make fuzz` takes a million.
struct ArchiveFuzzTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private static let count = setting("MLCTL_FUZZ") ?? 1_000
    private static let seed = setting("MLCTL_FUZZ_SEED") ?? 1
    /// Small, so that a length that was damaged is refused before a disk is filled.
    private static let bounds = FolderArchive.Bounds(entries: 8, bytes: 4_096)

    /// A folder, files, links, and a name that needs a block of its own.
    private static let entries: [[UInt8]] = [
        TarHeader.bytes(path: "deep", kind: "5", mode: 0o755, size: 0),
        TarHeader.bytes(path: "deep/a.txt", kind: "0", mode: 0o644, size: 5)
            + Array("hello".utf8) + [UInt8](repeating: 0, count: 507),
        TarHeader.bytes(path: "link", kind: "2", mode: 0o777, size: 0, link: "deep"),
        TarHeader.bytes(path: "link/through", kind: "0", mode: 0o644, size: 0),
        TarHeader.bytes(
            path: String(repeating: "n", count: 120), kind: "0", mode: 0o755, size: 3)
            + [1, 2, 3] + [UInt8](repeating: 0, count: 509),
        TarHeader.bytes(
            path: "far", kind: "2", mode: 0o777, size: 0,
            link: String(repeating: "../", count: 40) + "outside"),
    ]
    private static let pieces: [[UInt8]] = [
        "../", "/", "..", "deep/../..", "77777777777", "\u{0}", "00000000000", "-1", "ustar",
        "outside",
    ].map { Array($0.utf8) }

    @Test func damagedArchivesAreRefusedOrUnpacked() throws {
        let scratch = try ScratchFolder()
        let (file, place) = ("\(scratch.path)/x.tar", "\(scratch.path)/in/side")
        try FileManager.default.createDirectory(
            atPath: "\(scratch.path)/in", withIntermediateDirectories: false)
        var unpacked: UInt64 = 0
        for number in 0..<ArchiveFuzzTests.count {
            if number % 50_000 == 0, ArchiveFuzzTests.count > 50_000 {
                print("fuzz archives: seed \(ArchiveFuzzTests.seed), input \(number)")
            }
            ArchiveFuzzTests.write(ArchiveFuzzTests.input(number), to: file)
            mkdir(place, 0o755)
            do throws(ArtifactError) {
                _ = try FolderArchive.unpack(
                    file, into: place, bounds: ArchiveFuzzTests.bounds)
                unpacked += 1
            } catch {
                #expect(!"\(error)".isEmpty)
            }
            // Listing costs more than unpacking: a folder that could not be emptied by its known
            // names is removed the long way.
            if rmdir(place) != 0 { try FileManager.default.removeItem(atPath: place) }
            if number % 256 == 0 {
                #expect(try scratch.names(".") == ["in", "x.tar"], "input \(number)")
                #expect(try scratch.names("in") == [], "input \(number)")
            }
        }
        #expect(try scratch.names(".") == ["in", "x.tar"])
        #expect(unpacked > 0)
        #expect(unpacked < ArchiveFuzzTests.count)
    }

    private static func write(_ bytes: [UInt8], to file: String) {
        let output = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        bytes.withUnsafeBytes { _ = Glibc.write(output, $0.baseAddress, $0.count) }
        close(output)
    }

    /// A few entries in any order, damaged; most headers get a sum that is right again, so that
    /// the damage is seen by what reads them.
    private static func input(_ number: UInt64) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 ^ number &* 0xD6E8_FEB8_6659_FD93
        func draw(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, bound)))
        }
        var bytes: [UInt8] = []
        for _ in 0...draw(4) {
            var entry = entries[draw(entries.count)]
            for _ in 0..<draw(4) {
                let place = draw(entry.count)
                switch draw(4) {
                case 0: entry[place] ^= 1 << UInt8(draw(8))
                case 1: entry[place] = UInt8(draw(256))
                default:
                    let piece = pieces[draw(pieces.count)]
                    // Names, sizes, kinds and link targets are at these places.
                    let start = [0, 124, 156, 157, 345, place][draw(6)]
                    for (index, byte) in piece.enumerated() where start + index < entry.count {
                        entry[start + index] = byte
                    }
                }
            }
            if draw(5) > 0 { mend(&entry) }
            bytes += entry
        }
        bytes += [UInt8](repeating: 0, count: 512 * draw(3))
        if draw(6) == 0 { bytes.removeLast(draw(bytes.count)) }
        return bytes
    }

    /// Makes the sum of the first header right.
    private static func mend(_ entry: inout [UInt8]) {
        guard entry.count >= 512 else { return }
        for index in 148..<156 { entry[index] = 0x20 }
        let sum = entry[..<512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        for (index, byte) in text.utf8.prefix(6).enumerated() { entry[148 + index] = byte }
        entry[154] = 0
    }
}
