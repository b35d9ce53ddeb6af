import ControlAPI
import Hummingbird
import SchedulerService

/// Applying the retention rules.
struct HousekeepingRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.post("/v1/gc") { request, context in
            guard try context.writer().role == .admin else {
                throw GatewayFailure.forbidden("only an admin may remove what is stored")
            }
            let report = try await backend.housekeep(removes: try !request.flag("dryRun"))
            return Response.json(
                HousekeepingBody(
                    removed: report.isDone, removable: report.removable.map(item),
                    stored: report.stored.map(item)))
        }
    }

    private func item(_ item: HousekeepingReport.Item) -> HousekeepingBody.Item {
        HousekeepingBody.Item(
            what: item.what, count: item.count, bytes: item.bytes, ruleSeconds: item.rule)
    }
}
