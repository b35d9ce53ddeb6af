import Foundation
import Testing

/// `mlctl simulate` as people run it.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SimulateCommandTests {
    private func trace(_ arguments: [String]) throws -> String {
        let cluster = try RealCluster()
        let result = cluster.run(["simulate"] + arguments + ["-o", "json"])
        try #require(result.code == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let report = try #require(object as? [String: Any])
        #expect(report["sound"] as? Bool == true)
        return try #require(report["trace"] as? String)
    }

    @Test func theSameSeedGivesTheSameTraceInTwoProcesses() throws {
        let seed = ["--chaos", "--seed", "11", "--nodes", "5", "--jobs", "9"]
        let first = try trace(seed)
        #expect(try trace(seed) == first)
        #expect(try trace(["--chaos", "--seed", "12"]) != first)
        #expect(try trace(["--seed", "11"]) != first)
    }

    @Test func aRangeOfSeedsEndsInOneLine() throws {
        let result = try RealCluster().run(["simulate", "--chaos", "--seeds", "1..5"])
        #expect(result.code == 0)
        #expect(result.output.hasPrefix("5 seeds, 0 broken: "))
        #expect(result.output.contains(" times life, trace "))
        #expect(try RealCluster().run(["simulate", "--seeds", "5..1"]).code == 2)
        #expect(try RealCluster().run(["simulate", "--nodes", "0"]).code == 2)
    }
}
