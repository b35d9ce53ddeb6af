import ClusterVocabulary
import ControlAPI
import Foundation
import SchedulerService
import Testing

struct JobTests {
    private func many(_ count: Int) -> [JobRecord] {
        let reference = DatasetReference(key: Documents.key, files: [], format: "idx")
        let work = TrainingWork(
            data: reference, validationFraction: 0, testFraction: 0, splitSeed: 1,
            standardizes: false, hiddenLayers: [64], replicas: 8, batchSize: 1, epochs: 1,
            seed: 1, optimizer: .sgd(learningRate: 0.1, momentum: 0), averagesOptimizerState: true,
            stepsPerRound: 1)
        let needs = JobRequirements(
            perLane: ResourceAmount(milliCPU: 1_000, memoryBytes: 1 << 29), mostHosts: 0,
            numerics: "auto", timeLimitSeconds: 0, backoffLimit: 3, keepFinishedSeconds: 0,
            isSuspended: false, modelName: "m")
        return (1...count).map { number in
            var record = JobRecord(
                id: JobID(UInt64(number)), namespace: number % 2 == 0 ? "even" : "default",
                name: "job", run: UInt32(number), user: "ana",
                labels: [Label(key: "parity", value: number % 2 == 0 ? "even" : "odd")],
                idempotencyKey: "", work: work, requirements: needs,
                submittedAt: 1_700_000_000_000 + Int64(number))
            if number % 5 == 0 { record.state = .succeeded }
            record.reason = Reason(.queued, "earlier jobs come first")
            return record
        }
    }

    private func names(_ server: GatewayServer, _ query: String) async throws -> [String] {
        let answer = try await server.call(
            "GET", "/v1/jobs?\(query)", token: GatewayServer.admin)
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.decoded(ItemList<JobSummary>.self).items.map(\.name)
    }

    @Test
    func listsAreFiltered() async throws {
        try await GatewayServer.run { server in
            server.scheduler.publish(jobs: many(10))
            #expect(try await names(server, "").count == 10)
            #expect(try await names(server, "namespace=even").first == "job-2")
            #expect(try await names(server, "state=succeeded,failed") == ["job-5", "job-10"])
            #expect(try await names(server, "label=parity%3Dodd&limit=2") == ["job-7", "job-9"])
            #expect(try await names(server, "label=parity").count == 10)
            #expect(try await names(server, "label=other").isEmpty)
            #expect(try await names(server, "since=1h").isEmpty)
            #expect(try await names(server, "since=2023-11-14T22:13:20.009Z").count == 2)
            let cut = try await server.call(
                "GET", "/v1/jobs?limit=3", token: GatewayServer.admin)
            #expect(try cut.decoded(ItemList<JobSummary>.self).more)
            let sorted = try await names(server, "sort=state")
            #expect(sorted.count == 10 && sorted.suffix(2) == ["job-5", "job-10"])
            for bad in ["sort=size", "state=odd", "since=soon", "limit=-1", "as=xml"] {
                #expect(try await server.call("GET", "/v1/jobs?\(bad)").status == 400, "\(bad)")
            }
        }
    }

    @Test
    func tablesAndNamesAreText() async throws {
        try await GatewayServer.run { server in
            server.scheduler.publish(jobs: many(2))
            let table = try await server.call(
                "GET", "/v1/jobs?as=table", token: GatewayServer.admin)
            let lines = table.body.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0].hasPrefix("NAME   USER  STATE    REASON  HOSTS  PROGRESS"))
            #expect(lines[2].hasPrefix("job-2  ana   Pending  Queued  -"))
            let wide = try await server.call(
                "GET", "/v1/jobs?as=wide", token: GatewayServer.admin)
            #expect(wide.body.contains("SHA256"))
            let names = try await server.call(
                "GET", "/v1/jobs?as=name&namespace=even", token: GatewayServer.admin)
            #expect(names.body == "job-2\n")
        }
    }

    @Test
    func tenThousandJobsAreListedWhole() async throws {
        try await GatewayServer.run { server in
            server.scheduler.publish(jobs: many(10_000))
            let names = try await server.call(
                "GET", "/v1/jobs?as=name", token: GatewayServer.admin)
            #expect(names.body.split(separator: "\n").count == 10_000)
            let table = try await server.call(
                "GET", "/v1/jobs?as=table", token: GatewayServer.admin)
            #expect(table.body.split(separator: "\n").count == 10_001)
            let list = try await server.call(
                "GET", "/v1/jobs?as=json", token: GatewayServer.admin)
            #expect(list.body.contains("job-10000") && list.body.contains("\"job-1\""))
        }
    }

    @Test
    func aBareNameMeansTheNewestRun() async throws {
        try await GatewayServer.run { server in
            _ = try await server.submitSample()
            _ = try await server.submitSample()
            let newest = try await server.call("GET", "/v1/jobs/digits")
            #expect(try newest.decoded(JobDescription.self).metadata.name == "digits-2")
            let first = try await server.call("GET", "/v1/jobs/digits%2D1")
            #expect(try first.decoded(JobDescription.self).metadata.name == "digits-1")
            let missing = try await server.call("GET", "/v1/jobs/digits-3")
            #expect(missing.status == 404)
            #expect(missing.failure?.message.contains("digits-3") == true)
            let elsewhere = try await server.call(
                "GET", "/v1/jobs/digits?namespace=other", token: GatewayServer.admin)
            #expect(elsewhere.status == 404)
        }
    }

    @Test
    func theSpecIsCanonicalAndCanBeSubmittedAgain() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let spec = try await server.call("GET", APIPath.job(job.name, .spec))
            #expect(spec.header("Content-Type") == "application/yaml")
            let again = try await server.call(
                "POST", "/v1/jobs", headers: ["Content-Type": "application/yaml"],
                body: spec.body)
            #expect(again.status == 201, "\(again.body)")
            let second = try await server.call("GET", APIPath.job("digits-2", .spec))
            #expect(second.body == spec.body)
        }
    }

    @Test
    func rerunsTakeChanges() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let body = RerunRequest(setOverrides: ["training.epochs=7"], idempotencyKey: "r")
            let answer = try await server.call(
                "POST", APIPath.job(job.name, .rerun), body: body.jsonText)
            #expect(answer.status == 201, "\(answer.body)")
            let rerun = try answer.decoded(SubmittedJob.self)
            #expect(rerun.name == "digits-2")
            #expect(server.scheduler.view.job(JobID(rerun.id))?.work.epochs == 7)
            let empty = try await server.call("POST", APIPath.job(job.name, .rerun))
            #expect(empty.status == 201, "\(empty.body)")
        }
    }

    @Test
    func auditsDoKeptRoundsAgain() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let path = APIPath.job(job.name, .audit)
            #expect(try await server.call("POST", path).status == 409)
            let share = ComputedRounds.Share(node: NodeID("h1"), firstReplica: 0, endReplica: 2)
            let kept = ComputedRounds(
                shares: [share],
                rounds: (0..<5).map { .init(number: $0, state: 10, deltas: [255, UInt64.max]) })
            server.scheduler.keep([kept], of: JobID(job.id))
            server.scheduler.change(JobID(job.id)) { $0.coreType = "Haswell" }
            let rounds = try await server.call("GET", APIPath.job(job.name, .rounds))
                .decoded([ComputedRoundsBody].self)
            #expect(rounds == [ComputedRoundsBody(kept)])
            #expect(rounds[0].rounds[0].deltas == ["00000000000000ff", "ffffffffffffffff"])
            let none = try await server.call(
                "POST", path, body: JobAuditRequest(rounds: 0).jsonText)
            #expect(none.status == 400)
            let answer = try await server.call(
                "POST", path, body: JobAuditRequest(rounds: 3).jsonText)
            #expect(answer.status == 201, "\(answer.body)")
            let audit = try answer.decoded(SubmittedJob.self)
            #expect(audit.name == "digits-1-audit-1")
            let record = try #require(server.scheduler.view.job(JobID(audit.id)))
            #expect(record.work.auditedRounds == 3)
            #expect(record.requirements.mostHosts == 1)
            #expect(record.requirements.numerics == "Haswell")
            #expect(record.labels == [Label(key: "audits", value: "digits-1")])
            let whole = try await server.call("POST", path).decoded(SubmittedJob.self)
            #expect(server.scheduler.view.job(JobID(whole.id))?.work.auditedRounds == 5)
        }
    }

    @Test
    func explanationsNameTheFirstReason() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let alone = try await server.call("GET", APIPath.job(job.name, .explain))
            #expect(try alone.decoded(ExplanationBody.self).reason == "NoNode")
            server.scheduler.addNode("h1")
            let staged = try await server.call("GET", APIPath.job(job.name, .explain))
            let body = try staged.decoded(ExplanationBody.self)
            #expect(body.nodes.map(\.node) == ["h1"])
            #expect(body.reason != "NoNode")
        }
    }

    @Test
    func actionsFollowTheJobsLife() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            func act(_ part: APIPath.JobPart) async throws -> Int {
                try await server.call("POST", APIPath.job(job.name, part)).status
            }
            #expect(try await act(.suspend) == 200)
            #expect(server.scheduler.view.job(JobID(job.id))?.reason.code == .suspended)
            #expect(try await act(.resume) == 200)
            let early = try await server.call("DELETE", APIPath.job(job.name))
            #expect(early.status == 409)
            #expect(early.failure?.message.contains("cancel it first") == true)
            #expect(try await act(.cancel) == 200)
            #expect(try await act(.cancel) == 409)
            let events = try await server.call("GET", "/v1/events")
            let facts = try events.decoded(ItemList<EventBody>.self).items
            #expect(facts.map(\.kind).first == "Submitted")
            #expect(facts.map(\.kind).last == "Cancelled")
            #expect(facts.map(\.sequence) == Array(1...Int64(facts.count)))
            let rest = try await server.call("GET", "/v1/events?after=1&limit=1")
            #expect(try rest.decoded(ItemList<EventBody>.self).items.map(\.sequence) == [2])
            #expect(try await server.call("DELETE", APIPath.job(job.name)).status == 200)
            #expect(try await server.call("GET", APIPath.job(job.name)).status == 404)
        }
    }

    @Test
    func nodesAreShown() async throws {
        try await GatewayServer.run { server in
            server.scheduler.addNode("h1")
            let list = try await server.call("GET", "/v1/nodes")
            let node = try #require(try list.decoded(ItemList<NodeBody>.self).items.first)
            #expect(node.name == "h1")
            #expect(node.state == "Ready")
            #expect(node.capacity.milliCPU == 2_000)
            #expect(node.fingerprints.map(\.coreType) == ["Haswell"])
            #expect(try await server.call("GET", "/v1/nodes/h1").status == 200)
            #expect(try await server.call("GET", "/v1/nodes/h2").status == 404)
            let table = try await server.call("GET", "/v1/nodes?as=table")
            #expect(table.body.contains("h1    Ready  0/2  0/2048Mi"))
        }
    }
}
