package import ControlAPI

extension SchedulerClient {
    /// All experiments of a namespace in the given form: `table`, `wide`, `name`, `nil` for JSON.
    package func experimentList(
        namespace: String?, state: String?, as form: String?
    ) async throws -> [UInt8] {
        try await get(
            APIPath.experiments
                + APIPath.query([("namespace", namespace), ("state", state), ("as", form)]))
    }

    /// One experiment.
    package func experiment(_ name: String, namespace: String) async throws -> ExperimentBody {
        try await get(
            APIPath.experiment(name) + APIPath.query([("namespace", namespace)]),
            as: ExperimentBody.self)
    }

    /// The trials of an experiment, by number or the best first, in the given form.
    package func trialList(
        of name: String, namespace: String, state: String? = nil, isRanked: Bool = false,
        limit: Int? = nil, as form: String?
    ) async throws -> [UInt8] {
        try await get(
            trialPath(
                name, namespace, state: state, isRanked: isRanked, limit: limit, form: form))
    }

    /// The trials of an experiment, by number or the best first.
    package func trials(
        of name: String, namespace: String, state: String? = nil, isRanked: Bool = false,
        limit: Int? = nil
    ) async throws -> [TrialBody] {
        try await get(
            trialPath(name, namespace, state: state, isRanked: isRanked, limit: limit, form: nil),
            as: ItemList<TrialBody>.self
        ).items
    }

    private func trialPath(
        _ name: String, _ namespace: String, state: String?, isRanked: Bool, limit: Int?,
        form: String?
    ) -> String {
        APIPath.experiment(name, .trials)
            + APIPath.query([
                ("namespace", namespace), ("state", state), ("best", isRanked ? "true" : nil),
                ("limit", limit.map(String.init)), ("as", form),
            ])
    }

    /// The canonical spec of an experiment, YAML.
    package func experimentSpecification(
        _ name: String, namespace: String
    ) async throws -> [UInt8] {
        try await get(
            APIPath.experiment(name, .spec) + APIPath.query([("namespace", namespace)]))
    }

    /// Submits all experiments of a request.
    package func submitExperiments(
        _ request: SubmitRequest
    ) async throws -> [SubmittedExperiment] {
        try await post(APIPath.experiments, request, as: [SubmittedExperiment].self)
    }

    /// Ends an experiment and its running trials.
    package func cancelExperiment(
        _ name: String, namespace: String
    ) async throws -> ActionResult {
        try await post(
            APIPath.experiment(name, .cancel) + APIPath.query([("namespace", namespace)]), nil,
            as: ActionResult.self)
    }

    /// Removes an ended experiment from view.
    package func deleteExperiment(
        _ name: String, namespace: String
    ) async throws -> ActionResult {
        try await delete(
            APIPath.experiment(name) + APIPath.query([("namespace", namespace)]),
            as: ActionResult.self)
    }

    /// Changes how many trials there may be.
    package func limitExperiment(
        _ name: String, namespace: String, _ request: LimitsRequest
    ) async throws -> ActionResult {
        try await post(
            APIPath.experiment(name, .limits) + APIPath.query([("namespace", namespace)]), request,
            as: ActionResult.self)
    }

    /// Trials to evaluate.
    package func ask(
        _ name: String, namespace: String, _ request: AskRequest
    ) async throws -> AskedTrials {
        try await post(
            APIPath.experiment(name, .ask) + APIPath.query([("namespace", namespace)]), request,
            as: AskedTrials.self)
    }

    /// What became of a trial.
    package func tell(
        _ name: String, namespace: String, _ request: TellRequest
    ) async throws -> ToldTrial {
        try await post(
            APIPath.experiment(name, .tell) + APIPath.query([("namespace", namespace)]), request,
            as: ToldTrial.self)
    }
}
