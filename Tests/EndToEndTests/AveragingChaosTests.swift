import Foundation
import Glibc
import Testing

/// Seeded chaos on the real processes, over every averaging mode: workers killed, stopped for
/// seconds, drained, joining, the scheduler killed; links between trainers delayed, held in one
/// direction, cut with what is on them; every run ends with the digest of the undisturbed run that
/// used the same recorded H.
///
/// `MLCTL_CHAOS_TABLE=300` runs so many seeds (`MLCTL_CHAOS_TABLE_FROM` is the first); without it
/// three, of modes whose replicas carry state, and no blows to links. A seed that fails is printed
/// with its story.
@Suite(.serialized, .timeLimit(.minutes(240)))
struct AveragingChaosTests {
    /// Averaging modes as the spec writes them; `auto` is compared with its exact rerun.
    static let modes = [
        "{every: 6}", "{every: 1}", "{every: 6, optimizerState: reset}", "{every: once}",
        "{every: {postLocal: {start: 20, steps: 8}}}", "{every: {growing: {base: 4, alpha: 0.2}}}",
        "{every: 6, outer: {slowMomentum: {momentum: 0.3}}}",
        "{every: 6, outer: {nesterov: {learningRate: 0.7, momentum: 0.6}}}",
        "{every: 6, weighting: samples}", "{every: auto}",
        "{every: 6, optimizerState: keep}",
        "{every: 6, outer: {elastic: {movingRate: 0.9}}, optimizerState: keep}",
        "{every: 1, optimizerState: keep, compression: int8}", "{every: 2, compression: bf16}",
    ]

    /// Whether the long table is asked for.
    static var isLong: Bool { number("MLCTL_CHAOS_TABLE") != nil }

    static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test func everyRunEndsWithTheBitsOfAnUndisturbedOne() async throws {
        let first = Self.number("MLCTL_CHAOS_TABLE_FROM") ?? 10
        let runs = Self.number("MLCTL_CHAOS_TABLE") ?? 3
        let table = try await ChaosTable()
        for seed in first..<(first + runs) {
            try await table.run(seed: UInt64(seed))
        }
    }
}

/// One cluster and what its undisturbed runs ended with.
private final class ChaosTable {
    private let cluster: RealCluster
    private let names = ["h1", "h2", "h3", "h4"]
    private var alive: Set<String> = []
    private var undisturbed: [String: String] = [:]
    /// Between the trainers; not there in the short run.
    private let relay: ExchangeRelay?

    init() async throws {
        let cluster = try RealCluster()
        self.cluster = cluster
        relay = try AveragingChaosTests.isLong ? cluster.relayExchange(silence: 3) : nil
        try await cluster.startScheduler()
        try await start("h1")
    }

    deinit { relay?.stop() }

    private func start(_ name: String) async throws {
        guard !alive.contains(name) else { return }
        try await cluster.startWorker(name)
        alive.insert(name)
    }

    private func submit(_ mode: String, _ replicas: Int) throws -> String {
        try cluster.submit(
            "\(RealCluster.root)/jobs/02-digits-mlp.yaml",
            [
                "--set", "averaging=\(mode)", "--set", "replicas=\(replicas)",
                "--set", "training.epochs=30", "--set", "model.mlp.hidden=[256, 128]",
                "--set", "training.batchSize=19", "--set", "checkpoint={rounds: 5}",
                "--set", "runPolicy.backoffLimit=1000",
                "--set", "training.schedule={cosine: {minimum: 0.1}}",
            ])
    }

    func run(seed: UInt64) async throws {
        var chance = Chance(seed: seed)
        let mode = AveragingChaosTests.modes[Int(seed) % AveragingChaosTests.modes.count]
        let replicas = 6 + chance.below(3)
        let isMeasured = mode.contains("auto")
        if !isMeasured, undisturbed["\(mode) \(replicas)"] == nil {
            undisturbed["\(mode) \(replicas)"] = try cluster.digestAtEnd(
                of: submit(mode, replicas), seconds: 120)
        }
        for name in names where chance.below(2) == 0 { try await start(name) }
        let job = try submit(mode, replicas)
        var events: [String] = []
        while try cluster.progress(job) < 1, events.count < 40 {
            try await Task.sleep(for: .milliseconds(100 + chance.below(700)))
            events.append(try await disturb(&chance))
        }
        relay?.heal()
        for name in names { try await start(name) }
        let found = try cluster.digestAtEnd(of: job, seconds: 85)
        var expected = undisturbed["\(mode) \(replicas)"]
        if isMeasured {
            let again = cluster.run(["rerun", "--exact", job])
            try #require(again.code == 0, "\(again.errors)")
            expected = try cluster.digestAtEnd(
                of: again.output.trimmingCharacters(in: .whitespacesAndNewlines), seconds: 85)
        }
        let story = events.joined(separator: ", ")
        #expect(found == expected, "seed \(seed), \(mode), R = \(replicas): \(story)")
    }

    /// One blow; says what it was.
    private func disturb(_ chance: inout Chance) async throws -> String {
        let name = names[chance.below(names.count)]
        switch chance.below(relay == nil ? 6 : 10) {
        case 0, 1:
            guard alive.contains(name) else {
                try await start(name)
                return "\(name) joins"
            }
            cluster.kill9(name)
            alive.remove(name)
            if alive.isEmpty { try await start(names[chance.below(names.count)]) }
            return "\(name) killed"
        case 2:
            guard alive.contains(name) else { return "nothing" }
            let milliseconds = 100 + chance.below(4_500)
            cluster.signal(name, SIGSTOP)
            try await Task.sleep(for: .milliseconds(milliseconds))
            cluster.signal(name, SIGCONT)
            return "\(name) stopped for \(milliseconds) ms"
        case 3:
            guard chance.below(2) == 0 else { return "nothing" }
            cluster.kill9("scheduler")
            try await Task.sleep(for: .milliseconds(chance.below(800)))
            try await cluster.startScheduler()
            return "scheduler killed"
        case 4:
            guard alive.count > 1, alive.contains(name) else { return "nothing" }
            _ = cluster.terminate(name)
            alive.remove(name)
            return "\(name) leaves"
        case 6, 7, 9:
            return disturbLink(from: name, &chance)
        case 8:
            guard alive.count > 1, alive.contains(name) else { return "nothing" }
            _ = cluster.run(["node", "drain", name, "--deadline", "60s"])
            try await Task.sleep(for: .milliseconds(chance.below(1_500)))
            _ = cluster.run(["node", "uncordon", name])
            return "\(name) drained and opened"
        default:
            try await start(name)
            return "\(name) is there"
        }
    }

    /// One blow to what a worker's trainer sends another's.
    private func disturbLink(from name: String, _ chance: inout Chance) -> String {
        let link = ExchangeRelay.Link(from: name, to: names[chance.below(names.count)])
        let milliseconds = chance.below(30)
        switch chance.below(4) {
        case 0:
            relay?.delay(link, by: .milliseconds(milliseconds))
            return "\(link.from) to \(link.to) takes \(milliseconds) ms"
        case 1:
            relay?.cut(link)
            return "\(link.from) to \(link.to) cut"
        default:
            relay?.hold(link, for: .milliseconds(100 * milliseconds))
            return "\(link.from) to \(link.to) held for \(100 * milliseconds) ms"
        }
    }
}

/// Chance from a seed (SplitMix64): the same seed, the same blows.
private struct Chance {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15
    }

    /// A number from 0 to below `bound`.
    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
