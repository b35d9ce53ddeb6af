import Artifacts
import Foundation

/// A folder for one test, removed with everything in it when the test lets go of it.
final class ScratchFolder {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "mlctl-artifacts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func names(_ inner: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(inner)").sorted()
    }

    func write(_ bytes: [UInt8], to inner: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(inner)"))
    }

    func bytes(of inner: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(inner)")))
    }
}

/// The kind of the failure a body ends with, nil when it succeeds.
func failureKind(_ body: () throws -> Void) -> ArtifactErrorKind? {
    do {
        try body()
        return nil
    } catch let error as ArtifactError {
        return error.kind
    } catch {
        return .other
    }
}

/// Bytes that are all different from their neighbours, the same on every run.
func sampleBytes(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 8 &+ seed) }
}
