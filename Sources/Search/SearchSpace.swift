/// A checked list of hyperparameters: what a trial's values may be.
package struct SearchSpace: Sendable, Hashable {
    /// Most parameters of a space.
    package static var parameterLimit: Int { 256 }
    /// Most choices of one categorical or ordinal parameter.
    package static var choiceLimit: Int { 100_000 }
    /// Largest magnitude of a bound of whole numbers: all of them are exact as `Double`.
    package static var integerLimit: Int { 1 << 53 }
    /// Largest magnitude of a bound of real numbers: ranges and their logarithms stay finite.
    package static var floatLimit: Double { 1e300 }

    /// The parameters, in the order of every assignment.
    package let parameters: [SearchParameter]
    /// For each parameter, the position of the one its condition names; -1 without a condition.
    let parents: [Int]
    /// Numbers behind each parameter's map to the unit interval.
    let axes: [UnitAxis]

    /// Checks the parameters; the first problem found is thrown.
    package init(_ parameters: [SearchParameter]) throws(SearchSpaceProblem) {
        guard !parameters.isEmpty else { throw .noParameters }
        guard parameters.count <= Self.parameterLimit else {
            throw .tooManyParameters(count: parameters.count, limit: Self.parameterLimit)
        }
        var positions: [String: Int] = [:]
        for (position, parameter) in parameters.enumerated() {
            guard !parameter.name.isEmpty else { throw .emptyName(position: position) }
            guard positions.updateValue(position, forKey: parameter.name) == nil else {
                throw .duplicateName(parameter.name)
            }
        }
        var parents: [Int] = []
        var axes: [UnitAxis] = []
        for (position, parameter) in parameters.enumerated() {
            try Self.check(parameter.domain, of: parameter.name)
            parents.append(
                try Self.parent(of: parameter, at: position, among: parameters, positions))
            axes.append(UnitAxis(parameter.domain))
        }
        self.parameters = parameters
        self.parents = parents
        self.axes = axes
    }

    /// How many parameters there are.
    package var count: Int { parameters.count }

    /// The position of a parameter by its name.
    package func position(of name: String) -> Int? {
        parameters.firstIndex { $0.name == name }
    }

    /// Whether the parameter at a position takes part, given the values before it.
    package func isActive(_ position: Int, in assignment: Assignment) -> Bool {
        let parent = parents[position]
        guard parent >= 0, let condition = parameters[position].condition else { return true }
        guard case .choice(let choice)? = assignment[parent] else { return false }
        return condition.choices.contains(choice)
    }

    /// Whether any parameter depends on another.
    package var isConditional: Bool { parents.contains { $0 >= 0 } }

    /// How many different assignments there are; nil for infinitely many, or more than an `Int`.
    ///
    /// From the last parameter to the first, since parents stand earlier: each is counted once,
    /// however long the chains of conditions are.
    package var cardinality: Int? {
        var total = 1
        // For each parameter with children how many combinations stand below each of its choices.
        var below: [Int: [Int]] = [:]
        for position in parameters.indices.reversed() {
            guard let levels = axes[position].levels else { return nil }
            var own = levels
            if let products = below.removeValue(forKey: position) {
                own = 0
                for product in products {
                    let (sum, overflow) = own.addingReportingOverflow(product)
                    guard !overflow else { return nil }
                    own = sum
                }
            }
            let parent = parents[position]
            guard parent >= 0, let condition = parameters[position].condition else {
                let (product, overflow) = total.multipliedReportingOverflow(by: own)
                guard !overflow else { return nil }
                total = product
                continue
            }
            var products =
                below.removeValue(forKey: parent)
                ?? Array(repeating: 1, count: axes[parent].levels ?? 1)
            for choice in Set(condition.choices) {
                let (product, overflow) = products[choice].multipliedReportingOverflow(by: own)
                guard !overflow else { return nil }
                products[choice] = product
            }
            below[parent] = products
        }
        return total
    }

    /// Whether an assignment is one of those that `cardinality` counts: valid, each value a level.
    func isCombination(_ assignment: Assignment) -> Bool {
        guard problem(with: assignment) == nil else { return false }
        return zip(axes, assignment.values).allSatisfy { axis, value in
            guard let value else { return true }
            return axis.value(at: axis.unit(of: value)) == value
        }
    }

    /// What is wrong with an assignment in this space, naming the parameter; nil when it is valid.
    package func problem(with assignment: Assignment) -> String? {
        guard assignment.values.count == count else {
            return "\(assignment.values.count) values for \(count) parameters"
        }
        for (position, parameter) in parameters.enumerated() {
            let isActive = isActive(position, in: assignment)
            guard let value = assignment[position] else {
                if isActive { return "parameter '\(parameter.name)' has no value" }
                continue
            }
            if !isActive {
                return "parameter '\(parameter.name)' has a value though its parent excludes it"
            }
            if let problem = parameter.domain.problem(with: value) {
                return "parameter '\(parameter.name)': \(problem)"
            }
        }
        return nil
    }
}

extension SearchSpace {
    private static func check(
        _ domain: ParameterDomain,
        of name: String
    ) throws(SearchSpaceProblem) {
        switch domain {
        case .float(let range):
            guard range.minimum.isFinite, range.maximum.isFinite, range.step?.isFinite ?? true
            else { throw .notFinite(parameter: name) }
            guard abs(range.minimum) <= floatLimit, abs(range.maximum) <= floatLimit else {
                throw .boundTooLarge(parameter: name, limit: "\(floatLimit)")
            }
            let width = range.maximum - range.minimum
            try check(
                Bounds(range.minimum, range.maximum, range.step, width, range.scale), of: name)
        case .int(let range):
            guard range.minimum.magnitude <= integerLimit.magnitude,
                range.maximum.magnitude <= integerLimit.magnitude
            else { throw .boundTooLarge(parameter: name, limit: "\(integerLimit)") }
            let width = range.maximum - range.minimum
            // A single value needs no step.
            let step = width == 0 && range.step == 1 ? nil : range.step
            try check(
                Bounds(range.minimum, range.maximum, step, width, range.scale), of: name)
        case .categorical(let count), .ordinal(let count):
            guard count > 0 else { throw .noChoices(parameter: name) }
            guard count <= choiceLimit else {
                throw .tooManyChoices(parameter: name, count: count, limit: choiceLimit)
            }
        }
    }

    private struct Bounds<Number: Comparable & Numeric> {
        let minimum: Number
        let maximum: Number
        let step: Number?
        let width: Number
        let scale: NumericScale

        init(
            _ minimum: Number, _ maximum: Number, _ step: Number?, _ width: Number,
            _ scale: NumericScale
        ) {
            self.minimum = minimum
            self.maximum = maximum
            self.step = step
            self.width = width
            self.scale = scale
        }
    }

    private static func check<Number>(
        _ bounds: Bounds<Number>,
        of name: String
    ) throws(SearchSpaceProblem) {
        guard bounds.minimum <= bounds.maximum else {
            throw .boundsReversed(
                parameter: name, minimum: "\(bounds.minimum)", maximum: "\(bounds.maximum)")
        }
        if bounds.scale == .logarithmic, bounds.minimum <= 0 {
            throw .logarithmNeedsPositive(parameter: name, minimum: "\(bounds.minimum)")
        }
        guard let step = bounds.step else { return }
        guard step > 0 else { throw .stepNotPositive(parameter: name, step: "\(step)") }
        guard step <= bounds.width else {
            throw .stepLargerThanRange(
                parameter: name, step: "\(step)", range: "\(bounds.minimum)..\(bounds.maximum)")
        }
    }

    private static func parent(
        of parameter: SearchParameter,
        at position: Int,
        among parameters: [SearchParameter],
        _ positions: [String: Int]
    ) throws(SearchSpaceProblem) -> Int {
        guard let condition = parameter.condition else { return -1 }
        guard let parent = positions[condition.parent] else {
            throw .unknownParent(parameter: parameter.name, parent: condition.parent)
        }
        guard parent < position else {
            throw .parentNotEarlier(parameter: parameter.name, parent: condition.parent)
        }
        let choiceCount: Int
        switch parameters[parent].domain {
        case .categorical(let count), .ordinal(let count): choiceCount = count
        case .float, .int:
            throw .parentWithoutChoices(parameter: parameter.name, parent: condition.parent)
        }
        guard !condition.choices.isEmpty else {
            throw .conditionWithoutChoices(parameter: parameter.name)
        }
        for choice in condition.choices where choice < 0 || choice >= choiceCount {
            throw .conditionOutsideParent(
                parameter: parameter.name, choice: choice, count: choiceCount)
        }
        return parent
    }
}

extension ParameterDomain {
    /// What is wrong with a value of this domain; nil when it belongs to it.
    package func problem(with value: ParameterValue) -> String? {
        switch (self, value) {
        case (.float(let range), .float(let number)):
            guard number.isFinite else { return "the value is not a finite number" }
            guard number >= range.minimum, number <= range.maximum else {
                return "\(number) is outside \(range.minimum)..\(range.maximum)"
            }
            return nil
        case (.int(let range), .int(let number)):
            guard number >= range.minimum, number <= range.maximum else {
                return "\(number) is outside \(range.minimum)..\(range.maximum)"
            }
            return nil
        case (.categorical(let count), .choice(let choice)),
            (.ordinal(let count), .choice(let choice)):
            guard choice >= 0, choice < count else {
                return "choice \(choice) is outside 0..\(count - 1)"
            }
            return nil
        default:
            return "the value is of another type"
        }
    }
}
