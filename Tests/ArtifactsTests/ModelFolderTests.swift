import Artifacts
import Foundation
import Testing

struct ModelFolderTests {
    private let folder: ScratchFolder
    private let files = [
        ModelFolder.File(name: "weights.safetensors", bytes: sampleBytes(5_000)),
        ModelFolder.File(name: "model.json", bytes: Array("{}".utf8)),
        ModelFolder.File(name: "empty", bytes: []),
    ]

    init() throws {
        folder = try ScratchFolder()
    }

    private var path: String { "\(folder.path)/models/digits" }

    @Test func comesBackAsItWasWritten() throws {
        let digests = try ModelFolder.write(files, to: path)
        #expect(digests == files.map { SHA256Hasher.digest(of: $0.bytes) })
        #expect(try ModelFolder.read(path) == files)
        #expect(try folder.names("models") == ["digits"])
        let list = String(
            decoding: try folder.bytes(of: "models/digits/SHA256SUMS"),
            as: UTF8.self,
        )
        #expect(list.hasPrefix("\(digests[0].hex)  weights.safetensors\n"))
    }

    @Test func replacesAFolderOnlyWhenAsked() throws {
        try ModelFolder.write(files, to: path)
        let other = [ModelFolder.File(name: "model.json", bytes: [1])]
        #expect(failureKind { try ModelFolder.write(other, to: path) } == .alreadyExists)
        #expect(try ModelFolder.read(path) == files)
        try ModelFolder.write(other, to: path, replacing: true)
        #expect(try ModelFolder.read(path) == other)
        #expect(try folder.names("models") == ["digits"])
        #expect(try folder.names("models/digits") == ["SHA256SUMS", "model.json"])
    }

    @Test func noticesChangedMissingAndUnlistedContent() throws {
        try ModelFolder.write(files, to: path)
        try folder.write([0], to: "models/digits/model.json")
        #expect(failureKind { _ = try ModelFolder.read(path) } == .digestMismatch)
        try FileManager.default.removeItem(atPath: "\(path)/model.json")
        #expect(failureKind { _ = try ModelFolder.read(path) } == .notFound)
        for list in ["nonsense\n", "\(String(repeating: "0", count: 64))  ../secret\n"] {
            try folder.write(Array(list.utf8), to: "models/digits/SHA256SUMS")
            #expect(failureKind { _ = try ModelFolder.read(path) } == .damaged)
        }
        #expect(failureKind { _ = try ModelFolder.read("\(folder.path)/none") } == .notFound)
    }

    @Test(arguments: ["", ".", "..", "a/b", "../x", ".hidden", "SHA256SUMS", "a b", "x\n"])
    func refusesUnsafeNames(name: String) throws {
        let bad = [ModelFolder.File(name: name, bytes: [])]
        #expect(failureKind { try ModelFolder.write(bad, to: path) } == .invalidName)
        #expect(failureKind { try ModelFolder.write(files + files, to: path) } == .invalidName)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func sweepsWhatDeadWritersLeft() throws {
        try ModelFolder.write(files, to: path)
        let left = "\(folder.path)/models/.other.1-2-0.mlctl-part"
        try FileManager.default.createDirectory(
            atPath: left,
            withIntermediateDirectories: false,
        )
        try folder.write([1], to: "models/.other.1-2-0.mlctl-part/model.json")
        try ModelFolder.sweep("\(folder.path)/models")
        #expect(try folder.names("models") == ["digits"])
        #expect(try ModelFolder.read(path) == files)
    }
}
