import ClusterVocabulary
package import ControlAPI

/// Pictures of an experiment, as SVG.
package struct ExperimentPlot: Sendable {
    /// What can be drawn.
    package enum Kind: String, Sendable, CaseIterable {
        /// Every trial's value in order, and the best so far.
        case history
        /// Each trial a line across one axis per parameter.
        case parallel
        /// The value against each parameter.
        case slice
        /// Two objectives against each other, and the front.
        case pareto
        /// How far trials came before they ended.
        case rungs
        /// How much of the values' spread each parameter explains.
        case importance
    }

    private let experiment: ExperimentBody
    private let trials: [TrialBody]
    private let isMaximized: Bool
    private static let width = 900.0
    private static let height = 460.0
    private static let margin = 60.0

    /// A plotter over all trials.
    package init(_ experiment: ExperimentBody, _ trials: [TrialBody]) {
        self.experiment = experiment
        self.trials = trials
        isMaximized = experiment.objectives.first?.direction == "maximize"
    }

    /// The picture; refused when there is nothing to draw.
    package func svg(_ kind: Kind) throws(ClientFailure) -> String {
        switch kind {
        case .history: return try history()
        case .parallel: return try parallel()
        case .slice: return try slices()
        case .pareto: return try pareto()
        case .rungs: return try rungs()
        case .importance:
            return try importance(ParameterImportance.shares(experiment, trials))
        }
    }

    private var metric: String { experiment.objectives.first?.metric ?? "" }

    /// Trials with a value of the first objective.
    private func valued() throws(ClientFailure) -> [(trial: TrialBody, value: Double)] {
        let found = trials.compactMap { trial -> (trial: TrialBody, value: Double)? in
            guard trial.state == "Succeeded" || trial.state == "Stopped",
                let value = trial.values.first ?? nil
            else { return nil }
            return (trial, value)
        }
        guard !found.isEmpty else {
            throw ClientFailure(
                .refused, "no trial of \(experiment.name) has a value yet; try again later")
        }
        return found
    }

    // MARK: Pictures

    private func history() throws(ClientFailure) -> String {
        let points = try valued()
        var page = Page("\(experiment.name): \(metric) by trial")
        let across = PlotAxis(numbers: [1, Double(experiment.trials.all)])
        let up = PlotAxis(numbers: points.map(\.value))
        page.frame(across, up)
        var best: Double?
        var steps: [(x: Double, y: Double)] = []
        for (trial, value) in points {
            let x = page.x(across.place(Double(trial.number)))
            let isStopped = trial.state == "Stopped"
            page.svg.dot(
                x: x, y: page.y(up.place(value)), radius: 3,
                color: isStopped ? "#bbbbbb" : "#4477aa", title: "\(trial.name) \(value)")
            if !isStopped, best.map({ isMaximized ? value > $0 : value < $0 }) ?? true {
                if let old = best { steps.append((x, page.y(up.place(old)))) }
                best = value
                steps.append((x, page.y(up.place(value))))
            }
        }
        if let best { steps.append((page.x(1), page.y(up.place(best)))) }
        page.svg.line(steps, color: "#cc3311", width: 2)
        return page.svg.text
    }

    private func parallel() throws(ClientFailure) -> String {
        let points = try valued()
        var page = Page("\(experiment.name): parallel coordinates")
        let names = experiment.parameters + [metric]
        let values = PlotAxis(numbers: points.map(\.value))
        let axes = experiment.parameters.map { name in
            PlotAxis(values: trials.compactMap { $0.parameters[name] })
        }
        for (index, name) in names.enumerated() {
            let x = page.x(place(index, of: names.count))
            page.svg.line([(x, page.y(0)), (x, page.y(1))], color: "#333333")
            page.svg.words(String(name.prefix(18)), x: x, y: page.y(0) + 32, anchor: "middle")
            let axis = index < axes.count ? axes[index] : values
            for mark in axis.marks {
                page.svg.words(mark.text, x: x + 4, y: page.y(mark.place) + 4)
            }
        }
        // The best are drawn last, above the others.
        let ordered = points.sorted { isMaximized ? $0.value < $1.value : $0.value > $1.value }
        for (rank, (trial, value)) in ordered.enumerated() {
            var line: [(x: Double, y: Double)] = []
            for (index, name) in experiment.parameters.enumerated() {
                guard let given = trial.parameters[name] else { continue }
                line.append(
                    (page.x(place(index, of: names.count)), page.y(axes[index].place(given))))
            }
            line.append((page.x(1), page.y(values.place(value))))
            page.svg.line(
                line, color: shade(Double(rank + 1) / Double(ordered.count)), width: 1.2,
                opacity: 0.7)
        }
        return page.svg.text
    }

    private func slices() throws(ClientFailure) -> String {
        let points = try valued()
        let names = experiment.parameters
        let width = 320.0
        var svg = SVGText(
            width: width * Double(min(3, names.count)) + 20,
            height: 280 * Double((names.count + 2) / 3) + 40)
        svg.words("\(experiment.name): \(metric) by parameter", x: 20, y: 22, bold: true)
        let up = PlotAxis(numbers: points.map(\.value))
        for (index, name) in names.enumerated() {
            let left = 60 + width * Double(index % 3)
            let top = 50 + 280 * Double(index / 3)
            let axis = PlotAxis(values: points.compactMap { $0.trial.parameters[name] })
            svg.line([(left, top), (left, top + 200), (left + 240, top + 200)], color: "#333333")
            svg.words(String(name.prefix(30)), x: left + 120, y: top + 236, anchor: "middle")
            for mark in axis.marks {
                svg.words(mark.text, x: left + 240 * mark.place, y: top + 216, anchor: "middle")
            }
            for mark in up.marks {
                svg.words(mark.text, x: left - 4, y: top + 200 - 200 * mark.place, anchor: "end")
            }
            for (trial, value) in points {
                guard let given = trial.parameters[name] else { continue }
                svg.dot(
                    x: left + 240 * axis.place(given), y: top + 200 - 200 * up.place(value),
                    radius: 2.5,
                    color: shade(Double(trial.number) / Double(max(1, experiment.trials.all))),
                    title: "\(trial.name) \(value)")
            }
        }
        return svg.text
    }

    private func pareto() throws(ClientFailure) -> String {
        guard experiment.objectives.count >= 2 else {
            throw ClientFailure(
                .refused, "\(experiment.name) has one objective; a Pareto front needs two")
        }
        let front = ParetoFront(experiment, trials)
        guard !front.ranked.isEmpty else {
            throw ClientFailure(.refused, "no trial of \(experiment.name) has all values yet")
        }
        var page = Page("\(experiment.name): Pareto front")
        let across = PlotAxis(numbers: front.all.map { $0.values[0] })
        let up = PlotAxis(numbers: front.all.map { $0.values[1] })
        page.frame(across, up)
        let members = Set(front.ranked.map(\.trial.number))
        for point in front.all {
            page.svg.dot(
                x: page.x(across.place(point.values[0])), y: page.y(up.place(point.values[1])),
                radius: members.contains(point.trial.number) ? 4.5 : 2.5,
                color: members.contains(point.trial.number) ? "#cc3311" : "#4477aa",
                title: point.trial.name)
        }
        let line = front.ranked.sorted { $0.values[0] < $1.values[0] }.map {
            (x: page.x(across.place($0.values[0])), y: page.y(up.place($0.values[1])))
        }
        page.svg.line(line, color: "#cc3311")
        page.svg.words(
            "\(experiment.objectives[0].metric) across, \(experiment.objectives[1].metric) up",
            x: 60, y: 440)
        return page.svg.text
    }

    private func rungs() throws(ClientFailure) -> String {
        let steps = trials.map { Double($0.lastStep) }
        guard let most = steps.max(), most > 0 else {
            throw ClientFailure(.refused, "no trial of \(experiment.name) reported steps yet")
        }
        var page = Page("\(experiment.name): trials that reached a step")
        let across = PlotAxis(numbers: [0, most])
        let up = PlotAxis(numbers: [0, Double(trials.count)])
        page.frame(across, up)
        let sorted = steps.sorted()
        var line: [(x: Double, y: Double)] = [(page.x(0), page.y(up.place(Double(trials.count))))]
        for (index, step) in sorted.enumerated() {
            let left = Double(trials.count - index)
            line.append((page.x(across.place(step)), page.y(up.place(left))))
            line.append((page.x(across.place(step)), page.y(up.place(left - 1))))
        }
        page.svg.line(line, color: "#4477aa", width: 2)
        return page.svg.text
    }

    private func importance(
        _ shares: [(name: String, share: Double)]
    ) throws(ClientFailure) -> String {
        guard !shares.isEmpty else {
            throw ClientFailure(.refused, "too few trials of \(experiment.name) have ended")
        }
        var svg = SVGText(width: 700, height: 60 + 26 * Double(shares.count))
        svg.words("\(experiment.name): importance for \(metric)", x: 20, y: 22, bold: true)
        for (index, entry) in shares.enumerated() {
            let top = 44 + 26 * Double(index)
            svg.words(String(entry.name.prefix(28)), x: 200, y: top + 13, anchor: "end")
            svg.box(x: 210, y: top, width: 420 * entry.share, height: 18, color: "#4477aa")
            svg.words(
                NumberText.percent(entry.share), x: 216 + 420 * entry.share, y: top + 13)
        }
        return svg.text
    }

    private func place(_ index: Int, of count: Int) -> Double {
        count > 1 ? Double(index) / Double(count - 1) : 0.5
    }

    /// From light to dark as a share grows.
    private func shade(_ share: Double) -> String {
        let colors = ["#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594"]
        return colors[min(colors.count - 1, max(0, Int(share * Double(colors.count))))]
    }

    /// A page with a title and one plotting area.
    private struct Page {
        var svg: SVGText

        init(_ title: String) {
            svg = SVGText(width: ExperimentPlot.width, height: ExperimentPlot.height)
            svg.words(title, x: 20, y: 22, bold: true)
        }

        func x(_ share: Double) -> Double {
            ExperimentPlot.margin + share * (ExperimentPlot.width - 2 * ExperimentPlot.margin)
        }

        func y(_ share: Double) -> Double {
            ExperimentPlot.height - ExperimentPlot.margin
                - share * (ExperimentPlot.height - 2 * ExperimentPlot.margin)
        }

        mutating func frame(_ across: PlotAxis, _ up: PlotAxis) {
            svg.line([(x(0), y(1)), (x(0), y(0)), (x(1), y(0))], color: "#333333")
            for mark in across.marks {
                svg.words(mark.text, x: x(mark.place), y: y(0) + 16, anchor: "middle")
            }
            for mark in up.marks {
                svg.words(mark.text, x: x(0) - 4, y: y(mark.place) + 4, anchor: "end")
            }
        }
    }
}
