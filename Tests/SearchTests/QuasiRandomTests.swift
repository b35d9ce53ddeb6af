import Testing

@testable import Search

struct QuasiRandomTests {
    @Test func everySobolDimensionHasOnePointInEachInterval() {
        let sequence = QuasiRandomSequence(.sobol, dimensions: 256, seed: 11)
        let points = (0..<256).map { sequence.point($0) }
        for dimension in 0..<256 {
            let cells = Set(points.map { Int($0[dimension] * 256) })
            #expect(cells.count == 256, "dimension \(dimension)")
        }
    }

    @Test func theFirstTwoSobolDimensionsFillEveryElementaryBox() {
        let sequence = QuasiRandomSequence(.sobol, dimensions: 2, seed: 12)
        let points = (0..<1024).map { sequence.point($0) }
        for split in 0...10 {
            let wide = Double(1 << split)
            let high = Double(1 << (10 - split))
            let boxes = Set(points.map { Int($0[0] * wide) * 1024 + Int($0[1] * high) })
            #expect(boxes.count == 1024, "boxes of \(wide) by \(high)")
        }
    }

    @Test func haltonFillsTheIntervalsOfItsBases() {
        let sequence = QuasiRandomSequence(.halton, dimensions: 6, seed: 13)
        for (dimension, base) in [2, 3, 5, 7, 11, 13].enumerated() {
            let count = base * base
            let cells = Set(
                (0..<count).map { Int(sequence.point($0)[dimension] * Double(count) + 1e-9) })
            #expect(cells.count == count, "base \(base)")
        }
    }

    @Test func seedsScrambleDifferently() {
        for kind in [QuasiRandomSequence.Kind.sobol, .halton] {
            let first = QuasiRandomSequence(kind, dimensions: 3, seed: 1).point(5)
            let second = QuasiRandomSequence(kind, dimensions: 3, seed: 2).point(5)
            #expect(first != second)
        }
    }

    @Test func theSamplersGiveTheSequenceInOrder() throws {
        let space = try SearchSpace([
            SearchParameter("lr", .logUniform(1e-4, 1)), SearchParameter("x", .uniform(0, 1)),
        ])
        for algorithm in [SearchAlgorithm.sobol, .halton] {
            var search = try SearchState(
                SearchConfiguration(algorithm: algorithm, space: space, seed: 4))
            let cells = search.ask(16).suggestions.map { suggestion -> Int in
                guard case .float(let value)? = suggestion.assignment[0] else { return -1 }
                // 16 points of base 2 stand one in each sixteenth of the logarithm.
                return Int(16 * (1 + RealFunctions.log(value) / (4 * RealFunctions.log(10))))
            }
            #expect(Set(cells).count == 16, "\(algorithm.name)")
        }
    }
}
