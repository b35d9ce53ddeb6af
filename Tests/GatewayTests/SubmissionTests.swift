import Artifacts
import AsyncHTTPClient
import ClusterVocabulary
import ControlAPI
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import SchedulerService
import Testing

struct SubmissionTests {
    private let json = ["Content-Type": "application/json"]
    private let yaml = ["Content-Type": "application/yaml"]

    @Test
    func allProblemsOfASpecComeBackWithTheirPlaces() async throws {
        try await GatewayServer.run { server in
            let text = Documents.job("digits").replacing("epochs: 3", with: "epocs: 3")
                .replacing("replicas: 2", with: "replicas: none")
            let request = SubmitRequest(specification: text, file: "train.yaml").jsonText
            let answer = try await server.call("POST", "/v1/jobs", headers: json, body: request)
            #expect(answer.status == 400)
            let failure = try #require(answer.failure)
            #expect(failure.reason == "Invalid")
            #expect(failure.diagnostics.map(\.line) == [5, 14])
            #expect(failure.diagnostics.allSatisfy { $0.file == "train.yaml" })
            #expect(failure.diagnostics[1].message.contains("epochs"))
            #expect(failure.diagnostics[1].rendered.contains("^"))
            #expect(server.scheduler.view.jobs(namespace: nil).isEmpty)
        }
    }

    @Test
    func aJobStartsOnceItsDataIsUploaded() async throws {
        try await GatewayServer.run { server in
            let text = Documents.job("digits")
            let early = try await server.call("POST", "/v1/jobs", headers: yaml, body: text)
            #expect(early.status == 409)
            #expect(early.failure?.reason == "MissingData")
            #expect(early.failure?.missing == [Documents.digest])
            let upload = try await server.call(
                "PUT", APIPath.artifact(Documents.digest), body: Documents.data)
            #expect(upload.status == 201)
            let answer = try await server.call("POST", "/v1/jobs", headers: yaml, body: text)
            #expect(answer.status == 201)
            let expected = SubmittedJob(
                name: "digits-1", namespace: "default", id: 1, repeated: false)
            #expect(try answer.decoded([SubmittedJob].self) == [expected])
            let record = try #require(server.scheduler.view.job(JobID(1)))
            #expect(record.user == "ana")
            #expect(record.labels == [Label(key: "team", value: "a")])
            #expect(record.work.data.key == Documents.key)
            #expect(record.work.epochs == 3)
        }
    }

    @Test
    func theSameKeyGivesTheSameJobs() async throws {
        try await GatewayServer.run { server in
            try server.provideSample()
            let two = Documents.job("a") + "\n---\n" + Documents.job("b")
            let headers = yaml.merging(["Idempotency-Key": "sweep"]) { $1 }
            let first = try await server.call("POST", "/v1/jobs", headers: headers, body: two)
            let second = try await server.call("POST", "/v1/jobs", headers: headers, body: two)
            let jobs = try first.decoded([SubmittedJob].self)
            let again = try second.decoded([SubmittedJob].self)
            #expect(jobs.map(\.name) == ["a-1", "b-1"])
            #expect(again.map(\.id) == jobs.map(\.id))
            #expect(again.map(\.repeated) == [true, true])
            #expect(jobs.map(\.repeated) == [false, false])
            #expect(server.scheduler.view.jobs(namespace: nil).count == 2)
            let keys = server.scheduler.view.jobs(namespace: nil).map(\.record.idempotencyKey)
            #expect(keys == ["sweep#1", "sweep#2"])
        }
    }

    @Test
    func oneBadDocumentSubmitsNone() async throws {
        try await GatewayServer.run { server in
            try server.provideSample()
            let text = Documents.job("a") + "\n---\n" + Documents.job("B A D")
            let answer = try await server.call("POST", "/v1/jobs", headers: yaml, body: text)
            #expect(answer.status == 400)
            #expect(server.scheduler.view.jobs(namespace: nil).isEmpty)
        }
    }

    @Test
    func overridesReachTheJob() async throws {
        try await GatewayServer.run { server in
            try server.provideSample()
            let path = "/v1/jobs?set=training.epochs%3D9&set=replicas%3D4"
            let answer = try await server.call(
                "POST", path, headers: yaml, body: Documents.job("a"))
            #expect(answer.status == 201, "\(answer.body)")
            let record = try #require(server.scheduler.view.job(JobID(1)))
            #expect(record.work.epochs == 9)
            #expect(record.work.replicas == 4)
            let bad = SubmitRequest(
                specification: Documents.job("a"), setOverrides: ["epochs", "=1"]
            ).jsonText
            let refused = try await server.call("POST", "/v1/jobs", headers: json, body: bad)
            #expect(refused.status == 400)
            #expect(refused.failure?.diagnostics.count == 2)
            #expect(refused.failure?.diagnostics.first?.file == "--set")
        }
    }

    @Test
    func aDryRunPlansAndSubmitsNothing() async throws {
        try await GatewayServer.run { server in
            server.scheduler.addNode("h1")
            let answer = try await server.call(
                "POST", "/v1/jobs?dryRun=true", headers: yaml, body: Documents.job("a"))
            #expect(answer.status == 200, "\(answer.body)")
            let plan = try #require(try answer.decoded([PlannedJob].self).first)
            #expect(plan.hosts == [PlannedJob.Share(node: "h1", replicas: 2, lanes: 2)])
            #expect(plan.missing == [Documents.digest])
            #expect(plan.specification.contains("momentum: "))
            #expect(server.scheduler.view.jobs(namespace: nil).isEmpty)
        }
    }

    @Test
    func dataThatCannotBeHadIsRefused() async throws {
        try await GatewayServer.run { server in
            let local = try await server.call(
                "POST", "/v1/jobs", headers: yaml,
                body: Documents.job("a", source: "file: digits.csv"))
            #expect(local.status == 400)
            #expect(local.failure?.message.contains("mlctl submit") == true)
            let absent = try await server.call(
                "POST", "/v1/jobs", headers: yaml,
                body: Documents.job("a", source: "hostPath: /nowhere/digits.csv"))
            #expect(absent.status == 409)
            let device = try await server.call(
                "POST", "/v1/jobs", headers: yaml,
                body: Documents.job("a", source: "hostPath: /dev/zero"))
            #expect(device.status == 409)
            let forged = String(repeating: "0", count: 64)
            let wrongKey = try await server.call(
                "POST", "/v1/jobs", headers: yaml, body: Documents.job("a", key: forged))
            #expect(wrongKey.status == 400)
            #expect(wrongKey.failure?.message.contains(Documents.key) == true)
        }
    }

    @Test
    func aHostPathIsKnownByContent() async throws {
        try await GatewayServer.run { server in
            let path = try server.openFolder() + "/digits.csv"
            try Documents.data.write(toFile: path, atomically: true, encoding: .utf8)
            let answer = try await server.call(
                "POST", "/v1/jobs", headers: yaml,
                body: Documents.job("a", source: "hostPath: \(path)"))
            #expect(answer.status == 201, "\(answer.body)")
            let file = try #require(server.scheduler.view.job(JobID(1))?.work.data.files.first)
            #expect(file.digest == Documents.digest)
            #expect(file.hostPath == path)
        }
    }

    @Test
    func refusalsOfTheSchedulerHaveTheirStatus() async throws {
        try await GatewayServer.run { server in
            try server.provideSample()
            let cases: [(Reason.Code, Int, String?)] = [
                (.limitReached, 429, "1"), (.diskFull, 503, "30"), (.conflict, 409, nil),
            ]
            for (code, status, retry) in cases {
                server.scheduler.refuseSubmissions(Reason(code, "not now"))
                let answer = try await server.call(
                    "POST", "/v1/jobs", headers: yaml, body: Documents.job("a"))
                #expect(answer.status == status)
                #expect(answer.header("Retry-After") == retry)
                #expect(answer.failure?.reason == code.word)
            }
        }
    }

    @Test
    func hostileBodiesAreRefused() async throws {
        try await GatewayServer.run { server in
            let long = String(repeating: "#", count: (1 << 20) + 1)
            let longKey = yaml.merging(
                ["Idempotency-Key": String(repeating: "k", count: 201)]) { $1 }
            let cases: [(headers: [String: String], body: String, status: Int)] = [
                (json, "{", 400), (json, "[]", 400), (json, #"{"specification":1}"#, 400),
                (json, "{}", 400), (yaml, "", 400), (["Content-Type": "image/png"], "x", 415),
                (yaml, long, 413), (longKey, Documents.job("a"), 400),
            ]
            for (headers, body, status) in cases {
                let answer = try await server.call(
                    "POST", "/v1/jobs", headers: headers, body: body)
                #expect(answer.status == status, "\(body.prefix(40))")
                #expect(answer.failure != nil)
            }
            #expect(try await server.call("GET", "/v1/health").status == 200)
        }
    }

    @Test
    func aBodyThatNeverArrivesIsGivenUp() async throws {
        try await GatewayServer.run(settings: { $0.bodySeconds = 1 }) { server in
            let (pieces, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            continuation.yield(ByteBuffer(string: "apiVersion: "))
            var request = server.request("POST", "/v1/jobs", headers: yaml)
            request.body = .stream(pieces, length: .known(Int64(1_000)))
            let clock = ContinuousClock()
            let start = clock.now
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            #expect(response.status.code == 408)
            #expect(clock.now - start < .seconds(10))
            continuation.finish()
            let health = try await server.call("GET", "/v1/health")
            #expect(health.status == 200)
        }
    }
}
