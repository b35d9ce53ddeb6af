import Foundation
import Testing

@testable import Artifacts

/// The bounded log: head and tail kept, the middle dropped, positions never wrong.
struct OutputLogTests {
    private static let header = 16

    private func record(_ number: Int, bytes: Int) -> [UInt8] {
        let text = Array("\(number) ".utf8) + [UInt8](repeating: 0x78, count: bytes)
        let length = text.count
        let head = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        return head + [UInt8](repeating: 0, count: Self.header - 4) + text
    }

    private func open(_ folder: ScratchFolder, head: Int64, segment: Int64) throws -> OutputLog {
        try OutputLog(
            folder: "\(folder.path)/log", headerBytes: Self.header,
            bounds: OutputLog.Bounds(head: head, segment: segment))
    }

    /// The numbers of all records from a position on, and how many bytes were skipped.
    private func numbers(_ log: OutputLog, from start: Int64 = 0) -> ([Int], skipped: Int64) {
        var found: [Int] = []
        var skipped: Int64 = 0
        var from = start
        while true {
            let piece = log.read(from: from, most: 300)
            guard !piece.bytes.isEmpty else { return (found, skipped) }
            skipped += piece.position - from
            var rest = piece.bytes[...]
            while rest.count >= Self.header {
                let base = rest.startIndex
                let length = (0..<4).reduce(0) { $0 | Int(rest[base + $1]) << (8 * $1) }
                let text = rest[(base + Self.header)..<(base + Self.header + length)]
                found.append(
                    Int(String(decoding: text.prefix { $0 != 0x20 }, as: UTF8.self)) ?? -1)
                rest = rest.dropFirst(Self.header + length)
            }
            from = piece.position + Int64(piece.bytes.count)
        }
    }

    @Test func everythingIsThereWhileItFits() throws {
        let folder = try ScratchFolder()
        let log = try open(folder, head: 10_000, segment: 1_000)
        for number in 0..<50 { try record(number, bytes: 20).withUnsafeBytes(log.append) }
        #expect(numbers(log).0 == Array(0..<50))
        #expect(numbers(log).skipped == 0)
    }

    @Test func headAndTailAreKeptAndTheMiddleIsCounted() throws {
        let folder = try ScratchFolder()
        let log = try open(folder, head: 1_000, segment: 2_000)
        for number in 0..<1_000 { try record(number, bytes: 20).withUnsafeBytes(log.append) }
        let (found, skipped) = numbers(log)
        #expect(found.first == 0)
        #expect(found.last == 999)
        #expect(found == found.sorted())
        let kept = log.end - skipped
        #expect(kept <= 1_000 + 2 * 2_000)
        #expect(kept > 1_000 + 2_000 - 100)
        // What is on the disk is bounded too.
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/log")
        #expect(names.count == 3)
    }

    @Test func aNewLifeGoesOnWhereTheOldOneEnded() throws {
        let folder = try ScratchFolder()
        for life in 0..<6 {
            let log = try open(folder, head: 500, segment: 700)
            for number in 0..<10 {
                try record(life * 10 + number, bytes: 20).withUnsafeBytes(log.append)
            }
        }
        let log = try open(folder, head: 500, segment: 700)
        #expect(numbers(log).0.last == 59)
        #expect(numbers(log, from: log.end).0.isEmpty)
    }

    @Test func aRecordCutByACrashIsTakenAway() throws {
        let folder = try ScratchFolder()
        do {
            let log = try open(folder, head: 10_000, segment: 1_000)
            try record(1, bytes: 20).withUnsafeBytes(log.append)
        }
        let path = "\(folder.path)/log/head"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let whole = bytes.count
        bytes.append(contentsOf: record(2, bytes: 20).dropLast(5))
        try bytes.write(to: URL(fileURLWithPath: path))
        let log = try open(folder, head: 10_000, segment: 1_000)
        #expect(log.end == Int64(whole))
        try record(3, bytes: 20).withUnsafeBytes(log.append)
        #expect(numbers(log).0 == [1, 3])
    }
}
