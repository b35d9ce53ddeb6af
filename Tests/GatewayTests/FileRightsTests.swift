import Artifacts
import ClusterVocabulary
import ControlAPI
import Foundation
import SchedulerService
import Testing

@testable import Gateway

/// Whose files a spec may name: paths of hosts, and what others have stored.
struct FileRightsTests {
    private let json = ["Content-Type": "application/json"]

    // MARK: Paths of hosts

    /// A job whose data is by digest and lies at a path of the hosts.
    private func canonical(_ path: String, _ text: String = Documents.data) -> String {
        let digest = SHA256Hasher.digest(of: Array(text.utf8)).hex
        let file = DatasetReference.File(
            role: .train, digest: digest, byteCount: Int64(text.utf8.count), hostPath: path)
        let key = SHA256Hasher.digest(
            of: Array(DatasetKeyText.text(format: Documents.format, files: [file]).utf8)
        ).hex
        return Documents.job("peek", key: key).replacing(
            "sha256: \"\(Documents.digest)\", bytes: \(Documents.data.utf8.count)}",
            with: "sha256: \"\(digest)\", bytes: \(text.utf8.count), hostPath: \"\(path)\"}")
    }

    private func submit(
        _ server: GatewayServer, _ text: String, token: String = GatewayServer.ana,
        to path: String = "/v1/jobs"
    ) async throws -> GatewayServer.Answer {
        try await server.call(
            "POST", path, token: token, headers: json,
            body: SubmitRequest(specification: text).jsonText)
    }

    private func write(_ mode: Int, _ path: String) throws {
        try Documents.data.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func aPathWithADigestIsCheckedLikeOneWithout() async throws {
        try await GatewayServer.run { server in
            let path = try server.openFolder() + "/rows.csv"
            try write(0o600, path)
            let forms = [canonical(path), Documents.job("peek", source: "hostPath: \(path)")]
            for text in forms { #expect(try await submit(server, text).status == 403) }
            try write(0o644, path)
            let folder = try server.openFolder()
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o700], ofItemAtPath: folder)
            for text in forms {
                let closed = try await submit(server, text)
                #expect(closed.status == 403, "a folder on the way is closed: \(closed.body)")
            }
            _ = try server.openFolder()
            let link = folder + "/link.csv"
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: path)
            #expect(try await submit(server, canonical(link)).status == 409)
            let others = try await submit(server, canonical(path, "1,2,3\n"))
            #expect(others.status == 409, "\(others.body)")
            #expect(!others.body.contains(Documents.digest))
            #expect(server.scheduler.view.jobs(namespace: nil).isEmpty)
            for text in forms { #expect(try await submit(server, text).status == 201) }
        }
    }

    @Test func aDigestIsNoRightToWhatHostsHoldOfIt() async throws {
        try await GatewayServer.run { server in
            try server.scheduler.artifacts.put(Array(Documents.data.utf8))
            let absent = canonical("/nowhere/rows.csv")
            #expect(try await submit(server, absent).status == 409)
            // Who has the bytes may say where hosts have them.
            try server.provideSample()
            #expect(try await submit(server, absent).status == 201)
            // What was looked at once is run again by those who see the job.
            let again = try await server.call(
                "POST", "/v1/jobs/peek-1/rerun", headers: json, body: "{}")
            #expect(again.status == 201, "\(again.body)")
        }
    }
}
