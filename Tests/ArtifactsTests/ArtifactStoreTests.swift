import Foundation
import Testing

@testable import Artifacts

struct ArtifactStoreTests {
    private let folder: ScratchFolder
    private let store: ArtifactStore

    init() throws {
        folder = try ScratchFolder()
        store = try ArtifactStore(at: "\(folder.path)/state/store", maximumObjectBytes: 4 << 20)
    }

    private func temporaries() throws -> [String] { try folder.names("state/store/tmp") }

    @Test func storesReadsAndDeletes() throws {
        let bytes = sampleBytes(3_000)
        let digest = try store.put(bytes)
        #expect(digest == SHA256Hasher.digest(of: bytes))
        #expect(store.path(of: digest).hasSuffix("/objects/\(digest.hex.prefix(2))/\(digest.hex)"))
        #expect(try store.contains(digest))
        #expect(try store.size(of: digest) == 3_000)
        #expect(try store.read(digest, range: 10..<20) == Array(bytes[10..<20]))
        #expect(try store.read(digest, range: 2_990..<4_000) == Array(bytes[2_990...]))
        #expect(failureKind { _ = try store.read(digest, range: 3_001..<3_002) } == .outOfRange)
        #expect(try store.map(digest).withBytes { $0.elementsEqual(bytes) })
        #expect(try store.totalBytes() == 3_000)
        #expect(try store.put(bytes) == digest)
        #expect(try store.list().map { $0.digest } == [digest])
        #expect(try store.delete(digest))
        #expect(try !store.delete(digest))
        #expect(try !store.contains(digest))
        #expect(failureKind { _ = try store.map(digest) } == .notFound)
        #expect(try temporaries().isEmpty)
    }

    @Test func mapsAnEmptyObject() throws {
        let digest = try store.put([])
        #expect(try store.map(digest).count == 0)
    }

    @Test func mappingsOutliveTheName() throws {
        let bytes = sampleBytes(50_000)
        let digest = try store.put(bytes)
        let file = try store.map(digest)
        try store.delete(digest)
        #expect(file.withBytes { $0.elementsEqual(bytes) })
    }

    @Test func refusesAnotherDigestThanExpected() throws {
        let writer = try store.begin()
        try writer.write([1, 2, 3])
        let wrong = SHA256Hasher.digest(of: [9])
        #expect(failureKind { try writer.finish(expected: wrong) } == .digestMismatch)
        #expect(failureKind { try writer.write([4]) } == .closed)
        #expect(try !store.contains(wrong))
        #expect(try store.list().isEmpty)
        #expect(try temporaries().isEmpty)
    }

    @Test func leavesNothingOfAbandonedAndReleasedWriters() throws {
        var writer: ArtifactWriter? = try store.begin()
        try writer?.write([1])
        #expect(try temporaries().count == 1)
        writer?.abandon()
        #expect(try temporaries().isEmpty)
        writer = try store.begin()
        try writer?.write([2])
        writer = nil
        #expect(try temporaries().isEmpty)
    }

    @Test func sweepsWhatDeadWritersLeftAndSparesLivingOnes() throws {
        try folder.write([1, 2], to: "state/store/tmp/1234-5-6")
        let living = try store.begin()
        try living.write([7])
        let reopened = try ArtifactStore(at: store.root)
        #expect(try temporaries().count == 1)
        let digest = try living.finish()
        #expect(try reopened.contains(digest))
    }

    @Test func refusesObjectsBeyondItsBound() throws {
        let writer = try store.begin()
        try writer.write(sampleBytes(4 << 20))
        #expect(failureKind { try writer.write([1]) } == .tooLarge)
        #expect(try temporaries().isEmpty)
    }

    @Test func saysThatTheDiskIsFullAndLeavesNothing() throws {
        let path = "\(store.temporaryFolder)/full"
        try folder.write([], to: "state/store/tmp/full")
        let file = try PosixFile(device: "/dev/full", inPlaceOf: path)
        let writer = ArtifactWriter(store: store, file: file)
        let failure = #expect(throws: ArtifactError.self) { try writer.write([1, 2, 3]) }
        #expect(failure?.kind == .noSpace)
        #expect(failure?.path == path)
        #expect(failure?.description.contains("No space left on device") == true)
        #expect(failure?.cure.contains("free disk space") == true)
        #expect(try temporaries().isEmpty)
    }

    @Test func findsDamagedObjects() throws {
        let digest = try store.put(sampleBytes(100))
        try store.verify(digest)
        let handle = try FileHandle(forWritingTo: URL(filePath: store.path(of: digest)))
        try handle.write(contentsOf: Data([0xAA]))
        try handle.close()
        #expect(failureKind { try store.verify(digest) } == .damaged)
    }

    @Test func saysWhatIsWrongWithItsFolder() throws {
        try folder.write([], to: "file")
        #expect(failureKind { _ = try ArtifactStore(at: "\(folder.path)/file") } == .notFound)
        #expect(failureKind { _ = try ArtifactStore(at: "/proc/nowhere/store") } != nil)
    }

    @Test func manyWritersOfTheSameBytesAgree() async throws {
        let store = store
        let bytes = sampleBytes(200_000)
        let digests = try await withThrowingTaskGroup(of: SHA256Digest.self) { group in
            for _ in 0..<16 {
                group.addTask { try store.put(bytes) }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(digests.count == 1)
        #expect(try store.list().count == 1)
        #expect(try temporaries().isEmpty)
    }

    @Test func survivesForeignFilesAmongTheObjects() throws {
        let digest = try store.put([5])
        try folder.write([1], to: "state/store/objects/readme")
        try folder.write([1], to: "state/store/objects/\(digest.hex.prefix(2))/not-a-digest")
        #expect(try store.list().map { $0.digest } == [digest])
    }
}
