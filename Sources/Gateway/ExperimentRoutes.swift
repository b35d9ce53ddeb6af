import ClusterVocabulary
import ControlAPI
import ExperimentCore
import HTTPTypes
import Hummingbird
import JobSpecification
import SchedulerService

/// Looking at experiments and acting on them.
struct ExperimentRoutes: Sendable {
    let backend: any SchedulerBackend
    let settings: GatewaySettings
    let digesting: HostFileDigesting

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/experiments") { request, _ in try list(request) }
        router.post("/v1/experiments") { request, context in try await submit(request, context) }
        router.get("/v1/experiments/{name}") { request, context in
            let item = try find(request, context)
            return Response.json(ExperimentBody(item, now: WallTime.milliseconds))
        }
        router.get("/v1/experiments/{name}/spec") { request, context in
            let (backend, id) = (backend, try find(request, context).record.id)
            let text = try await BlockingWork.run { try backend.specification(of: id) }
            return Response.bytes(Array((text ?? "").utf8), type: "application/yaml")
        }
        router.get("/v1/experiments/{name}/trials") { request, context in
            try trials(request, context)
        }
        router.delete("/v1/experiments/{name}") { request, context in
            try await act(request, context) { .delete($0.record.id) }
        }
        router.post("/v1/experiments/{name}/cancel") { request, context in
            try await act(request, context) { .cancel($0.record.id) }
        }
        router.post("/v1/experiments/{name}/limits") { request, context in
            try await limit(request, context)
        }
        router.post("/v1/experiments/{name}/ask") { request, context in
            try await ask(request, context)
        }
        router.post("/v1/experiments/{name}/tell") { request, context in
            try await tell(request, context)
        }
    }

    // MARK: Looking

    private func list(_ request: Request) throws -> Response {
        let namespace = request.query("namespace")
        let state = try request.query("state").map { word throws(GatewayFailure) in
            guard let state = ExperimentState(word: word) else {
                throw .invalid("state=\(word.prefix(40)) is no state of an experiment")
            }
            return state
        }
        let records = backend.view.experiments.records(namespace: namespace)
            .filter { state == nil || $0.state == state }
        let items = records.compactMap { backend.view.experiments.experiment($0.id) }
        let now = WallTime.milliseconds
        switch try OutputForm(request) {
        case .json: return .json(ItemList(items.map { ExperimentBody($0, now: now) }))
        case .name: return .text(items.map { $0.record.fullName + "\n" }.joined())
        case .table, .wide: return .text(ExperimentTable.text(items, now: now))
        }
    }

    private func trials(_ request: Request, _ context: GatewayContext) throws -> Response {
        let item = try find(request, context)
        let states = try (request.query("state") ?? "").split(separator: ",")
            .map { word throws(GatewayFailure) in
                guard let state = Trial.State(word: String(word)) else {
                    throw .invalid("state=\(word.prefix(40)) is no state of a trial")
                }
                return state
            }
        var trials = item.trials.map(\.trial)
            .filter { states.isEmpty || states.contains($0.state) }
        if try request.flag("best") { trials = item.ranked(trials) }
        let limit = try request.number("limit") ?? Int.max
        let isCut = trials.count > limit
        // Of an unranked list the newest are wanted.
        let shown =
            try request.flag("best") ? Array(trials.prefix(limit)) : Array(trials.suffix(limit))
        switch try OutputForm(request) {
        case .name:
            let name = item.record.fullName
            return .text(shown.map { "\(name)-\(Trial.suffix($0.number))\n" }.joined())
        case .table, .wide:
            return .text(TrialTable.text(shown, of: item, now: WallTime.milliseconds))
        case .json:
            let now = WallTime.milliseconds
            var json = JSONText(capacity: 512 * (shown.count + 1))
            json.beginObject()
            json.list("items", shown.lazy.map { item.body($0, now: now) })
            json.field("more", isCut)
            json.endObject()
            return .json(json)
        }
    }

    /// The experiment a path names.
    private func find(
        _ request: Request, _ context: GatewayContext
    ) throws -> CommittedExperiments.Item {
        let name = try context.name("name")
        let namespace = request.namespace
        guard let item = backend.view.experiments.experiment(namespace: namespace, name: name)
        else {
            throw GatewayFailure.notFound(
                "there is no experiment \(name.prefix(100)) in the namespace"
                    + " \(namespace.prefix(100))")
        }
        return item
    }

    // MARK: Acting

    private func submit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let identity = try context.writer()
        let isDryRun = try request.flag("dryRun")
        let order = try await request.json(SubmitRequest.self, of: settings)
        let key = order.idempotencyKey ?? request.headers[.idempotencyKey] ?? ""
        guard key.utf8.count <= SubmitRequest.longestKey else {
            throw GatewayFailure.invalid(
                "the idempotency key is longer than \(SubmitRequest.longestKey) bytes")
        }
        let reader = SubmissionReader(
            store: backend.artifacts, sender: identity, access: ArtifactAccess(backend: backend))
        let experiments = try await reader.run(
            digesting, largest: settings.largestDigested(isDryRun: isDryRun)
        ) { reader in
            try reader.readExperiments(
                order.specification, file: order.file, overrides: order.setOverrides ?? [])
        }
        if let missing = reader.missing(experiments.flatMap(\.missing)) { throw missing }
        var submitted: [SubmittedExperiment] = []
        for (index, experiment) in experiments.enumerated() where !isDryRun {
            let ownKey = key.isEmpty || experiments.count == 1 ? key : "\(key)#\(index + 1)"
            var submission = ExperimentSubmission(
                user: identity.user, idempotencyKey: ownKey,
                specification: experiment.specification,
                text: experiment.specification.canonicalYAML())
            submission.owner = identity.owner
            let answer = await backend.request(.create(submission))
            switch answer {
            case .accepted(let id, let fullName, let isRepeated):
                submitted.append(
                    SubmittedExperiment(
                        name: fullName, namespace: experiment.specification.namespace,
                        id: id.number, repeated: isRepeated))
            case .refused(let reason): throw GatewayFailure(reason)
            case .done, .trials, .told: break
            }
        }
        return .json(list: submitted, status: isDryRun ? .ok : .created)
    }

    private func act(
        _ request: Request, _ context: GatewayContext,
        _ action: (CommittedExperiments.Item) throws -> ExperimentAction
    ) async throws -> Response {
        _ = try context.writer()
        let item = try find(request, context)
        try context.requireOwner(item.record.user, of: item.record.fullName)
        if case .refused(let reason) = await backend.request(try action(item)) {
            throw GatewayFailure(reason)
        }
        return .json(
            ActionResult(
                name: item.record.fullName, namespace: item.record.namespace,
                id: item.record.id.number))
    }

    private func limit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let order = try await request.json(LimitsRequest.self, of: settings)
        return try await act(request, context) { item in
            var limits = item.record.limits
            limits.most = order.maxTrials ?? limits.most
            limits.parallel = order.parallelTrials ?? limits.parallel
            limits.mostFailed = order.maxFailedTrials ?? limits.mostFailed
            guard (1...TrialLimits.largestMost).contains(limits.most),
                (1...TrialLimits.largestParallel).contains(limits.parallel),
                limits.mostFailed ?? 0 >= 0
            else {
                throw GatewayFailure.invalid(
                    "maxTrials is from 1 to \(TrialLimits.largestMost), parallelTrials from 1 to"
                        + " \(TrialLimits.largestParallel), maxFailedTrials from 0")
            }
            return .limit(item.record.id, limits)
        }
    }

    private func ask(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try context.writer()
        let item = try find(request, context)
        try context.requireOwner(item.record.user, of: item.record.fullName)
        let order = try await request.json(AskRequest.self, of: settings)
        let count = order.count ?? 1
        guard (1...Experiments.mostAsked).contains(count) else {
            throw GatewayFailure.invalid("count is from 1 to \(Experiments.mostAsked)")
        }
        switch await backend.request(.ask(item.record.id, count: count)) {
        case .trials(let trials, let shortage, let isOver):
            let now = WallTime.milliseconds
            return .json(
                AskedTrials(
                    trials: trials.map { item.body($0, now: now) }, shortage: shortage,
                    done: isOver))
        case .refused(let reason): throw GatewayFailure(reason)
        case .accepted, .done, .told: throw GatewayFailure.conflict("no trials were given")
        }
    }

    private func tell(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try context.writer()
        let item = try find(request, context)
        try context.requireOwner(item.record.user, of: item.record.fullName)
        let order = try await request.json(TellRequest.self, of: settings)
        let metrics = order.metrics?.items ?? []
        let isBounded =
            metrics.count <= Metric.most && (0...TrialReport.largestStep).contains(order.step ?? 0)
            && metrics.allSatisfy { !$0.name.isEmpty && $0.name.utf8.count <= Limits.metricBytes }
        guard isBounded else {
            throw GatewayFailure.invalid(
                "at most \(Metric.most) metrics with names of 1 to \(Limits.metricBytes) bytes, and"
                    + " a step from 0 to \(TrialReport.largestStep)")
        }
        let told = TrialTold(step: order.step, metrics: metrics, failure: order.failure)
        switch await backend.request(.tell(item.record.id, trial: order.trial, told)) {
        case .told(let stop):
            return .json(ToldTrial(stop: stop != nil, reason: stop?.message ?? ""))
        case .refused(let reason): throw GatewayFailure(reason)
        case .accepted, .done, .trials: throw GatewayFailure.conflict("nothing was told")
        }
    }
}
