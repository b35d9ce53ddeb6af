package import ClusterVocabulary
package import Search

/// A hyperparameter search as submitted: validated, with every default filled in.
package struct ExperimentSpecification: Sendable, Equatable {
    /// Whose rules decide where the two differ.
    package enum Compatibility: String, Sendable, CaseIterable {
        /// Ours.
        case native
        /// Katib's, its surprises included.
        case katib
    }

    /// `metadata.name`.
    package var name: String
    /// `metadata.namespace`.
    package var namespace: String
    /// Labels, ordered by key.
    package var labels: [Label]
    /// Annotations, ordered by key.
    package var annotations: [Label]
    /// What is sought; the first one names the best trial.
    package var objectives: [ObjectiveSpecification]
    /// How values are chosen.
    package var algorithm: AlgorithmSpecification
    /// When trials are ended early; `nil` means never.
    package var earlyStopping: EarlyStoppingSpecification?
    /// How many trials.
    package var limits: TrialLimits
    /// What is varied.
    package var parameters: [ParameterSpecification]
    /// Known points, tried first, in their order.
    package var enqueued: [[TrialAssignment]]
    /// Experiments whose trials are known already, by name.
    package var warmStart: [String]
    /// The job a trial is; `nil` when programs ask for trials and evaluate them themselves.
    package var template: TrialTemplate?
    /// How long a program may take over a trial, in seconds; 0 means for ever.
    package var externalSeconds: Int64
    /// Whose rules decide.
    package var compatibility: Compatibility
    /// Whether it may go on after its end when its maximum is raised; Katib's `resumePolicy: Never`
    /// forbids it.
    package var isResumable = true

    /// The checked space; the parameters were checked when the specification was read.
    package func space() throws(SearchSpaceProblem) -> SearchSpace {
        try SearchSpace(parameters.map(\.searchParameter))
    }
}

/// What one objective is: a metric and which way is better.
package struct ObjectiveSpecification: Sendable, Equatable {
    /// Which way is better.
    package enum Direction: String, Sendable, CaseIterable {
        case minimize
        case maximize
    }

    /// How what a trial reported becomes one number.
    package enum Strategy: String, Sendable, CaseIterable {
        /// The last value: that of the model that is kept.
        case last
        /// The best of all values.
        case best
        /// The smallest of all values.
        case min
        /// The largest of all values.
        case max
    }

    /// The metric, such as `validation.accuracy`.
    package var metric: String
    /// Which way is better.
    package var direction: Direction
    /// The experiment ends once a trial is at least this good; `nil` means never.
    package var goal: Double?
    /// How a trial's values become one.
    package var strategy: Strategy

    /// Whether `value` is better than `other`; nothing is better than NaN only by being a number.
    package func isBetter(_ value: Double, than other: Double) -> Bool {
        if value.isNaN { return false }
        if other.isNaN { return true }
        return direction == .maximize ? value > other : value < other
    }

    /// Whether a value reaches the goal.
    package func reachesGoal(_ value: Double) -> Bool {
        guard let goal, !value.isNaN else { return false }
        return direction == .maximize ? value >= goal : value <= goal
    }
}

/// How values are chosen: an algorithm with its seed and settings.
package struct AlgorithmSpecification: Sendable, Equatable {
    /// The name, as the specification has it.
    package var name: String
    /// The seed of everything random in it.
    package var seed: UInt64
    /// Settings given, ordered by name; the rest is the algorithm's default.
    package var settings: [Setting]

    /// One setting.
    package struct Setting: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its value as written.
        package var text: String
    }

    /// A setting as a number; `nil` when it is not given.
    package func number(_ name: String) -> Double? {
        settings.first { $0.name == name }.flatMap { Double($0.text) }
    }

    /// A setting as a text; `nil` when it is not given.
    package func text(_ name: String) -> String? {
        settings.first { $0.name == name }?.text
    }
}

/// When trials are ended early.
package struct EarlyStoppingSpecification: Sendable, Equatable {
    /// The rule's name, as the specification has it.
    package var name: String
    /// Settings given, ordered by name.
    package var settings: [AlgorithmSpecification.Setting]

    /// A setting as a number; `nil` when it is not given.
    package func number(_ name: String) -> Double? {
        settings.first { $0.name == name }.flatMap { Double($0.text) }
    }
}

/// One parameter: what values it may take and where they go.
package struct ParameterSpecification: Sendable, Equatable {
    /// One element of a list of choices.
    package struct Choice: Sendable, Equatable {
        /// As people read it and programs get it.
        package var text: String
        /// As YAML.
        package var yaml: String
    }

    /// Its name.
    package var name: String
    /// What values it may take.
    package var domain: ParameterDomain
    /// The choices of a categorical or ordinal parameter; empty otherwise.
    package var choices: [Choice]
    /// When it takes part.
    package var condition: ParameterCondition?
    /// The field of the template it sets, such as `training.epochs`; `nil` for placeholders only.
    package var path: String?

    /// The parameter as the search sees it.
    package var searchParameter: SearchParameter {
        SearchParameter(name, domain, onlyIf: condition)
    }

    /// The value at the search's coordinates as a trial carries it.
    package func trialValue(_ value: ParameterValue) -> TrialValue {
        switch value {
        case .float(let number): .number(number)
        case .int(let number): .integer(Int64(number))
        case .choice(let position):
            .choice(choices.indices.contains(position) ? choices[position].text : "")
        }
    }

    /// A trial's value at the search's coordinates; `nil` when the space does not hold it (any
    /// more).
    package func parameterValue(_ value: TrialValue) -> ParameterValue? {
        switch (domain, value) {
        case (.float, .number(let number)): .float(number)
        case (.float, .integer(let number)): .float(Double(number))
        case (.int, .integer(let number)): Int(exactly: number).map { .int($0) }
        case (.int, .number(let number)): Int(exactly: number).map { .int($0) }
        case (.categorical, _), (.ordinal, _):
            choices.firstIndex { $0.text == value.description }.map { .choice($0) }
        default: nil
        }
    }

    /// A trial's value as YAML.
    package func yaml(_ value: TrialValue) -> String {
        switch value {
        case .integer, .number: value.description
        case .choice(let text): choices.first { $0.text == text }?.yaml ?? CanonicalYAML.text(text)
        }
    }
}

extension ExperimentSpecification {
    /// The search's coordinates of a trial; inactive parameters have none. `nil` when a value lies
    /// outside of the space.
    package func assignment(_ values: [TrialAssignment], in space: SearchSpace) -> Assignment? {
        var assignment = Assignment(Array(repeating: nil, count: parameters.count))
        for (position, parameter) in parameters.enumerated() {
            guard let given = values.first(where: { $0.name == parameter.name }) else { continue }
            guard let value = parameter.parameterValue(given.value) else { return nil }
            assignment[position] = value
        }
        return space.problem(with: assignment) == nil ? assignment : nil
    }

    /// A trial's values from the search's coordinates, in the order of the parameters.
    package func values(_ assignment: Assignment) -> [TrialAssignment] {
        zip(parameters, assignment.values).compactMap { parameter, value in
            value.map { TrialAssignment(parameter.name, parameter.trialValue($0)) }
        }
    }
}
