import ClusterVocabulary
import Search

/// What only the parts of an experiment together can show: paths that lead nowhere, values the
/// template refuses, metrics it never reports.
struct ExperimentCheck {
    let collector: DiagnosticCollector

    /// Reports everything that does not fit together; fills in what only the template knows.
    func check(_ experiment: inout ExperimentSpecification, _ spec: FieldReader) {
        let before = collector.count
        checkNames(experiment, spec)
        checkPlaceholders(experiment, spec)
        guard collector.count == before, let space = try? experiment.space() else { return }
        if let template = experiment.template {
            let base = experiment.beginning(in: space)
            guard let job = render(base, template, experiment, spec, about: nil) else { return }
            checkMetrics(experiment, job, spec)
            let others = tryExtremes(template, experiment, space, base, spec)
            let steps = ([job] + others).compactMap(\.mostSteps)
            experiment.earlyStopping?.complete(mostSteps: steps.max())
            experiment.algorithm.complete(mostSteps: steps.min())
            ExperimentBudgetCheck(collector: collector).check(experiment, [job] + others, spec)
        }
        checkSearch(experiment, spec)
    }

    /// The jobs at the ends of every range and at every choice; stops at the first problem of a
    /// parameter.
    private func tryExtremes(
        _ template: TrialTemplate, _ experiment: ExperimentSpecification, _ space: SearchSpace,
        _ base: [TrialAssignment], _ spec: FieldReader
    ) -> [TrialTemplate.Job] {
        var jobs: [TrialTemplate.Job] = []
        for (position, parameter) in experiment.parameters.enumerated() {
            for value in parameter.extremes {
                var values = base.filter { $0.name != parameter.name }
                values.append(TrialAssignment(parameter.name, value))
                guard let ordered = experiment.consistent(values, in: space, keeping: position)
                else { continue }
                let about = Probe(position: position, value: value)
                guard let job = render(ordered, template, experiment, spec, about: about) else {
                    break
                }
                jobs.append(job)
            }
        }
        return jobs
    }

    /// Whether algorithm, settings, space and stopping rule fit each other.
    private func checkSearch(_ experiment: ExperimentSpecification, _ spec: FieldReader) {
        do {
            _ = try SearchState(try experiment.searchConfiguration())
        } catch {
            spec.report("algorithm", "\(error)")
        }
        guard experiment.earlyStopping != nil else { return }
        do {
            guard let rule = try experiment.earlyStoppingRule else { return }
            _ = try EarlyStopping(rule, direction: .minimize)
        } catch {
            spec.report("earlyStopping", "\(error)")
        }
    }

    /// One value of one parameter that is tried out.
    private struct Probe {
        let position: Int
        let value: TrialValue
    }

    // MARK: Placeholders

    private func checkPlaceholders(_ experiment: ExperimentSpecification, _ spec: FieldReader) {
        guard let template = experiment.template, template.placeholders == .names else {
            checkUnplaced(experiment, spec)
            return
        }
        let used = Set(PlaceholderSubstitution.names(in: template.root).map(\.name))
        for (index, parameter) in experiment.parameters.enumerated()
        where parameter.path == nil && !used.contains(parameter.name) {
            guard let item = spec.value("parameters")?.items?[index] else { continue }
            collector.report(
                item.position, "\(spec.path("parameters"))[\(index)]",
                "sets nothing: give sets: with a field of the template, or use"
                    + " ${\(parameter.name)} in it")
        }
    }

    private func checkUnplaced(_ experiment: ExperimentSpecification, _ spec: FieldReader) {
        guard experiment.template == nil else { return }
        for (index, parameter) in experiment.parameters.enumerated() where parameter.path != nil {
            guard let item = spec.value("parameters")?.items?[index] else { continue }
            collector.report(
                item.position, "\(spec.path("parameters"))[\(index)].sets",
                "there is no template to set it in: the trials of this experiment are external")
        }
    }

    // MARK: Trying values

    private func render(
        _ values: [TrialAssignment], _ template: TrialTemplate,
        _ experiment: ExperimentSpecification, _ spec: FieldReader, about probe: Probe?
    ) -> TrialTemplate.Job? {
        let rendering = template.render(
            values, of: experiment.parameters, name: "trial", namespace: experiment.namespace,
            budget: experiment.leastBudget)
        switch rendering {
        case .job(let job): return job
        case .refused(let diagnostics):
            report(diagnostics, values, experiment, spec, probe)
            return nil
        }
    }

    /// Problems of the template stand where the template does; problems of a value where its
    /// parameter does.
    private func report(
        _ diagnostics: [Diagnostic], _ values: [TrialAssignment],
        _ experiment: ExperimentSpecification, _ spec: FieldReader, _ probe: Probe?
    ) {
        let setting = values.filter { value in
            experiment.parameters.contains { $0.name == value.name && $0.path != nil }
        }
        var own: [Diagnostic] = []
        for diagnostic in diagnostics {
            let name: String
            if diagnostic.file == Override.sourceName, setting.indices.contains(diagnostic.line - 1)
            {
                name = setting[diagnostic.line - 1].name
            } else if let probe {
                name = experiment.parameters[probe.position].name
            } else {
                own.append(diagnostic)
                continue
            }
            guard let index = experiment.parameters.firstIndex(where: { $0.name == name }),
                let item = spec.value("parameters")?.items?[index],
                let value = values.first(where: { $0.name == name })?.value
            else { continue }
            let text = value.description.prefix(Limits.quotedScalars)
            collector.report(
                item.position, "\(spec.path("parameters"))[\(index)]",
                "with \(name) = \(text): \(diagnostic.path): \(diagnostic.message)")
        }
        collector.adopt(own)
    }

    // MARK: Metrics and names

    private func checkMetrics(
        _ experiment: ExperimentSpecification, _ job: TrialTemplate.Job, _ spec: FieldReader
    ) {
        guard let known = job.metricNames else { return }
        for (index, objective) in experiment.objectives.enumerated()
        where !known.contains(objective.metric) {
            let isOne = spec.has("objective")
            let path = isOne ? "spec.objective.metric" : "spec.objectives[\(index)].metric"
            let node =
                isOne
                ? spec.value("objective")?[field: "metric"]
                : spec.value("objectives")?.items?[index][field: "metric"]
            let group = objective.metric.prefix { $0 != "." }
            let isMissingPart =
                ["validation", "test"].contains(String(group))
                && !known.contains { $0.hasPrefix(group + ".") }
            let hint =
                isMissingPart
                ? ": the template holds no \(group) rows out, add data.split.\(group)"
                : NearestName.hint(for: objective.metric, among: known)
            collector.report(
                node?.position ?? spec.position, path,
                "the template does not measure \(YAMLNode.quoted(objective.metric))\(hint)")
        }
        if let rule = experiment.earlyStopping, let objective = experiment.objectives.first,
            known.contains(objective.metric),
            let running = job.runningMetricNames, !running.contains(objective.metric)
        {
            let wished = "validation." + objective.metric.split(separator: ".").dropFirst().joined()
            let other = running.contains(wished) ? wished : "validation.loss"
            spec.report(
                "earlyStopping",
                "\(rule.name) needs values while a trial runs, \(objective.metric) is measured at"
                    + " the end only; take \(other)")
        }
    }

    /// Trials are called after the experiment; the longest name must still be one.
    private func checkNames(_ experiment: ExperimentSpecification, _ spec: FieldReader) {
        guard experiment.name.utf8.count > Limits.experimentNameBytes else { return }
        collector.report(
            spec.position, "metadata.name",
            "is longer than \(Limits.experimentNameBytes) characters: trials add to it")
    }
}
