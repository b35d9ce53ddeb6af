import ControlAPI
import Testing

@testable import Client

struct SchedulerClientTests {
    private func withClient(
        token: String? = "secret", _ rule: @escaping FakeScheduler.Rule,
        _ body: (SchedulerClient, FakeScheduler) async throws -> Void
    ) async throws {
        let server = try await FakeScheduler(rule)
        let address = try #require(ServerAddress("127.0.0.1:\(server.port)"))
        let client = SchedulerClient(Connection(server: address, token: token))
        do {
            try await body(client, server)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        try await server.stop()
    }

    private static func refusal(_ reason: String) -> String {
        ErrorBody(ErrorBody.Failure(reason: reason, message: "because")).jsonText
    }

    @Test(arguments: [
        (400, "Invalid", Client.ExitStatus.wrongUsage), (404, "NotFound", .notFound),
        (401, "Unauthorized", .refused), (403, "Forbidden", .refused),
        (409, "Conflict", .refused), (413, "TooLarge", .wrongUsage),
        (429, "LimitReached", .refused), (503, "DiskFull", .refused),
        (503, "LedgerUnavailable", .unreachable), (507, "DiskFull", .refused),
        (500, "Internal", .workFailed), (502, "", .unreachable),
    ])
    func everyRefusalHasItsExitCode(code: Int, reason: String, status: Client.ExitStatus)
        async throws
    {
        let body = reason.isEmpty ? "<html>" : SchedulerClientTests.refusal(reason)
        try await withClient({ _, _ in .init(status: code, body: body) }) { client, server in
            let failure = await #expect(throws: ClientFailure.self) {
                _ = try await client.job("a b", namespace: "team")
            }
            #expect(failure?.status == status)
            #expect(server.questions.map(\.uri) == ["/v1/jobs/a%20b?namespace=team"])
            #expect(server.questions.map(\.token) == ["Bearer secret"])
        }
    }

    @Test func nobodyListeningIsUnreachable() async throws {
        let address = try #require(ServerAddress("127.0.0.1:1"))
        let client = SchedulerClient(Connection(server: address, token: nil))
        let failure = await #expect(throws: ClientFailure.self) { _ = try await client.health() }
        #expect(failure?.status == .unreachable)
        #expect(failure?.message.contains("Connection refused; start it with mlctl up") == true)
        await client.close()
    }

    @Test func aForeignServerIsSaidToBeOne() async throws {
        try await withClient({ _, _ in .init(body: "<html>") }) { client, _ in
            let failure = await #expect(throws: ClientFailure.self) {
                _ = try await client.health()
            }
            #expect(failure?.status == .unreachable)
        }
    }

    @Test func aRedirectIsNotFollowedWithTheToken() async throws {
        try await withClient({ _, _ in .init(status: 302) }) { client, server in
            await #expect(throws: ClientFailure.self) { _ = try await client.health() }
            #expect(server.questions.count == 1)
        }
    }

    @Test func dataIsUploadedOnceAndOnlyWhenItIsNew() async throws {
        let folder = try ScratchFolder()
        let jobs = try SchedulerClientTests.jobs(in: folder)
        let screen = Screen()
        let answer = SubmittedJob(name: "job-1", namespace: "default", id: 1, repeated: false)
        let rule: FakeScheduler.Rule = { question, count in
            switch question.method {
            case "HEAD": .init(status: count == 1 ? 404 : 200)
            case "PUT": .init(status: 201, body: "{}")
            default: .init(status: 201, body: "[\(answer.jsonText)]")
            }
        }
        try await withClient(rule) { client, server in
            let submission = Submission(client, screen.console)
            for _ in 1...2 {
                let submitted = try await submission.submit(jobs, key: "k")
                #expect(submitted.map(\.name) == ["job-1"])
            }
            let methods = server.questions.map(\.method)
            #expect(methods == ["HEAD", "PUT", "POST", "HEAD", "POST"])
            #expect(server.questions[1].body == SchedulerClientTests.rows)
            #expect(server.questions[2].body.contains("\"idempotencyKey\":\"k\""))
            #expect(server.questions[2].body.contains("artifact:"))
            #expect(screen.error.isEmpty)
        }
    }

    @Test func aBrokenSubmissionIsTriedAgainWithTheSameKey() async throws {
        let folder = try ScratchFolder()
        let jobs = try SchedulerClientTests.jobs(in: folder)
        let rule: FakeScheduler.Rule = { question, count in
            guard question.method == "POST" else { return .init() }
            return count < 3 ? .init(status: 502) : .init(body: "[]")
        }
        try await withClient(rule) { client, server in
            _ = try await Submission(client, Screen().console).submit(jobs, key: nil)
            let bodies = server.questions.filter { $0.method == "POST" }.map(\.body)
            #expect(bodies.count == 3)
            #expect(Set(bodies).count == 1)
        }
    }

    @Test func aFollowedJobIsFoundAgainAfterTheConnectionBroke() async throws {
        func state(_ state: String) -> String {
            let data = """
                {"name":"job-1","namespace":"default","id":1,"user":"ana","labels":{},\
                "state":"\(state)","reason":"None","message":"","replicas":1,"hosts":[],\
                "rounds":0,"metrics":{},"model":"","sha256":""}
                """
            return ServerSentEvent(name: "state", data: data).wireText
        }
        let (running, done) = (state("Running"), state("Succeeded"))
        let rule: FakeScheduler.Rule = { question, count in
            if question.uri.hasPrefix("/v1/watch") {
                return .init(body: running, cuts: true)
            }
            return .init(body: count == 1 ? running : done)
        }
        let screen = Screen()
        try await withClient(rule) { client, server in
            let settings = JobFollower.Settings(
                namespace: "default", names: ["job-1"], goal: .ended, channel: .error)
            let jobs = try await JobFollower(client, screen.console, settings).run()
            #expect(jobs.map(\.state) == ["Succeeded"])
            #expect(server.questions.filter { $0.uri.hasPrefix("/v1/watch") }.count == 2)
        }
        let lines = screen.error.split(separator: "\n")
        #expect(lines.first == "job-1  Running")
        #expect(lines.last == "job-1  Succeeded")
        #expect(screen.output.isEmpty)
    }

    @Test func waitingEndsAtItsTimeout() async throws {
        let rule: FakeScheduler.Rule = { _, _ in .init(body: ServerSentEvent.heartbeat) }
        try await withClient(rule) { client, _ in
            let settings = JobFollower.Settings(
                namespace: "default", names: ["job-1"], goal: .ended, channel: nil)
            let follower = JobFollower(client, Screen().console, settings)
            let failure = await #expect(throws: ClientFailure.self) {
                _ = try await follower.run(timeout: .milliseconds(300))
            }
            #expect(failure?.status == .timedOut)
        }
    }

    @Test func aLogGoesOnWhereTheConnectionBroke() async throws {
        let rule: FakeScheduler.Rule = { _, count in
            count == 1 ? .init(body: "one\n", cuts: true) : .init(body: "one\ntwo\n")
        }
        try await withClient(rule) { client, _ in
            var text: [UInt8] = []
            for _ in 1...2 {
                let printed = text.count
                try? await client.followLog("a", namespace: "default", skipping: printed) {
                    text += $0
                }
            }
            #expect(String(decoding: text, as: UTF8.self) == "one\ntwo\n")
        }
    }

    private static let rows = "x,class\n1,0\n2,1\n3,0\n"

    private static func jobs(in folder: ScratchFolder) throws -> [JobPreparation.Prepared] {
        try folder.write("rows.csv", rows)
        let path = try folder.write(
            "job.yaml",
            """
            apiVersion: mlctl.dev/v1
            kind: TrainJob
            metadata: {name: job}
            spec:
              data:
                source: {file: rows.csv}
                split: {validation: 0, test: 0}
              model: {softmaxRegression: {}}
              training:
                epochs: 1
                batchSize: 2
                optimizer: {sgd: {learningRate: 0.1}}
            """)
        var preparation = JobPreparation()
        return try preparation.prepare([try SpecificationFile.load(path)], overrides: [])
    }
}
