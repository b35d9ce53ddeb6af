import ClusterVocabulary
import ControlAPI
import SchedulerService
import Testing

/// Operators take nodes out of service, and apply the retention rules.
struct NodeDutyTests {
    @Test
    func anAdminDrainsANodeAndOpensItAgain() async throws {
        try await GatewayServer.run { server in
            server.scheduler.addNode("h1")
            let drained = try await server.call(
                "POST", "/v1/nodes/h1/drain?grace=90", token: GatewayServer.admin)
            #expect(drained.status == 200)
            #expect(
                try drained.decoded(NodeActionResult.self)
                    == NodeActionResult(name: "h1", duty: "Draining", jobsLeft: 0))
            let node = try await server.call("GET", "/v1/nodes/h1").decoded(NodeBody.self)
            #expect(node.duty == "Draining")
            #expect(node.stateAndDuty == "Ready,Drained")
            #expect(node.stopsAt != nil)
            let table = try await server.call("GET", "/v1/nodes?as=table")
            #expect(table.body.contains("Ready,Drained"))
            let cordoned = try await server.call(
                "POST", "/v1/nodes/h1/cordon", token: GatewayServer.admin)
            #expect(try cordoned.decoded(NodeActionResult.self).duty == "Cordoned")
            let opened = try await server.call(
                "POST", "/v1/nodes/h1/uncordon", token: GatewayServer.admin)
            #expect(try opened.decoded(NodeActionResult.self).duty == "Open")
        }
    }

    @Test
    func othersAndUnknownNodesAreRefused() async throws {
        try await GatewayServer.run { server in
            server.scheduler.addNode("h1")
            for token in [GatewayServer.ben, GatewayServer.viewer] {
                let answer = try await server.call("POST", "/v1/nodes/h1/drain", token: token)
                #expect(answer.status == 403)
                #expect(try await server.call("POST", "/v1/gc", token: token).status == 403)
            }
            let admin = GatewayServer.admin
            #expect(try await server.call("POST", "/v1/nodes/h9/drain", token: admin).status == 404)
            for grace in ["-1", "soon", "604801"] {
                let path = "/v1/nodes/h1/drain?grace=\(grace)"
                #expect(try await server.call("POST", path, token: admin).status == 400, "\(grace)")
            }
        }
    }

    @Test
    func garbageIsOnlyShownOnADryRun() async throws {
        try await GatewayServer.run { server in
            let look = try await server.call(
                "POST", "/v1/gc?dryRun=true", token: GatewayServer.admin)
            let body = try look.decoded(HousekeepingBody.self)
            #expect(!body.removed)
            #expect(body.removable.first?.ruleSeconds == 60)
            let done = try await server.call("POST", "/v1/gc", token: GatewayServer.admin)
            #expect(try done.decoded(HousekeepingBody.self).removed)
        }
    }
}
