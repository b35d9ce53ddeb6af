import ClusterVocabulary
import ControlAPI
import Hummingbird
import SchedulerCore
import SchedulerService

/// Health, version and the document.
struct SystemRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/health") { _, _ in
            let information = backend.information
            let nodes = backend.view.nodes()
            return Response.json(
                HealthBody(
                    status: information.isDiskBelowFloor ? "diskFull" : "ok",
                    freeBytes: information.freeBytes,
                    readyNodes: nodes.count { $0.record.state == .ready }, nodes: nodes.count,
                    time: TimeText.text(milliseconds: WallTime.milliseconds)))
        }
        router.get("/v1/version") { _, _ in
            let information = backend.information
            let life = String(information.incarnation.life, radix: 16)
            return Response.json(
                VersionBody(
                    version: information.version, api: "v1",
                    incarnation: "\(information.incarnation.bootID)/\(life)",
                    startedAt: TimeText.text(milliseconds: information.startedAt)))
        }
        router.get("/v1/openapi.json") { _, _ in
            Response.json(OpenAPIDocument.text(version: backend.information.version))
        }
    }
}
