import AccessControl
import Artifacts
import ClusterVocabulary
import ControlAPI
import Foundation
import Testing

@testable import Gateway
@testable import SchedulerService

/// The one table of who may do what, and what stands behind the door.
struct AuthorisationTests {
    @Test func everyOperationHasItsRow() {
        let operations = Set(Endpoint.all.map(\.operation))
        let rows = Set(Authorisation.table.keys)
        #expect(
            operations.subtracting(rows).isEmpty,
            "add these to Authorisation.table: \(operations.subtracting(rows).sorted())")
        #expect(
            rows.subtracting(operations).isEmpty,
            "rows of no operation: \(rows.subtracting(operations).sorted())")
    }

    @Test func whatChangesThingsNeverNeedsLookingOnly() {
        for endpoint in Endpoint.all {
            let permission = Authorisation.permission(of: endpoint.operation)
            let isReading = endpoint.method == "GET" || endpoint.method == "HEAD"
            #expect(permission.isChange != isReading, "\(endpoint.operation)")
            #expect(!permission.isGiven(to: .node) || permission == .open)
        }
        #expect(Authorisation.permission(of: "somethingNew") == .administer)
    }

    @Test func everyRouteRefusesWhoMayNot() async throws {
        try await GatewayServer.run { server in
            for endpoint in Endpoint.all {
                let permission = Authorisation.permission(of: endpoint.operation)
                let path = endpoint.path.replacing("{sha256}", with: Documents.digest)
                    .replacing("{name}", with: "x").replacing("{file}", with: "model.json")
                    .replacing("{id}", with: "x")
                let callers: [(AccessRole?, String?)] = [
                    (nil, nil), (nil, "nonsense"), (.viewer, GatewayServer.viewer),
                    (.user, GatewayServer.ana),
                ]
                for (role, token) in callers where !(role.map(permission.isGiven) ?? false) {
                    guard permission != .open else { continue }
                    let answer = try await server.call(
                        endpoint.method, path, token: token,
                        body: ["GET", "HEAD"].contains(endpoint.method) ? nil : "{}")
                    #expect(
                        answer.status == (role == nil ? 401 : 403),
                        "\(endpoint.operation) as \(role?.word ?? "nobody")")
                }
            }
        }
    }

    /// Two teams and what each of them has.
    private func withTeams(
        _ body: @Sendable (GatewayServer, _ red: String, _ blue: String) async throws -> Void
    ) async throws {
        try await GatewayServer.run { server in
            func token(_ name: String, _ namespace: String) async throws -> String {
                let put = try await server.call(
                    "PUT", "/v1/users/\(name)", token: GatewayServer.admin,
                    body: "{\"namespace\":\"\(namespace)\"}")
                #expect(put.status == 200, "\(put.body)")
                let issued = try await server.call(
                    "POST", "/v1/users/\(name)/tokens", token: GatewayServer.admin, body: "{}")
                #expect(issued.status == 201, "\(issued.body)")
                return try issued.decoded(IssuedToken.self).token
            }
            try await body(server, try await token("rita", "red"), try await token("bob", "blue"))
        }
    }

    private func upload(_ server: GatewayServer, _ token: String) async throws {
        let answer = try await server.call(
            "PUT", "/v1/artifacts/\(Documents.digest)", token: token, body: Documents.data)
        #expect(answer.status == 200 || answer.status == 201, "\(answer.body)")
    }

    private func submit(
        _ server: GatewayServer, _ token: String, namespace: String? = nil
    ) async throws -> GatewayServer.Answer {
        var text = Documents.job("digits")
        if let namespace {
            text = text.replacing("{name: digits", with: "{name: digits, namespace: \(namespace)")
        }
        return try await server.call(
            "POST", "/v1/jobs", token: token, headers: ["Content-Type": "application/json"],
            body: SubmitRequest(specification: text).jsonText)
    }

    @Test func aUserReachesTheOwnNamespaceAlone() async throws {
        try await withTeams { server, red, blue in
            try await upload(server, red)
            let submitted = try await submit(server, red)
            #expect(submitted.status == 201, "\(submitted.body)")
            let job = try #require(try submitted.decoded([SubmittedJob].self).first)
            #expect(job.namespace == "red")
            for (method, path) in [
                ("GET", "/v1/jobs/\(job.name)"), ("GET", "/v1/jobs/\(job.name)/spec"),
                ("GET", "/v1/jobs/\(job.name)/logs"), ("GET", "/v1/jobs/\(job.name)/events"),
                ("GET", "/v1/jobs/\(job.name)/explain"), ("GET", "/v1/jobs/\(job.name)/stream"),
                ("POST", "/v1/jobs/\(job.name)/cancel"), ("DELETE", "/v1/jobs/\(job.name)"),
                ("POST", "/v1/jobs/\(job.name)/rerun"),
            ] {
                let unseen = try await server.call(
                    method, path, token: blue, body: method == "POST" ? "{}" : nil)
                #expect(unseen.status == 404, "\(method) \(path)")
                for query in ["namespace=red", "namespace=&namespace=red", "namespace=%72ed"] {
                    let reached = try await server.call(
                        method, "\(path)?\(query)", token: blue,
                        body: method == "POST" ? "{}" : nil)
                    #expect(reached.status == 403, "\(method) \(path)?\(query)")
                }
            }
            for path in [
                "/v1/jobs?namespace=red", "/v1/models?namespace=red", "/v1/watch?namespace=red",
            ] {
                #expect(try await server.call("GET", path, token: blue).status == 403)
            }
            let lists = ["/v1/jobs", "/v1/jobs?namespace=", "/v1/events"]
            for path in lists {
                let list = try await server.call("GET", path, token: blue)
                #expect(list.status == 200)
                #expect(!list.body.contains("digits"), "\(path): \(list.body)")
                let own = try await server.call("GET", path, token: red)
                #expect(own.body.contains("digits"), "\(path): \(own.body)")
            }
            let other = try await submit(server, blue, namespace: "red")
            #expect(other.status == 403, "\(other.body)")
            #expect(server.scheduler.view.job(namespace: "red", name: job.name)?.state == .pending)
        }
    }

    @Test func eventsOfDeletedJobsStayWithTheirNamespace() async throws {
        try await withTeams { server, red, blue in
            try await upload(server, red)
            let submitted = try await submit(server, red)
            let job = try #require(try submitted.decoded([SubmittedJob].self).first)
            for (method, path) in [
                ("POST", "/v1/jobs/\(job.name)/cancel"), ("DELETE", "/v1/jobs/\(job.name)"),
            ] {
                let done = try await server.call(
                    method, path, token: red, body: method == "POST" ? "{}" : nil)
                #expect(done.status == 200, "\(done.body)")
            }
            let own = try await server.call("GET", "/v1/events", token: red)
            #expect(own.body.contains("Deleted"), "\(own.body)")
            let others = try await server.call("GET", "/v1/events", token: blue)
            #expect(!others.body.contains("digits"), "\(others.body)")
        }
    }

    @Test func commandsNeedSomebodyToRunAs() async throws {
        try await withTeams { server, red, _ in
            let text = """
                apiVersion: mlctl.dev/v1
                kind: Job
                metadata: {name: who}
                spec: {command: [id]}
                """
            func submit(_ token: String) async throws -> GatewayServer.Answer {
                try await server.call(
                    "POST", "/v1/jobs", token: token,
                    headers: ["Content-Type": "application/json"],
                    body: SubmitRequest(specification: text).jsonText)
            }
            let refused = try await submit(red)
            #expect(refused.status == 403)
            #expect(refused.body.contains("mlctl user add rita --uid"), "\(refused.body)")
            let put = try await server.call(
                "PUT", "/v1/users/rita", token: GatewayServer.admin,
                body: "{\"namespace\":\"red\",\"hostUser\":4242}")
            #expect(put.status == 200)
            #expect(try await submit(red).status == 201)
            let view = server.scheduler.view
            let job = try #require(view.job(namespace: "red", name: "who-1"))
            #expect(job.owner == CommandOwner(hostUser: 4_242))
            #expect(try await submit(GatewayServer.admin).status == 201)
            let own = try #require(view.job(namespace: "default", name: "who-1"))
            #expect(own.owner == CommandOwner(hostUser: getuid(), ownsCluster: true))
        }
    }

    @Test func aDigestAloneIsNoRightToAFile() async throws {
        try await withTeams { server, red, blue in
            try await upload(server, red)
            let path = "/v1/artifacts/\(Documents.digest)"
            #expect(try await server.call("GET", path, token: red).body == Documents.data)
            for method in ["GET", "HEAD"] {
                #expect(try await server.call(method, path, token: blue).status == 404)
            }
            // Nor can a job be made to read it.
            let stolen = try await submit(server, blue)
            #expect(stolen.failure?.reason == "MissingData", "\(stolen.body)")
            // Nor do other bytes under its name give the right.
            let forged = try await server.call("PUT", path, token: blue, body: "x")
            #expect(forged.status == 422)
            #expect(try await server.call("GET", path, token: blue).status == 404)
            // Who has the bytes has the file.
            try await upload(server, blue)
            #expect(try await server.call("GET", path, token: blue).body == Documents.data)
            #expect(try await submit(server, blue).status == 201)
        }
    }

    @Test func filesOfTheHostAreReadForThoseWhoMayReadThem() async throws {
        try await withTeams { server, red, _ in
            let path = "\(try server.openFolder())/private.csv"
            _ = FileManager.default.createFile(
                atPath: path, contents: Data(Documents.data.utf8),
                attributes: [.posixPermissions: 0o600])
            func status(_ token: String) async throws -> Int {
                let text = Documents.job("peek", source: "hostPath: \(path)")
                return try await server.call(
                    "POST", "/v1/jobs", token: token, headers: ["Content-Type": "application/json"],
                    body: SubmitRequest(specification: text).jsonText
                ).status
            }
            #expect(try await status(red) == 403)
            #expect(try await status(GatewayServer.admin) == 201)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(try await status(red) == 201)
        }
    }

    @Test func nodesShowOnlyJobsThatAreSeenAnyway() async throws {
        try await withTeams { server, red, blue in
            server.scheduler.addNode("h1")
            try await upload(server, red)
            _ = try await submit(server, red)
            let nodes = try await server.call("GET", "/v1/nodes", token: blue)
            #expect(nodes.status == 200)
            #expect(!nodes.body.contains("digits"))
        }
    }

    @Test func tokensCountUntilTheyAreTakenBackOrTheUserIsGone() async throws {
        try await withTeams { server, red, blue in
            let tokens = try await server.call("GET", "/v1/tokens", token: GatewayServer.admin)
                .decoded(ItemList<TokenBody>.self).items
            let id = try #require(tokens.first { $0.user == "rita" }?.id)
            #expect(!tokens.isEmpty)
            let revoked = try await server.call(
                "DELETE", "/v1/tokens/\(id)", token: GatewayServer.admin)
            #expect(revoked.status == 200)
            #expect(try await server.call("GET", "/v1/jobs", token: red).status == 401)
            let removed = try await server.call(
                "DELETE", "/v1/users/bob", token: GatewayServer.admin)
            #expect(removed.status == 200)
            #expect(try await server.call("GET", "/v1/jobs", token: blue).status == 401)
        }
    }

    @Test func secretsAreKeptNowhere() async throws {
        try await withTeams { server, red, _ in
            let registry = server.scheduler.access.registry
            #expect(!"\(registry)".contains(red))
            let secret = red.dropFirst("mlctl-".count)
            #expect(!"\(registry)".contains(secret))
            let list = try await server.call("GET", "/v1/tokens", token: GatewayServer.admin)
            #expect(!list.body.contains(secret))
        }
    }

    @Test func everyChangeIsRecordedWithItsMaker() async throws {
        try await withTeams { server, red, blue in
            try await upload(server, red)
            _ = try await submit(server, blue, namespace: "red")
            _ = try await server.call("DELETE", "/v1/nodes/h1", token: red)
            let answer = try await server.call("GET", "/v1/audit", token: GatewayServer.admin)
            let lines = try answer.decoded(ItemList<AuditBody>.self).items
            func has(_ user: String, _ operation: String, _ outcome: String) -> Bool {
                lines.contains {
                    $0.user == user && $0.operation == operation && $0.outcome.hasPrefix(outcome)
                        && $0.origin == "127.0.0.1"
                }
            }
            #expect(has("root", "putUser", "done"))
            #expect(has("root", "issueUserToken", "done"))
            #expect(has("rita", "storeArtifact", "done"))
            #expect(has("bob", "submitJobs", "refused"))
            #expect(has("rita", "deleteNode", "refused"))
            let own = try await server.call(
                "GET", "/v1/audit?user=bob", token: GatewayServer.admin)
            #expect(!own.body.contains("rita"))
        }
    }

    @Test func whoAmITellsRoleAndNamespace() async throws {
        try await withTeams { server, red, _ in
            let sender = try await server.call("GET", "/v1/whoami", token: red)
                .decoded(SenderBody.self)
            #expect(sender.user == "rita")
            #expect(sender.namespace == "red")
            #expect(sender.role == "user")
        }
    }
}
