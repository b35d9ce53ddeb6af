import Foundation
import Testing

/// Commands of real processes: what a person sees of them, and what survives of them.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct CommandTests {
    @Test func aCommandPrintsHereAndExitsHereAsItDoesThere() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        let hello = cluster.run(["run", "--", "sh", "-c", "echo out; echo err >&2; exit 7"])
        #expect(hello.code == 7)
        #expect(hello.output == "out\n")
        #expect(hello.errors == "err\n")
        let empty = cluster.run(["run", "--output", "nofile", "--", "true"])
        #expect(empty.code == 0 && empty.errors.contains("left no nofile"), "\(empty)")
        try cluster.write(
            "apiVersion: mlctl.dev/v1\nkind: Job\nmetadata: {name: said}\n"
                + "spec: {command: [echo, a word]}\n", to: "said.yaml")
        let followed = cluster.run(["submit", "\(cluster.folder)/said.yaml", "--follow"])
        #expect(followed.code == 0 && followed.output.hasPrefix("said"), "\(followed)")
        #expect(followed.errors.contains("a word\n"), "\(followed.errors)")
        #expect(!followed.errors.contains("round"), "\(followed.errors)")
        let signalled = cluster.run(["run", "--", "sh", "-c", "kill -USR1 $$"])
        #expect(signalled.code == 128 + 10, "\(signalled.errors)")
        let missing = cluster.run(["run", "--", "no-such-program"])
        #expect(missing.code == 1)
        #expect(missing.errors.contains("no program no-such-program"), "\(missing.errors)")
        let late = cluster.run(["run", "--time", "1s", "--", "sleep", "60"])
        #expect(late.code == 124, "\(late.errors)")
    }

    @Test func ranksStartTogetherAndKnowTheirPlace() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        try await cluster.startWorker("h2")
        let result = cluster.run([
            "run", "--ranks", "2", "--", "sh", "-c",
            "echo rank $RANK of $WORLD_SIZE at $LOCAL_RANK on $MLCTL_NODE",
        ])
        #expect(result.code == 0, "\(result.errors)")
        let lines = Set(result.output.split(separator: "\n").map(String.init))
        #expect(
            lines == [
                "[0] rank 0 of 2 at 0 on h1", "[1] rank 1 of 2 at 0 on h2",
            ], "\(result.output)")
        let log = cluster.run(["logs", "sh"])
        #expect(Set(log.output.split(separator: "\n").map(String.init)) == lines)
        let meeting = cluster.run([
            "run", "--ranks", "2", "--", "sh", "-c", "echo $MASTER_ADDR:$MASTER_PORT",
        ])
        let places = meeting.output.split(separator: "\n").map { $0.dropFirst("[0] ".count) }
        #expect(Set(places).count == 1 && places.count == 2, "\(meeting)")
        #expect(places.first?.contains(":29") ?? false, "\(meeting.output)")
        let told = cluster.run([
            "run", "--env", "MASTER_PORT=4711", "--", "sh", "-c", "echo $MASTER_PORT",
        ])
        #expect(told.output == "4711\n", "\(told)")
        let tooMany = cluster.run(["run", "-d", "--ranks", "3", "--", "true"])
        #expect(tooMany.code == 0)
        let explained = cluster.run(["explain", "true"])
        #expect(explained.output.contains("all together or not at all"), "\(explained.output)")
        #expect(cluster.run(["cancel", "true"]).code == 0)
    }

    @Test func folderOutputsSecretsAndValuesGoTheirWays() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try cluster.write("hidden-value\n", to: "config/mlctl/secrets/hf", mode: 0o600)
        try await cluster.startWorker("h1")
        try cluster.write("print me\n", to: "work/data/in.txt")
        try cluster.write("large\n", to: "work/skip.log")
        try cluster.write("*.log\n", to: "work/.mlctlignore")
        let script = """
            ls; mkdir -p out; cp data/in.txt out/copy.txt; test ${#TOKEN} -eq 12
            echo epoch=1 loss=0.5; echo epoch=2 loss=0.25
            """
        let result = cluster.run([
            "run", "--workdir", "\(cluster.folder)/work", "--secret", "TOKEN=hf", "--output",
            "out/", "--metrics", "--name", "train", "--", "sh", "-eu", "-c", script,
        ])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output == "data\nepoch=1 loss=0.5\nepoch=2 loss=0.25\n")
        let metrics = try cluster.status("train")["metrics"] as? [String: Any]
        #expect((metrics?["loss"] as? NSNumber)?.doubleValue == 0.25, "\(metrics ?? [:])")
        let place = "\(cluster.folder)/brought"
        #expect(cluster.run(["outputs", "train", "-o", place]).code == 0)
        let copy = try String(contentsOfFile: "\(place)/out/copy.txt", encoding: .utf8)
        #expect(copy == "print me\n")
        for place in [cluster.state, "\(cluster.folder)/worker-h1"] {
            #expect(try cluster.files(under: place, containing: "hidden-value") == [])
        }
        #expect(!cluster.log("h1").contains("hidden-value"))
        try await secretsShowNowhereWhileTheyAreUsed(cluster)
        let absent = cluster.run(["run", "-d", "--secret", "A=absent", "--", "true"])
        #expect(absent.code == 0)
        try await cluster.eventually(within: 20, "the secret is missed") {
            cluster.run(["describe", "true"]).output.contains("the secret absent is not there")
        }
    }

    /// Looks at every process of this host while a command has the secret in its environment.
    private func secretsShowNowhereWhileTheyAreUsed(_ cluster: RealCluster) async throws {
        let pids = "\(cluster.folder)/pid"
        let job = cluster.run([
            "run", "-d", "--secret", "TOKEN=hf", "--name", "holder", "--", "sh", "-c",
            "echo $$ > \(pids); exec sleep 300",
        ]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        func holder() -> String {
            ((try? String(contentsOfFile: pids, encoding: .utf8)) ?? "")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        try await cluster.eventually(within: 20, "it runs") { !holder().isEmpty }
        func processes(showing file: String) -> Set<String> {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return Set(
                names.filter { name in
                    let bytes = pid_t(name).flatMap { _ in
                        FileManager.default.contents(atPath: "/proc/\(name)/\(file)")
                    }
                    return bytes?.range(of: Data("hidden-value".utf8)) != nil
                })
        }
        #expect(processes(showing: "cmdline") == [])
        #expect(processes(showing: "environ") == [holder()], "of the command alone")
        for name in ["scheduler", "h1"] { #expect(!cluster.log(name).contains("hidden-value")) }
        for place in [cluster.state, "\(cluster.folder)/worker-h1"] {
            #expect(try cluster.files(under: place, containing: "hidden-value") == [])
        }
        #expect(cluster.run(["cancel", job]).code == 0)
        try await cluster.eventually(within: 20, "the holder is gone") {
            try cluster.status(job)["state"] as? String == "Cancelled"
        }
    }

    /// Phases of a command in which daemons are killed.
    @Test(arguments: [["h1"], ["scheduler"], ["h1", "scheduler"]])
    func aKilledDaemonCostsACommandNothing(_ victims: [String]) async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let marks = "\(cluster.folder)/marks"
        let job = cluster.run([
            "run", "-d", "--name", "long", "--", "sh", "-c",
            "echo start $$ >> \(marks); for i in 1 2 3 4; do echo line $i; sleep 0.7; done; exit 5",
        ]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        try await cluster.eventually(within: 20, "it runs") {
            FileManager.default.fileExists(atPath: marks)
        }
        for victim in victims { cluster.kill9(victim) }
        try await Task.sleep(for: .milliseconds(600))
        if victims.contains("scheduler") { try await cluster.startScheduler() }
        if victims.contains("h1") { try await cluster.startWorker("h1") }
        try await cluster.eventually(within: 40, "it has ended") {
            try cluster.status(job)["state"] as? String == "Failed"
        }
        let command = try #require(try cluster.status(job)["command"] as? [String: Any])
        #expect((command["exitCode"] as? NSNumber)?.intValue == 5, "\(command)")
        #expect(cluster.run(["logs", job]).output == "line 1\nline 2\nline 3\nline 4\n")
        let starts = try String(contentsOfFile: marks, encoding: .utf8)
        #expect(starts.split(separator: "\n").count == 1, "it ran more than once: \(starts)")
    }

    @Test func cancellingEndsTheWholeTree() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let pids = "\(cluster.folder)/pids"
        // A child in the group, one in a session of its own, and one whose parent is gone.
        let script = """
            trap '' TERM
            sleep 300 & echo $! >> \(pids)
            setsid sh -c 'echo $$ >> \(pids); exec sleep 300' &
            (setsid sh -c 'echo $$ >> \(pids); exec sleep 300' &)
            sleep 0.3; echo $$ >> \(pids); wait; sleep 300
            """
        let job = cluster.run([
            "run", "-d", "--name", "tree", "--", "sh", "-c", script,
        ]).output.trimmingCharacters(in: .whitespacesAndNewlines)
        func all() -> [Int32] {
            let text = (try? String(contentsOfFile: pids, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").compactMap { Int32($0) }
        }
        try await cluster.eventually(within: 20, "the tree stands") { all().count == 4 }
        #expect(cluster.run(["cancel", job]).code == 0)
        try await Task.sleep(for: .milliseconds(300))
        #expect(all().contains { kill($0, 0) == 0 }, "SIGTERM is ignored by the leader")
        // Asked again, nothing is waited for.
        #expect(cluster.run(["cancel", job]).code == 0)
        try await cluster.eventually(within: 20, "cancelled") {
            try cluster.status(job)["state"] as? String == "Cancelled"
        }
        try await cluster.eventually(within: 10, "nothing of the tree lives") {
            all().allSatisfy { kill($0, 0) != 0 }
        }
    }

    @Test func aFloodNeitherBlocksNorFillsTheDisk() async throws {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        // 400 MB as fast as it goes, with a first and a last line of its own.
        let result = cluster.run([
            "run", "--name", "flood", "--", "sh", "-c",
            "echo first; head -c 400000000 /dev/zero | tr '\\0' x; echo; echo last",
        ])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("first\n"))
        #expect(result.output.hasSuffix("\nlast\n"))
        #expect(result.errors.contains("bytes of output left out"), "nothing was left out")
        #expect(result.output.utf8.count < 100_000_000)
        #expect(try cluster.bytes(under: "\(cluster.state)/outputs") < 40_000_000)
    }
}
