import Foundation
import Testing

/// Commands while nobody is there: a scheduler that does not run costs them nothing.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct AbsenceTests {
    @Test func aSchedulerAwayForLongerThanTheLeaseCostsACommandNothing() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let marks = "\(cluster.folder)/marks"
        try cluster.write(
            """
            apiVersion: mlctl.dev/v1
            kind: Job
            metadata: {name: patient}
            spec:
              script: |
                echo start >> \(marks)
                while ! test -e \(marks).go; do sleep 0.1; done
                echo done
              runPolicy: {grace: 1s, onHostLost: {restartAfter: 12s}}
            """, to: "patient.yaml")
        let job = try cluster.submit("\(cluster.folder)/patient.yaml")
        try await cluster.eventually(within: 20, "it runs") {
            FileManager.default.fileExists(atPath: marks)
        }
        cluster.kill9("scheduler")
        // Longer than the lease; silence begins to be looked into after 5 s of it.
        try await Task.sleep(for: .seconds(16))
        try await cluster.startScheduler()
        try cluster.write("", to: "marks.go")
        try await cluster.eventually(within: 40, "it has ended") {
            try cluster.status(job)["state"] as? String == "Succeeded"
        }
        #expect(cluster.run(["logs", job]).output == "done\n")
        let starts = try String(contentsOfFile: marks, encoding: .utf8)
        #expect(starts == "start\n", "it was run again: \(starts)")
    }
}
