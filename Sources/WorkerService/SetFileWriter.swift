import Artifacts
import Datasets
import Determinism
import Foundation

/// Writes a set file while its rows are read, in bounded memory, whatever the size of the set.
///
/// The first section with content grows in the file itself, the others in files beside it, which
/// are appended at the end. The file appears under its name when it is whole and on disk.
final class SetFileWriter: SetStorage {
    private static let copyBytes = 1 << 20

    private let path: String
    private var files: [FileHandle?]
    private var counts: [Int]
    /// What writing failed with.
    private(set) var failure: (any Error)?

    /// A writer for the file at the path; nothing appears there before ``finish(_:)``.
    init(path: String) {
        self.path = path
        files = SetSection.allCases.map { _ in nil }
        counts = files.map { _ in 0 }
    }

    deinit {
        for section in SetSection.allCases { unlink(spool(section)) }
    }

    private func spool(_ section: SetSection) -> String { "\(path).\(section.rawValue).tmp" }

    func append(_ bytes: UnsafeRawBufferPointer, to section: SetSection) -> Bool {
        guard failure == nil else { return false }
        do {
            let file = try file(section)
            try write(bytes, to: file)
            counts[section.rawValue] += bytes.count
            return true
        } catch {
            failure = error
            return false
        }
    }

    private func file(_ section: SetSection) throws -> FileHandle {
        if let file = files[section.rawValue] { return file }
        let name = spool(section)
        guard FileManager.default.createFile(atPath: name, contents: nil),
            let file = FileHandle(forUpdatingAtPath: name)
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: name]) }
        files[section.rawValue] = file
        // Every spool begins with the room a header takes: any of them may become the file.
        try file.write(contentsOf: Data(count: SetFile.headerBytes))
        return file
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: FileHandle) throws {
        guard let base = bytes.baseAddress else { return }
        try file.write(
            contentsOf: Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count,
                deallocator: .none))
    }

    /// Puts the parts together and gives the length of the file.
    func finish(_ summary: SetSummary) throws -> Int {
        let schema = SetFile.encodeSchema(summary.schema)
        guard let plan = SetFile.Plan(counts: counts + [schema.count]),
            let first = SetSection.allCases.first(where: { counts[$0.rawValue] > 0 })
        else { throw CocoaError(.fileWriteUnknown) }
        let main = try file(first)
        try main.truncate(atOffset: UInt64(plan.offsets[first.rawValue + 1]))
        for section in SetSection.allCases
        where section.rawValue > first.rawValue && counts[section.rawValue] > 0 {
            try main.seek(toOffset: UInt64(plan.offsets[section.rawValue]))
            try copy(section, to: main, finalClass: summary.finalClass)
        }
        try main.seek(toOffset: UInt64(plan.offsets[SetSection.allCases.count]))
        try main.write(contentsOf: schema)
        try main.synchronize()
        let name = spool(first)
        let digest = try MappedFile(path: name).withBytes { bytes in
            SetFile.digest(
                zip(plan.offsets, plan.counts).map { offset, count in
                    UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
                })
        }
        try main.seek(toOffset: 0)
        try main.write(
            contentsOf: SetFile.encodeHeader(summary.schema, plan, digest: digest))
        try main.synchronize()
        try main.close()
        guard rename(name, path) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        return plan.totalBytes
    }

    /// Appends a spool; classes get their final numbers on the way.
    private func copy(_ section: SetSection, to main: FileHandle, finalClass: [Int32]) throws {
        let source = try file(section)
        try source.seek(toOffset: UInt64(SetFile.headerBytes))
        while let piece = try source.read(upToCount: Self.copyBytes), !piece.isEmpty {
            guard section == .labels else {
                try main.write(contentsOf: piece)
                continue
            }
            var labels = [Int32](repeating: 0, count: piece.count / 4)
            labels.withUnsafeMutableBytes { _ = piece.copyBytes(to: $0) }
            for index in labels.indices { labels[index] = finalClass[Int(labels[index])] }
            try main.write(contentsOf: labels.withUnsafeBytes { Data($0) })
        }
        try source.close()
    }
}
