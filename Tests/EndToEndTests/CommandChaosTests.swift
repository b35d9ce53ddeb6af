import Foundation
import Glibc
import Testing

/// `make chaos`: commands of real processes under daemons that are killed, stopped and cut off.
///
/// Two fifths of `MLCTL_CHAOS` are the kills; `MLCTL_CHAOS_SEED` is the seed. A command itself
/// keeps the truth: it notes its start and holds a folder nobody else may hold while it runs.
@Suite(
    .serialized, .timeLimit(.minutes(60)),
    .enabled(
        if: ProcessInfo.processInfo.environment["MLCTL_CHAOS"] != nil,
        "takes many minutes; make chaos runs it (MLCTL_CHAOS=500)"))
struct CommandChaosTests {
    private static func setting(_ name: String, _ fallback: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? fallback
    }

    private static let kills = max(4, setting("MLCTL_CHAOS", 500) * 2 / 5)
    private static let seed = setting("MLCTL_CHAOS_SEED", UInt64.random(in: 1...1_000_000))
    /// Commands under way at a time: they are in all phases when something dies.
    private static let atOnce = 6

    /// Runs for 0.2 to 1.3 s by its number, prints three lines, and exits with a code of its own.
    private static func script(_ folder: String) -> String {
        """
        n=${MLCTL_JOB##*-}; d=\(folder)/truth
        mkdir "$d/live-$n" || echo "$MLCTL_JOB runs twice" >> $d/wrong
        echo $MLCTL_ATTEMPT >> "$d/start-$n"
        echo one of $n; sleep 0.$((n % 7)); echo two of $n; sleep 0.$((n % 5 + 1)); echo three of $n
        rmdir "$d/live-$n"; exit $((n % 4))
        """
    }

    private struct Running {
        var names: [String] = []
        var ended = 0
        var asked = 0
    }

    @Test func killsOfDaemonsNeverDoubleOrLoseACommand() async throws {
        print(
            "chaos: seed \(CommandChaosTests.seed), \(CommandChaosTests.kills) kills of worker "
                + "daemons and scheduler under commands")
        let cluster = try RealCluster()
        try FileManager.default.createDirectory(
            atPath: "\(cluster.folder)/truth", withIntermediateDirectories: true)
        try await cluster.startScheduler()
        for name in ["h1", "h2"] { try await cluster.startWorker(name, slots: 3) }
        let client = try ChaosClient(port: cluster.http, token: cluster.token())
        let first = cluster.run([
            "run", "-d", "--name", "work", "--", "sh", "-c",
            CommandChaosTests.script(cluster.folder),
        ])
        try #require(first.code == 0, "\(first.errors)")
        var random = ChaosRandom(seed: CommandChaosTests.seed)
        var running = Running(names: [first.output.trimmingCharacters(in: .whitespacesAndNewlines)])
        let start = ContinuousClock.now
        for kill in 1...CommandChaosTests.kills {
            try await goOn(&running, client, cluster)
            try await Task.sleep(for: .milliseconds(random.below(1_200)))
            // Each alone, a worker with the scheduler, or everything.
            let choices = [
                ["h1"], ["h2"], ["scheduler"], ["h1", "scheduler"], ["h1", "h2", "scheduler"],
            ]
            let victims = choices[Int(random.below(UInt64(choices.count)))]
            for victim in victims { cluster.kill9(victim) }
            if random.below(3) == 0 { try await Task.sleep(for: .milliseconds(random.below(300))) }
            for victim in victims {
                if victim == "scheduler" {
                    try cluster.launchScheduler()
                } else {
                    try cluster.launchWorker(victim, slots: 3)
                }
            }
            if kill.isMultiple(of: 10) {
                print(
                    "chaos: kill \(kill) after \((ContinuousClock.now - start).components.seconds) "
                        + "s, \(running.ended) of \(running.asked + 1) commands ended")
            }
        }
        let end = ContinuousClock.now + .seconds(300)
        while !running.names.isEmpty, ContinuousClock.now < end {
            try await look(&running, client, cluster)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(running.names.isEmpty, "not ended: \(running.names)")
        #expect(!FileManager.default.fileExists(atPath: "\(cluster.folder)/truth/wrong"))
        #expect(running.ended > Int(CommandChaosTests.kills) / 4, "hardly any load")
        #expect(cluster.terminate("scheduler") == 0)
        let result = cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"])
        #expect(result.code == 0, "\(result.output) \(result.errors)")
        print("chaos: \(running.ended) commands, each ran once, with its exit and its output")
    }

    /// Looks who has ended, and asks for more.
    private func goOn(
        _ running: inout Running, _ client: ChaosClient, _ cluster: RealCluster
    ) async throws {
        try await look(&running, client, cluster)
        let end = ContinuousClock.now + .seconds(60)
        while running.names.count < CommandChaosTests.atOnce {
            running.asked += 1
            let body = #"{"setOverrides":[],"idempotencyKey":"again\#(running.asked)"}"#
            let answer = await client.ask("POST", "/v1/jobs/work-1/rerun", body, until: end)
            running.names.append(try #require(answer?.text("name")))
        }
    }

    /// Checks the commands that have ended, from outside.
    private func look(
        _ running: inout Running, _ client: ChaosClient, _ cluster: RealCluster
    ) async throws {
        let end = ContinuousClock.now + .seconds(60)
        for name in running.names {
            let answer = await client.ask("GET", "/v1/jobs/\(name)", until: end)
            let body = try #require(answer?.body)
            let object = try JSONSerialization.jsonObject(with: body) as? [String: Any]
            let status = object?["status"] as? [String: Any]
            let state = status?["state"] as? String
            guard state == "Succeeded" || state == "Failed" || state == "Cancelled" else {
                continue
            }
            running.names.removeAll { $0 == name }
            running.ended += 1
            let number = name.split(separator: "-").last.flatMap { Int($0) } ?? 0
            let command = status?["command"] as? [String: Any]
            let code = (command?["exitCode"] as? NSNumber)?.intValue
            #expect(code == number % 4, "\(name): \(status ?? [:])")
            let starts = try? String(
                contentsOfFile: "\(cluster.folder)/truth/start-\(number)", encoding: .utf8)
            #expect(starts == "1\n", "\(name) started in tries \(starts ?? "none")")
            let log = cluster.run(["logs", name])
            #expect(
                log.output == "one of \(number)\ntwo of \(number)\nthree of \(number)\n",
                "\(name) \(log.errors)")
        }
    }

    /// A minute without a word, first from the worker, then from the scheduler.
    @Test func aMinuteOfSilenceKillsNoCommand() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        for victim in ["h1", "scheduler"] {
            let marks = "\(cluster.folder)/marks-\(victim)"
            let job = cluster.run([
                "run", "-d", "--name", "long", "--", "sh", "-c",
                "echo start >> \(marks); sleep 70; echo over; exit 5",
            ]).output.trimmingCharacters(in: .whitespacesAndNewlines)
            try await cluster.eventually(within: 30, "it runs") {
                FileManager.default.fileExists(atPath: marks)
            }
            cluster.signal(victim, SIGSTOP)
            print("chaos: \(victim) stands still for 60 s")
            try await Task.sleep(for: .seconds(60))
            cluster.signal(victim, SIGCONT)
            try await cluster.eventually(within: 60, "it has ended") {
                try cluster.status(job)["state"] as? String == "Failed"
            }
            let command = try #require(try cluster.status(job)["command"] as? [String: Any])
            #expect((command["exitCode"] as? NSNumber)?.intValue == 5, "\(command)")
            #expect(cluster.run(["logs", job]).output == "over\n")
            #expect(try String(contentsOfFile: marks, encoding: .utf8) == "start\n")
        }
    }

    /// How soon a worker that died, and one that is silent, is suspect; printed, bounded loosely.
    @Test func deathAndSilenceAreSeenSoon() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let client = try ChaosClient(port: cluster.http, token: cluster.token())
        for (number, silence) in [SIGKILL, SIGSTOP, SIGKILL, SIGSTOP].enumerated() {
            let name = "w\(number)"
            try await cluster.startWorker(name)
            try await Task.sleep(for: .milliseconds(700))
            let start = ContinuousClock.now
            cluster.signal(name, silence)
            while true {
                let answer = await client.once("GET", "/v1/nodes/\(name)")
                let text = answer.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
                if text.contains("\"Suspect\"") { break }
                try #require(ContinuousClock.now - start < .seconds(30), "\(text)")
                try await Task.sleep(for: .milliseconds(5))
            }
            let word = silence == SIGKILL ? "a dead process" : "a silent host"
            print("chaos: \(word) is suspect after \(ContinuousClock.now - start)")
            cluster.signal(name, SIGCONT)
            cluster.kill9(name)
        }
    }
}
