import Foundation
import Glibc
import Testing

/// `make chaos`: the real program, killed again and again under load.
///
/// `MLCTL_CHAOS` is the number of kills of the scheduler, `MLCTL_CHAOS_SEED` the seed.
@Suite(
    .serialized, .timeLimit(.minutes(60)),
    .enabled(
        if: ProcessInfo.processInfo.environment["MLCTL_CHAOS"] != nil,
        "takes many minutes; make chaos runs it (MLCTL_CHAOS=500)"))
struct ChaosTests {
    private static func setting(_ name: String, _ fallback: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? fallback
    }

    private static let kills = setting("MLCTL_CHAOS", 500)
    private static let seed = setting("MLCTL_CHAOS_SEED", UInt64.random(in: 1...1_000_000))
    private static let clients = 4
    /// The pause of a client between two operations.
    private static let pace = Duration.milliseconds(20)

    @Test func nothingAcknowledgedIsLostOrDoubled() async throws {
        print("chaos: seed \(ChaosTests.seed), \(ChaosTests.kills) kills of the scheduler")
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        let digits = "\(RealCluster.root)/jobs/01-digits-softmax.yaml"
        let first = try cluster.submit(digits, ["--set", "runPolicy.suspend=true"])
        let client = try ChaosClient(port: cluster.http, token: cluster.token())
        let shadow = ShadowLog()
        let load = Task {
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<ChaosTests.clients {
                    group.addTask { await submit(number, first, client, shadow) }
                }
            }
        }
        var random = ChaosRandom(seed: ChaosTests.seed)
        let start = ContinuousClock.now
        for kill in 1...ChaosTests.kills {
            // Long enough to come up and commit, short enough to die in the middle of it.
            try await Task.sleep(for: .milliseconds(random.below(400)))
            cluster.kill9("scheduler")
            if random.below(4) == 0 { try await Task.sleep(for: .milliseconds(random.below(50))) }
            try cluster.launchScheduler()
            try await waitUntilUp(client)
            if kill.isMultiple(of: 25) {
                print(
                    "chaos: kill \(kill) after \((ContinuousClock.now - start).components.seconds) "
                        + "s, \(await shadow.count) operations acknowledged")
            }
        }
        load.cancel()
        await load.value
        try await check(shadow, client, cluster)
        print("chaos: \(await shadow.count) operations acknowledged, none lost, none doubled")
    }

    private func waitUntilUp(_ client: ChaosClient) async throws {
        let end = ContinuousClock.now + .seconds(30)
        let answer = await client.ask("GET", "/v1/version", until: end)
        try #require(answer?.status == 200, "the scheduler did not come up again")
    }

    /// One client: submits, then cancels some and deletes some of those, until it is stopped.
    private func submit(
        _ number: Int, _ first: String, _ client: ChaosClient, _ shadow: ShadowLog
    ) async {
        var random = ChaosRandom(seed: ChaosTests.seed &+ UInt64(number + 1))
        var count = 0
        let end = ContinuousClock.now + .seconds(3_600)
        while !Task.isCancelled {
            count += 1
            let key = "client\(number)-\(count)"
            let body =
                #"{"setOverrides":["runPolicy.suspend=true"],"idempotencyKey":"\#(key)"}"#
            guard
                let answer = await client.ask("POST", "/v1/jobs/\(first)/rerun", body, until: end)
            else { return }
            guard (200..<300).contains(answer.status), let name = answer.text("name") else {
                await shadow.contradiction("\(key) was refused with \(answer.status)")
                return
            }
            await shadow.submitted(key, as: name)
            // What a load leaves behind is read at every start: more of it only makes each slower.
            try? await Task.sleep(for: ChaosTests.pace)
            guard random.below(3) == 0 else { continue }
            guard
                let cancel = await client.ask("POST", "/v1/jobs/\(name)/cancel", until: end)
            else { return }
            // 409: cancelled already, by a try whose answer died with the scheduler.
            if cancel.status == 200 || cancel.status == 409 { await shadow.cancelled(key) }
            guard random.below(2) == 0 else { continue }
            guard let delete = await client.ask("DELETE", "/v1/jobs/\(name)", until: end) else {
                return
            }
            if delete.status == 200 || delete.status == 404 { await shadow.deleted(key) }
        }
    }

    private func check(
        _ shadow: ShadowLog, _ client: ChaosClient, _ cluster: RealCluster
    ) async throws {
        #expect(await shadow.contradictions.isEmpty)
        let jobs = await shadow.jobs
        #expect(jobs.count > Int(ChaosTests.kills) / 4, "hardly any load")
        let end = ContinuousClock.now + .seconds(300)
        for job in jobs.values.sorted(by: { $0.key < $1.key }) {
            let found = await client.ask("GET", "/v1/jobs/\(job.name)", until: end)
            if job.isDeleted {
                #expect(found?.status == 404, "\(job.name) was deleted and is there")
                continue
            }
            let text = found.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
            #expect(found?.status == 200, "\(job.name) was acknowledged and is lost")
            let state = job.isCancelled ? "Cancelled" : "Pending"
            #expect(text.contains(#""state":"\#(state)""#), "\(job.name) is not \(state)")
            #expect(text.contains(#""idempotencyKey":"\#(job.key)""#), "\(job.name)")
        }
        #expect(cluster.terminate("scheduler") == 0)
        let result = cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"])
        #expect(result.code == 0, "\(result.output) \(result.errors)")
    }

    /// Workers, trainers and the scheduler die while jobs train: the bits stay the same.
    @Test func killsOfEveryProcessChangeNoBit() async throws {
        let kills = max(6, ChaosTests.kills / 8)
        print("chaos: seed \(ChaosTests.seed), \(kills) kills of workers, trainers, scheduler")
        var random = ChaosRandom(seed: ChaosTests.seed)
        let cluster = try RealCluster()
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        try await cluster.startWorker("h2")
        let digits = "\(RealCluster.root)/jobs/02-digits-mlp.yaml"
        let client = try ChaosClient(port: cluster.http, token: cluster.token())
        var running: [String] = []
        var ended = 0
        for kill in 1...kills {
            while running.count < 3 {
                running.append(
                    try cluster.submit(digits, ["--set", "runPolicy.backoffLimit=1000"]))
            }
            try await Task.sleep(for: .milliseconds(random.below(1_500)))
            switch random.below(4) {
            case 0:
                cluster.kill9("scheduler")
                try cluster.launchScheduler()
                try await waitUntilUp(client)
            case 1:
                let name = random.below(2) == 0 ? "h1" : "h2"
                cluster.kill9(name)
                try cluster.launchWorker(name)
            default:
                if let trainer = cluster.trainers().randomElement(using: &random) {
                    Glibc.kill(trainer, SIGKILL)
                }
            }
            let still = running
            running = []
            for job in still {
                let state = try cluster.status(job)["state"] as? String
                guard state == "Succeeded" || state == "Failed" else {
                    running.append(job)
                    continue
                }
                #expect(try cluster.modelDigest(job) == Golden.digits)
                ended += 1
            }
            if kill.isMultiple(of: 10) { print("chaos: kill \(kill), \(ended) jobs ended well") }
        }
        for job in running {
            #expect(try cluster.digestAtEnd(of: job, seconds: 300) == Golden.digits)
        }
        #expect(cluster.run(["ledger", "check", "\(cluster.state)/ledger.sqlite"]).code == 0)
        print("chaos: \(ended + running.count) jobs, each with the golden digest")
    }
}

/// A small generator with a seed, for what is killed when.
struct ChaosRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
