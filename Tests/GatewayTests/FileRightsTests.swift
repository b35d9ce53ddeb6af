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

    // MARK: Experiments

    private let archive = SHA256Hasher.digest(of: Array("tar".utf8)).hex

    private func experiment(_ template: String, sets: String = "") -> String {
        let job = template.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("metadata:") }.map { "    \($0)" }.joined(separator: "\n")
        return """
            apiVersion: mlctl.dev/v1
            kind: Experiment
            metadata: {name: search}
            spec:
              objective: {metric: train.loss, direction: minimize}
              algorithm: {random: {seed: 1}}
              trials: {max: 1, parallel: 1}
              parameters:
                - name: rate
                  uniform: {min: 0.1, max: 0.2}
                  sets: training.optimizer.sgd.learningRate
            \(sets)
              template:
            \(job)
            """
    }

    /// A search over commands, whose trials print what they measure.
    private func commands(_ workdir: String, choices: String = "") -> String {
        let job = """
            apiVersion: mlctl.dev/v1
            kind: Job
            spec:
              workdir: {artifact: {sha256: "\(workdir)", bytes: 3}}
              command: [sh, -c, "echo train.loss=${rate}"]
              metrics: {stdout: {}}
              resources: {cpu: 500m, memory: 64Mi}
            """
        return experiment(job, sets: choices).replacing(
            "      sets: training.optimizer.sgd.learningRate\n", with: "")
    }

    private func dryRun(
        _ server: GatewayServer, _ text: String, token: String = GatewayServer.ana
    ) async throws -> GatewayServer.Answer {
        try await submit(server, text, token: token, to: "/v1/experiments?dryRun=true")
    }

    @Test func experimentsReadNothingThatJobsMayNot() async throws {
        try await GatewayServer.run { server in
            let admin = GatewayServer.admin
            try server.scheduler.artifacts.put(Array("tar".utf8))
            try server.scheduler.artifacts.put(Array(Documents.data.utf8))
            let folder = commands(archive)
            #expect(try await dryRun(server, folder, token: admin).status == 200)
            // One who is mapped to nobody is refused before that.
            let put = try await server.call(
                "PUT", "/v1/users/rita", token: admin,
                body: "{\"namespace\":\"red\",\"hostUser\":4242}")
            #expect(put.status == 200, "\(put.body)")
            let issued = try await server.call(
                "POST", "/v1/users/rita/tokens", token: admin, body: "{}")
            let rita = try issued.decoded(IssuedToken.self).token
            let stolen = try await dryRun(server, folder, token: rita)
            #expect(stolen.failure?.missing == [archive], "\(stolen.body)")
            let data = experiment(Documents.job("x"))
            #expect(try await dryRun(server, data, token: admin).status == 200)
            let trained = try await dryRun(server, data, token: rita)
            #expect(trained.failure?.missing == [Documents.digest], "\(trained.body)")
            // A model of others, though the data is one's own.
            let upload = try await server.call(
                "PUT", APIPath.artifact(Documents.digest), token: rita, body: Documents.data)
            #expect(upload.status < 300)
            #expect(try await dryRun(server, data, token: rita).status == 200)
            let initial = "  initial: {model: theirs@1, sha256: \"\(archive)\", bytes: 3}"
            let warm = experiment(Documents.job("x", extra: initial))
            let taken = try await dryRun(server, warm, token: rita)
            #expect(taken.status == 400, "\(taken.body)")
            #expect(taken.body.contains("spec.initial"), "\(taken.body)")
            #expect(try await dryRun(server, warm, token: admin).status == 200)
        }
    }

    @Test func parametersDoNotNameFiles() async throws {
        try await GatewayServer.run { server in
            try server.scheduler.artifacts.put(Array("tar".utf8))
            let choice = """
                    - name: folder
                      categorical: ["\(archive)", "\(Documents.digest)"]
                      sets: workdir.artifact.sha256
                """
            let refused = try await dryRun(
                server, commands(archive, choices: choice), token: GatewayServer.admin)
            #expect(refused.status == 400, "\(refused.body)")
            #expect(refused.body.contains("workdir.artifact.sha256"), "\(refused.body)")
        }
    }
}
