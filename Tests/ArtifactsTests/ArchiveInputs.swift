@testable import Artifacts

/// Archives for fuzzing, drawn from a seed: every second one has damaged headers, the others legal
/// blocks in an illegal order.
struct ArchiveInputs {
    /// SplitMix64: small, and the same everywhere.
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// The archive with a number.
    mutating func archive(_ number: UInt64) -> [UInt8] {
        number.isMultiple(of: 2) ? damagedArchive() : disorderedArchive()
    }

    private mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(max(1, bound)))
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[next(below: elements.count)]
    }

    // MARK: Damaged headers

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

    /// A few entries in any order, damaged; most headers get a sum that is right again, so that
    /// the damage is seen by what reads them.
    private mutating func damagedArchive() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...next(below: 4) {
            var entry = pick(ArchiveInputs.entries)
            for _ in 0..<next(below: 4) { damage(&entry) }
            if next(below: 5) > 0 { ArchiveInputs.mend(&entry) }
            bytes += entry
        }
        bytes += [UInt8](repeating: 0, count: 512 * next(below: 3))
        if next(below: 6) == 0 { bytes.removeLast(next(below: bytes.count)) }
        return bytes
    }

    private mutating func damage(_ entry: inout [UInt8]) {
        let place = next(below: entry.count)
        switch next(below: 4) {
        case 0: entry[place] ^= 1 << UInt8(next(below: 8))
        case 1: entry[place] = UInt8(next(below: 256))
        default:
            let piece = pick(ArchiveInputs.pieces)
            // Names, sizes, kinds and link targets are at these places.
            let start = pick([0, 124, 156, 157, 345, place])
            for (index, byte) in piece.enumerated() where start + index < entry.count {
                entry[start + index] = byte
            }
        }
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

    // MARK: Legal blocks

    private static let paths = [
        "a", "a/b", "a/b/c", "link", "link/x", "../out", "/abs", "a//b", "./a", "a/../../out",
        "a/", "", ".", "..", "long/" + String(repeating: "n", count: 95), "\u{7f}", "link/../x",
    ]

    /// An archive of legal blocks in an illegal order, some of them with other bytes.
    private mutating func disorderedArchive() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<(1 + next(below: 6)) {
            let size = Int64(pick([0, 0, 1, 511, 512, 513, 1_000]))
            let kind = pick(Array("000225557LK136x"))
            bytes += TarHeader.bytes(
                path: pick(ArchiveInputs.paths), kind: kind, mode: next(below: 0o10000),
                size: size, link: pick(ArchiveInputs.paths + ["/etc", "../.."]))
            let text = pick(ArchiveInputs.paths).utf8 + [0]
            var content = [UInt8](repeating: UInt8(ascii: "x"), count: Int(size))
            if kind == "L" || kind == "K" {
                for (index, byte) in text.enumerated() where index < content.count {
                    content[index] = byte
                }
            }
            bytes += content + [UInt8](repeating: 0, count: (512 - Int(size) % 512) % 512)
        }
        for _ in 0..<pick([0, 0, 1, 4, 30]) {
            bytes[next(below: bytes.count)] = UInt8(next(below: 256))
        }
        if next(below: 4) == 0 { bytes.removeLast(next(below: bytes.count)) }
        return bytes
    }
}
