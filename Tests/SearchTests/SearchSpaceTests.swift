import Testing

@testable import Search

struct SearchSpaceTests {
    static let problems: [(ParameterDomain, String)] = [
        (.uniform(2, 1), "parameter 'p': the minimum 2.0 is above the maximum 1.0"),
        (
            .logUniform(0, 1),
            "parameter 'p': a logarithmic range needs a minimum above 0, not 0.0"
        ),
        (
            .int(IntRange(minimum: 0, maximum: 8, scale: .logarithmic)),
            "parameter 'p': a logarithmic range needs a minimum above 0, not 0"
        ),
        (
            .int(IntRange(minimum: 1, maximum: 4, step: 5)),
            "parameter 'p': the step 5 is larger than the range 1..4"
        ),
        (
            .float(FloatRange(minimum: 0, maximum: 1, step: 2)),
            "parameter 'p': the step 2.0 is larger than the range 0.0..1.0"
        ),
        (
            .float(FloatRange(minimum: 0, maximum: 1, step: 0)),
            "parameter 'p': the step must be above 0, not 0.0"
        ),
        (.uniform(.nan, 1), "parameter 'p': bounds and step must be finite numbers"),
        (.uniform(-1e301, 1), "parameter 'p': bounds must be within ±1e+300"),
        (
            .int(IntRange(minimum: .min, maximum: .max)),
            "parameter 'p': bounds must be within ±9007199254740992"
        ),
        (.categorical(count: 0), "parameter 'p' has no choices"),
        (
            .ordinal(count: 100_001),
            "parameter 'p' has 100001 choices, at most 100000 are possible"
        ),
    ]

    @Test(arguments: problems)
    func aWrongDomainIsRefusedWithItsReason(domain: ParameterDomain, message: String) {
        let problem = #expect(throws: SearchSpaceProblem.self) {
            try SearchSpace([SearchParameter("p", domain)])
        }
        #expect(problem?.description == message)
        #expect(problem?.parameter == "p")
    }

    @Test func listsOfParametersAreChecked() {
        #expect(throws: SearchSpaceProblem.noParameters) { try SearchSpace([]) }
        let one = SearchParameter("a", .uniform(0, 1))
        #expect(throws: SearchSpaceProblem.duplicateName("a")) { try SearchSpace([one, one]) }
        #expect(throws: SearchSpaceProblem.emptyName(position: 1)) {
            try SearchSpace([one, SearchParameter("", .uniform(0, 1))])
        }
        let many = (0...SearchSpace.parameterLimit).map {
            SearchParameter("p\($0)", .uniform(0, 1))
        }
        #expect(throws: SearchSpaceProblem.tooManyParameters(count: 257, limit: 256)) {
            try SearchSpace(many)
        }
        #expect(throws: Never.self) { try SearchSpace(Array(many.dropLast())) }
    }

    @Test func conditionsAreChecked() {
        let choice = SearchParameter("kind", .categorical(count: 2))
        func child(_ parent: String, _ choices: [Int]) -> SearchParameter {
            SearchParameter(
                "child", .uniform(0, 1),
                onlyIf: ParameterCondition(parent: parent, choices: choices))
        }
        #expect(throws: SearchSpaceProblem.unknownParent(parameter: "child", parent: "x")) {
            try SearchSpace([choice, child("x", [0])])
        }
        #expect(throws: SearchSpaceProblem.parentNotEarlier(parameter: "child", parent: "kind")) {
            try SearchSpace([child("kind", [0]), choice])
        }
        #expect(throws: SearchSpaceProblem.conditionWithoutChoices(parameter: "child")) {
            try SearchSpace([choice, child("kind", [])])
        }
        #expect(
            throws: SearchSpaceProblem.conditionOutsideParent(
                parameter: "child", choice: 2, count: 2)
        ) {
            try SearchSpace([choice, child("kind", [2])])
        }
        #expect(throws: SearchSpaceProblem.parentWithoutChoices(parameter: "child", parent: "lr")) {
            try SearchSpace([SearchParameter("lr", .uniform(0, 1)), child("lr", [0])])
        }
    }

    @Test func combinationsOfAConditionalSpaceAreCounted() throws {
        let space = try SearchSpace([
            SearchParameter("kind", .categorical(count: 3)),
            SearchParameter(
                "depth", .int(IntRange(minimum: 1, maximum: 4)),
                onlyIf: ParameterCondition(parent: "kind", choices: [0])),
            SearchParameter(
                "width", .ordinal(count: 5),
                onlyIf: ParameterCondition(parent: "kind", choices: [0, 1])),
            SearchParameter("flag", .categorical(count: 2)),
        ])
        #expect(space.cardinality == (4 * 5 + 5 + 1) * 2)
        let endless = try SearchSpace([SearchParameter("x", .uniform(0, 1))])
        #expect(endless.cardinality == nil)
    }

    /// Counted choice by choice this chain would take 10⁴⁰ steps.
    @Test func aLongChainOfConditionsIsCountedAtOnce() throws {
        func chain(_ choices: [Int]) throws -> SearchSpace {
            try SearchSpace(
                (0..<40).map { index in
                    SearchParameter(
                        "p\(index)", .categorical(count: 10),
                        onlyIf: index == 0
                            ? nil : ParameterCondition(parent: "p\(index - 1)", choices: choices))
                })
        }
        // One choice of ten goes on: nine more at each link, ten at the last.
        #expect(try chain([3, 3]).cardinality == 39 * 9 + 10)
        #expect(try chain(Array(0..<10)).cardinality == nil)
    }

    @Test(arguments: [
        ParameterDomain.uniform(-3, 7), .logUniform(1e-5, 10),
        .float(FloatRange(minimum: 0, maximum: 1, step: 0.1)),
        .float(FloatRange(minimum: 0.5, maximum: 100, scale: .logarithmic, step: 0.5)),
        .float(FloatRange(minimum: -1, maximum: 1, density: .normal)),
        .int(IntRange(minimum: -5, maximum: 5)),
        .int(IntRange(minimum: 1, maximum: 1000, scale: .logarithmic)),
        .int(IntRange(minimum: 2, maximum: 65, scale: .logarithmic, step: 7)),
        .categorical(count: 7), .ordinal(count: 3),
    ])
    func everyValueLiesWhereTheUnitAxisSaysItDoes(domain: ParameterDomain) {
        let axis = UnitAxis(domain)
        for index in 0...1000 {
            let value = axis.value(at: Double(index) / 1000)
            #expect(domain.problem(with: value) == nil)
            let again = axis.value(at: axis.unit(of: value))
            if case .float(let first) = value, case .float(let second) = again {
                #expect(abs(first - second) <= 1e-6 * max(1, abs(first)))
            } else {
                #expect(again == value)
            }
        }
        if let levels = axis.levels {
            for level in 0..<levels {
                let value = axis.value(ofLevel: level)
                #expect(axis.value(at: axis.unit(of: value)) == value)
                #expect(
                    axis.interval(around: axis.unit(of: value))?.contains(axis.unit(of: value))
                        == true)
            }
        }
    }
}
