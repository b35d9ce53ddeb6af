import Foundation
import Glibc
import Testing

/// Commands under a worker of root: as whom they run, and what they can reach.
///
/// Only root can become somebody else; elsewhere these tests are skipped and say so.
@Suite(
    .serialized, .timeLimit(.minutes(3)),
    .enabled(if: geteuid() == 0, "only root can run commands as other users"))
struct HostUserTests {
    /// `nobody`, whom every Linux host knows.
    private static let nobody = 65_534

    private struct Team {
        let cluster: RealCluster
        /// Tokens by user.
        var tokens: [String: String] = [:]

        func run(
            as user: String, _ arguments: [String]
        ) -> (code: Int32, output: String, errors: String) {
            cluster.run(
                arguments,
                variables: ["MLCTL_TOKEN_FILE": tokens[user] ?? "", "MLCTL_STATE": "/nonexistent"])
        }
    }

    /// A cluster whose users are mapped to these numbers.
    private func team(_ users: [(name: String, uid: Int?)]) async throws -> Team {
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1", slots: 2)
        var team = Team(cluster: cluster)
        for user in users {
            let mapping = user.uid.map { ["--uid", "\($0)"] } ?? []
            let added = cluster.run(["user", "add", user.name] + mapping)
            try #require(added.code == 0, "\(added.errors)")
            let token = cluster.run(["user", "token", user.name])
            try #require(token.code == 0, "\(token.errors)")
            try cluster.write(token.output, to: "\(user.name).token", mode: 0o600)
            team.tokens[user.name] = "\(cluster.folder)/\(user.name).token"
        }
        return team
    }

    @Test func aCommandRunsAsWhomItsSubmitterIsMappedTo() async throws {
        let team = try await team([("ana", Self.nobody)])
        let cluster = team.cluster
        try cluster.write("given\n", to: "work/in.txt")
        let worker = "\(cluster.folder)/worker-h1"
        let script = """
            id -u; id -g; echo groups $(id -G); echo $HOME $USER; stat -c %u . in.txt
            echo made > out.txt; echo seen > /dev/stdout
            for place in \(worker)/keys \(worker)/tasks \(worker)/sets \(worker)/commands; do
              ls $place >/dev/null 2>&1 && echo reached $place
            done
            kill -0 $PPID 2>/dev/null && echo reached the supervisor
            grep -E '^(Uid|NoNewPrivs|CapEff)' /proc/self/status
            """
        let result = team.run(
            as: "ana",
            [
                "run", "--name", "who", "--workdir", "\(cluster.folder)/work", "--output",
                "out.txt", "--", "sh", "-c", script,
            ])
        #expect(result.code == 0, "\(result.errors)")
        let account = try #require(getpwuid(uid_t(Self.nobody)))
        let group = account.pointee.pw_gid
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.prefix(3) == ["\(Self.nobody)", "\(group)", "groups \(group)"])
        let home = String(cString: account.pointee.pw_dir)
        #expect(lines.contains("\(home) \(String(cString: account.pointee.pw_name))"))
        let own = lines.filter { $0 == "\(Self.nobody)" }.count
        #expect(own == (group == Self.nobody ? 4 : 3), "folder and file are theirs")
        #expect(lines.contains("seen"), "/dev/stdout can be opened")
        #expect(!result.output.contains("reached"), "\(result.output)")
        #expect(result.output.contains("CapEff:\t0000000000000000"), "\(result.output)")
        // Whoever submitted it brings its files, and nobody of it is left.
        let brought = team.run(as: "ana", ["outputs", "who", "-o", "\(cluster.folder)/brought"])
        #expect(brought.code == 0, "\(brought.errors)")
        let made = try String(contentsOfFile: "\(cluster.folder)/brought/out.txt", encoding: .utf8)
        #expect(made == "made\n")
        try await cluster.eventually(within: 20, "its folder is removed") {
            try FileManager.default.contentsOfDirectory(atPath: "\(worker)/commands").isEmpty
        }
        // The scheduler's own user is root here, and stays it.
        #expect(cluster.run(["run", "--", "id", "-u"]).output == "0\n")
    }

    @Test func linksOfAUserLeadTheWorkerNowhere() async throws {
        let team = try await team([("ana", Self.nobody)])
        let cluster = team.cluster
        try cluster.write("root's own\n", to: "private/secret.txt", mode: 0o600)
        let closed = "\(cluster.folder)/private"
        chmod(closed, 0o700)
        // A folder of outputs that is a link, and one whose place in between is.
        let result = team.run(
            as: "ana",
            [
                "run", "--name", "thief", "--output", "out", "--output", "between/secret.txt",
                "--", "sh", "-c", "ln -s \(closed) out; ln -s \(closed) between; echo tried",
            ])
        #expect(result.output.hasPrefix("tried"), "\(result.errors)")
        _ = team.run(as: "ana", ["outputs", "thief", "-o", "\(cluster.folder)/brought"])
        #expect(try cluster.files(under: cluster.state, containing: "root's own") == [])
        #expect(
            FileManager.default.contents(atPath: "\(closed)/secret.txt")
                == Data("root's own\n".utf8))
        // A workdir whose link leads out, and a checkpoint folder behind it.
        try cluster.write("x", to: "trap/file")
        #expect(symlink(closed, "\(cluster.folder)/trap/out") == 0)
        try cluster.write(
            """
            apiVersion: mlctl.dev/v1
            kind: Job
            metadata: {name: trap}
            spec:
              command: ["true"]
              workdir: \(cluster.folder)/trap
              checkpoint: {path: out/planted}
              runPolicy: {retries: {infrastructure: 0}}
            """, to: "trap.yaml")
        _ = team.run(as: "ana", ["submit", "\(cluster.folder)/trap.yaml"])
        let ended = team.run(as: "ana", ["wait", "trap", "--timeout", "30s"])
        #expect(ended.code == 0 || ended.code == 1, "\(ended.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: closed) == ["secret.txt"])
    }

    @Test func whoIsMappedToNobodyIsRefusedWithTheReason() async throws {
        let team = try await team([("ben", nil), ("eva", 4_242_424)])
        let refused = team.run(as: "ben", ["run", "--", "id"])
        #expect(refused.code == 4, "\(refused.errors)")
        #expect(refused.errors.contains("mlctl user add ben --uid"), "\(refused.errors)")
        let job = team.run(as: "eva", ["run", "-d", "--name", "lost", "--", "id"])
        #expect(job.code == 0, "\(job.errors)")
        try await team.cluster.eventually(within: 20, "the unknown user is named") {
            team.run(as: "eva", ["describe", "lost"]).output
                .contains("mapped to uid 4242424, which h1 does not know")
        }
    }
}
