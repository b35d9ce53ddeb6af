import ArgumentParser
import Client
import ClusterSimulator

/// `mlctl simulate`: the production cores on virtual time.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the scheduler's and workers' cores on virtual time, with faults.",
        discussion: """
            Processes crash, messages are lost, late, doubled and out of order, links are cut, \
            disks are slow or full, clocks drift and jump; then nothing fails any more and \
            everything has to end well. The same seed gives the same trace digest everywhere. \
            Exit code 1: a rule was broken; the seed is the bug report.
            """)

    @Flag(help: "Let things fail; without it the cluster is in perfect health.")
    var chaos = false

    @Option(help: "The seed of every choice; drawn when absent.")
    var seed: UInt64?

    @Option(help: "Many seeds, such as 1..200.", transform: SeedRange.init)
    var seeds: SeedRange?

    @Option(help: "Hosts; drawn from the seed when absent.")
    var nodes: Int?

    @Option(help: "Jobs; drawn from the seed when absent.")
    var jobs: Int?

    @Option(
        help: "How long things fail, in virtual seconds; 40, or 300 for every twentieth seed.")
    var seconds: Int64?

    @Option(name: [.customShort("o"), .customLong("output")], help: "json is one line a seed.")
    var form = TextOrJSON.text

    func validate() throws {
        if seed != nil, seeds != nil { throw ValidationError("choose --seed or --seeds") }
        if let nodes, !(1...SimulationPlan.mostNodes).contains(nodes) {
            throw ValidationError("--nodes must be in 1..\(SimulationPlan.mostNodes)")
        }
        if let jobs, !(1...SimulationPlan.mostJobs).contains(jobs) {
            throw ValidationError("--jobs must be in 1..\(SimulationPlan.mostJobs)")
        }
        if let seconds, !(1...86_400).contains(seconds) {
            throw ValidationError("--seconds must be in 1..86400")
        }
    }

    func run() async throws {
        if let seeds {
            try await runMany(seeds)
            return
        }
        let (report, elapsed) = simulate(seed ?? UInt64.random(in: 1...1_000_000))
        if form == .json {
            print(report.jsonLine(elapsed: elapsed))
        } else {
            print(report.lines(elapsed: elapsed).joined(separator: "\n"))
        }
        if !report.isSound { throw ExitCode(ExitStatus.workFailed.rawValue) }
    }

    private func simulate(_ seed: UInt64) -> (SimulationReport, Duration) {
        var plan = SimulationPlan(seed: seed, isChaotic: chaos)
        plan.nodes = nodes
        plan.jobs = jobs
        plan.faultySeconds = seconds
        let clock = ContinuousClock()
        let start = clock.now
        var cluster = SimulatedCluster(plan)
        let report = cluster.run()
        return (report, clock.now - start)
    }

    /// Every seed of a range, two at a time; a line for each broken one, and the sum.
    private func runMany(_ range: SeedRange) async throws {
        var sum = SimulationSum()
        let clock = ContinuousClock()
        let start = clock.now
        await withTaskGroup(of: (SimulationReport, Duration).self) { group in
            var next = range.first
            var isOver = false
            func startNext() {
                guard !isOver else { return }
                let seed = next
                isOver = seed == range.last
                next &+= 1
                group.addTask { simulate(seed) }
            }
            startNext()
            startNext()
            while let (report, elapsed) = await group.next() {
                startNext()
                sum.add(report)
                if form == .json {
                    print(report.jsonLine(elapsed: elapsed))
                } else if !report.isSound {
                    print(report.broken.joined(separator: "\n"))
                }
            }
        }
        if form == .text { print(sum.line(elapsed: clock.now - start)) }
        if sum.broken > 0 { throw ExitCode(ExitStatus.workFailed.rawValue) }
    }
}

/// Seeds from a first to a last one.
struct SeedRange: Sendable {
    let first: UInt64
    let last: UInt64

    /// Reads `1..200`.
    init(_ text: String) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: true)
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
            first <= last, text == "\(first)..\(last)"
        else { throw ValidationError("seeds are written like 1..200") }
        self.first = first
        self.last = last
    }
}
