import ClusterSimulator
import Foundation
import Testing

/// What `mlctl simulate` prints.
struct SimulationTextTests {
    private func report(_ seed: UInt64) -> SimulationReport {
        var cluster = SimulatedCluster(SimulationPlan(seed: seed))
        return cluster.run()
    }

    @Test func theTextNamesSeedTimeAndTrace() {
        let report = report(3)
        let text = report.lines(elapsed: .milliseconds(20)).joined(separator: "\n")
        #expect(text.contains("seed          3\n"))
        #expect(text.contains("trace         \(report.trace)"))
        #expect(text.contains("\(report.virtualMilliseconds / 20) times life"))
        #expect(text.hasSuffix("every rule held"))
        #expect(report.trace.description.count == 16)
    }

    @Test func theJSONLineIsOneObject() throws {
        let report = report(4)
        let line = report.jsonLine(elapsed: .milliseconds(5))
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["seed"] as? Int == 4)
        #expect(object?["trace"] as? String == report.trace.description)
        #expect(object?["sound"] as? Bool == true)
    }

    @Test func theSumDoesNotDependOnOrder() {
        let reports = (1...6).map { report(UInt64($0)) }
        var forward = SimulationSum()
        var backward = SimulationSum()
        for report in reports { forward.add(report) }
        for report in reports.reversed() { backward.add(report) }
        let elapsed = Duration.milliseconds(100)
        #expect(forward.line(elapsed: elapsed) == backward.line(elapsed: elapsed))
        #expect(forward.line(elapsed: elapsed).hasPrefix("6 seeds, 0 broken: "))
    }
}
