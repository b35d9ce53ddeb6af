import Foundation
import Testing

@testable import Artifacts

struct PartialDownloadTests {
    private let folder: ScratchFolder
    private let store: ArtifactStore
    private let bytes = sampleBytes((2 << 20) + 500)

    init() throws {
        folder = try ScratchFolder()
        store = try ArtifactStore(at: folder.path)
    }

    private var digest: SHA256Digest { SHA256Hasher.digest(of: bytes) }

    private func append(_ download: PartialDownload, _ range: Range<Int>) throws {
        try bytes[range].withUnsafeBytes { try download.append($0, at: range.lowerBound) }
    }

    private func open() throws -> PartialDownload {
        try PartialDownload(of: digest, totalBytes: bytes.count, into: store)
    }

    @Test func resumesAfterAnInterruption() throws {
        do {
            let download = try open()
            try append(download, 0..<PartialDownload.chunkBytes)
            #expect(failureKind { try download.finish() } == .incomplete)
        }
        let reopened = try ArtifactStore(at: folder.path)
        let download = try PartialDownload(of: digest, totalBytes: bytes.count, into: reopened)
        #expect(download.offset == PartialDownload.chunkBytes)
        while !download.isComplete {
            try append(download, download.offset..<download.offset + download.nextChunkBytes)
        }
        #expect(download.nextChunkBytes == 0)
        try download.finish()
        #expect(try store.map(digest).withBytes { $0.elementsEqual(bytes) })
        #expect(try folder.names("partial").isEmpty)
        #expect(failureKind { try download.finish() } == .closed)
    }

    @Test func removesBytesWithTheWrongDigest() throws {
        let download = try open()
        try append(download, 0..<1_000)
        let rest = [UInt8](repeating: 0, count: bytes.count - 1_000)
        try rest.withUnsafeBytes { try download.append($0, at: 1_000) }
        let failure = #expect(throws: ArtifactError.self) { try download.finish() }
        #expect(failure?.kind == .digestMismatch)
        #expect(failure?.reason.contains("were removed") == true)
        #expect(try folder.names("partial").isEmpty)
        #expect(try !store.contains(digest))
        #expect(try open().offset == 0)
    }

    @Test func refusesChunksThatDoNotFit() throws {
        let download = try open()
        #expect(failureKind { try append(download, 10..<20) } == .wrongOffset)
        try append(download, 0..<100)
        #expect(failureKind { try append(download, 0..<100) } == .wrongOffset)
        let long = [UInt8](repeating: 0, count: bytes.count)
        #expect(
            failureKind { try long.withUnsafeBytes { try download.append($0, at: 100) } }
                == .tooLarge)
        #expect(download.offset == 100)
    }

    @Test func isHeldByOneAtATime() throws {
        let first = try open()
        #expect(failureKind { _ = try open() } == .busy)
        first.discard()
        #expect(try open().offset == 0)
    }

    @Test func startsOverWhenMoreBytesLieThereThanAnnounced() throws {
        try folder.write(sampleBytes(50), to: "partial/\(digest.hex)")
        let download = try PartialDownload(of: digest, totalBytes: 20, into: store)
        #expect(download.offset == 0)
        let small = try ArtifactStore(at: folder.path, maximumObjectBytes: 10)
        #expect(
            failureKind { _ = try PartialDownload(of: digest, totalBytes: 11, into: small) }
                == .tooLarge)
        #expect(
            failureKind { _ = try PartialDownload(of: digest, totalBytes: -1, into: small) }
                == .tooLarge)
    }

    @Test func keepsItsOffsetWhenNoMoreFits() throws {
        // A file size limit stands in for the full disk; the file is sparse and takes no room. The
        // limit holds for the whole test process, hence so high that no other test meets it.
        let limit = 1 << 32
        signal(SIGXFSZ, SIG_IGN)
        var before = rlimit()
        #expect(getrlimit(__rlimit_resource_t(1), &before) == 0)
        var lowered = rlimit(rlim_cur: rlim_t(limit), rlim_max: before.rlim_max)
        #expect(setrlimit(__rlimit_resource_t(1), &lowered) == 0)
        defer { setrlimit(__rlimit_resource_t(1), &before) }
        try folder.write([], to: "partial/\(digest.hex)")
        #expect(truncate("\(folder.path)/partial/\(digest.hex)", limit - 1_000) == 0)
        let download = try PartialDownload(of: digest, totalBytes: limit + 5_000, into: store)
        let failure = #expect(throws: ArtifactError.self) {
            try bytes[..<4_000].withUnsafeBytes { try download.append($0, at: limit - 1_000) }
        }
        #expect(failure?.kind == .noSpace)
        #expect(download.offset == limit - 1_000)
        #expect(try PosixFolder.fileSize("\(folder.path)/partial/\(digest.hex)") == limit - 1_000)
    }

    @Test func forgetsPartialsNobodyWants() throws {
        let wanted = SHA256Hasher.digest(of: [1])
        try folder.write([1], to: "partial/\(wanted.hex)")
        try folder.write([1], to: "partial/\(SHA256Hasher.digest(of: [2]).hex)")
        let underWay = try open()
        try store.removePartials(keeping: [wanted])
        #expect(try folder.names("partial") == [wanted.hex, underWay.digest.hex].sorted())
    }
}
