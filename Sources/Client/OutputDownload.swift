import Artifacts
package import ControlAPI
import Foundation

/// Brings the files a command left behind.
package enum OutputDownload {
    /// Unpacks them into a folder, which is made when missing: those of several nodes each into
    /// `rank-N`. Says where they are.
    package static func run(
        _ outputs: [CommandBody.Output], into folder: String, _ client: SchedulerClient
    ) async throws -> [String] {
        var places: [String] = []
        for output in outputs {
            guard let digest = SHA256Digest(hex: output.sha256) else { continue }
            let place = outputs.count == 1 ? folder : "\(folder)/rank-\(output.firstRank)"
            do {
                try FileManager.default.createDirectory(
                    atPath: place, withIntermediateDirectories: true)
            } catch {
                throw ClientFailure(
                    .wrongUsage, "\(place) cannot be made: \(error.localizedDescription)")
            }
            let file = "\(place)/.outputs-\(UUID().uuidString).tar"
            defer { unlink(file) }
            try await client.download(digest, to: file)
            do throws(ArtifactError) {
                _ = try FolderArchive.unpack(file, into: place)
            } catch {
                throw ClientFailure(.workFailed, "\(error)")
            }
            places.append(place)
        }
        return places
    }
}
