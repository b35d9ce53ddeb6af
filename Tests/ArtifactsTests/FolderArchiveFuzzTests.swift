import Foundation
import Glibc
import Testing

@testable import Artifacts

/// Damaged and hostile archives: an error or a folder, never a trap, and nothing outside.
///
/// 2 000 inputs; `MLCTL_FUZZ` sets another number, `MLCTL_FUZZ_SEED` another seed.
struct FolderArchiveFuzzTests {
    /// SplitMix64: small, and the same everywhere.
    private struct Chance {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ (value >> 31)) % UInt64(bound))
        }

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[next(below: elements.count)]
        }
    }

    private static let paths = [
        "a", "a/b", "a/b/c", "link", "link/x", "../out", "/abs", "a//b", "./a", "a/../../out",
        "a/", "", ".", "..", "long/" + String(repeating: "n", count: 95), "\u{7f}", "link/../x",
    ]

    /// An archive of legal blocks in an illegal order, some of them with other bytes.
    private static func archive(_ chance: inout Chance) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<(1 + chance.next(below: 6)) {
            let size = Int64(chance.pick([0, 0, 1, 511, 512, 513, 1_000]))
            let kind = chance.pick(Array("000225557LK136x"))
            bytes += TarHeader.bytes(
                path: chance.pick(paths), kind: kind, mode: chance.next(below: 0o10000),
                size: size, link: chance.pick(paths + ["/etc", "../.."]))
            let text = chance.pick(paths).utf8 + [0]
            var content = [UInt8](repeating: UInt8(ascii: "x"), count: Int(size))
            if kind == "L" || kind == "K" {
                for (index, byte) in text.enumerated() where index < content.count {
                    content[index] = byte
                }
            }
            bytes += content + [UInt8](repeating: 0, count: (512 - Int(size) % 512) % 512)
        }
        for _ in 0..<chance.pick([0, 0, 1, 4, 30]) {
            bytes[chance.next(below: bytes.count)] = UInt8(chance.next(below: 256))
        }
        if chance.next(below: 4) == 0 { bytes.removeLast(chance.next(below: bytes.count)) }
        return bytes
    }

    @Test func noArchiveReachesOutOrTraps() throws {
        let variables = ProcessInfo.processInfo.environment
        let count = variables["MLCTL_FUZZ"].flatMap { Int($0) } ?? 2_000
        let seed = variables["MLCTL_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        let scratch = try ScratchFolder()
        let cage = "\(scratch.path)/cage"
        var chance = Chance(state: seed)
        var (taken, refused) = (0, 0)
        for number in 0..<count {
            if count > 10_000, number % 10_000 == 0 { print("archives: \(number) of seed \(seed)") }
            #expect(mkdir(cage, 0o755) == 0)
            #expect(mkdir("\(cage)/in", 0o755) == 0)
            let file = "\(scratch.path)/x.tar"
            try Data(Self.archive(&chance)).write(to: URL(fileURLWithPath: file))
            do {
                _ = try FolderArchive.unpack(
                    file, into: "\(cage)/in",
                    bounds: FolderArchive.Bounds(entries: 5, bytes: 2_000))
                taken += 1
            } catch {
                refused += 1
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: cage)
            try #require(names == ["in"], "input \(number) of seed \(seed)")
            try FileManager.default.removeItem(atPath: cage)
        }
        let around = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(around.sorted() == ["x.tar"])
        #expect(taken > count / 100 && refused > count / 100, "\(taken) taken, \(refused) refused")
    }
}
