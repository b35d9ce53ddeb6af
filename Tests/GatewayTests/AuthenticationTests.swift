import ControlAPI
import SchedulerService
import Testing

struct AuthenticationTests {
    @Test
    func nothingButHealthAndVersionIsAnsweredWithoutAToken() async throws {
        try await GatewayServer.run { server in
            for path in ["/v1/jobs", "/v1/nodes", "/v1/openapi.json", "/v1/nowhere", "/"] {
                let answer = try await server.call("GET", path, token: nil)
                #expect(answer.status == 401, "\(path)")
                #expect(answer.failure?.reason == "Unauthorized")
                #expect(answer.header("WWW-Authenticate") == "Bearer")
            }
            let health = try await server.call("GET", "/v1/health", token: nil)
            #expect(health.status == 200)
            #expect(health.body.contains("\"status\":\"ok\""))
            let version = try await server.call("GET", "/v1/version", token: nil)
            #expect(version.body.contains("\"incarnation\":\"boot/ff\""))
        }
    }

    @Test(arguments: ["", "secret-an", "secret-anaa", "SECRET-ANA", "secret-ana secret-ben"])
    func onlyTheWholeTokenCounts(_ token: String) async throws {
        try await GatewayServer.run { server in
            let answer = try await server.call("GET", "/v1/jobs", token: token)
            #expect(answer.status == 401)
        }
    }

    @Test
    func viewersLookOnly() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let looking = try await server.call("GET", "/v1/jobs", token: GatewayServer.viewer)
            #expect(looking.status == 200)
            for (method, path) in [
                ("POST", "/v1/jobs"), ("POST", "/v1/jobs/\(job.name)/cancel"),
                ("DELETE", "/v1/jobs/\(job.name)"), ("POST", "/v1/jobs/\(job.name)/rerun"),
                ("PUT", "/v1/artifacts/\(Documents.digest)"),
            ] {
                let answer = try await server.call(
                    method, path, token: GatewayServer.viewer, body: "{}")
                #expect(answer.status == 403, "\(method) \(path)")
            }
            #expect(server.scheduler.view.job(namespace: "default", name: job.name) != nil)
        }
    }

    @Test
    func usersChangeTheirOwnJobsAndAdminsAll() async throws {
        try await GatewayServer.run { server in
            let job = try await server.submitSample()
            let path = "/v1/jobs/\(job.name)/cancel"
            let other = try await server.call("POST", path, token: GatewayServer.ben)
            #expect(other.status == 403)
            #expect(other.failure?.message.contains("belongs to ana") == true)
            let admin = try await server.call("POST", path, token: GatewayServer.admin)
            #expect(admin.status == 200)
        }
    }

    @Test
    func wrongPathsAndMethodsSayWhatIsThere() async throws {
        try await GatewayServer.run { server in
            let missing = try await server.call("GET", "/v1/jobz")
            #expect(missing.status == 404)
            #expect(missing.failure?.message.contains("/v1/openapi.json") == true)
            let wrong = try await server.call("PUT", "/v1/jobs/x")
            #expect(wrong.status == 405)
            #expect(wrong.header("Allow") == "DELETE, GET")
            #expect(wrong.failure?.reason == "MethodNotAllowed")
        }
    }
}
