import ArgumentParser
import TrainerProcess

/// `mlctl exchange`: one member of a measurement of the exchange; `Benchmarks/exchange` starts it.
struct ExchangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "Average a buffer with other processes and measure it (for benchmarks).",
        shouldDisplay: false)

    @Option(help: "This member, from 0.")
    var rank: Int
    @Option(help: "All members, 2 to 16.")
    var members: Int
    @Option(help: "Bytes of the buffer, 4 to 2^30.")
    var bytes: Int
    @Option(help: "Rounds that are measured.")
    var rounds = 20
    @Option(help: "Rounds before them.")
    var warmUp = 3
    @Option(help: "ipc, tcp or sealed.")
    var transport = "ipc"
    @Option(help: "A folder that all members share.")
    var folder: String
    @Option(help: "The port of member 0; the others follow.")
    var port = 27_072

    func validate() throws {
        guard (2...16).contains(members), (0..<members).contains(rank) else {
            throw ValidationError("--members is 2 to 16, --rank below it")
        }
        guard (4...1 << 30).contains(bytes), (1...100_000).contains(rounds),
            (0...1_000).contains(warmUp), (1...65_500).contains(port)
        else { throw ValidationError("--bytes, --rounds, --warm-up or --port is out of range") }
        guard ExchangeProbe.Transport(rawValue: transport) != nil else {
            throw ValidationError("--transport is ipc, tcp or sealed")
        }
    }

    func run() throws {
        let plan = ExchangeProbe.Plan(
            rank: rank, members: members, elements: bytes / 4, rounds: rounds, warmUp: warmUp,
            transport: ExchangeProbe.Transport(rawValue: transport) ?? .ipc, folder: folder,
            port: port)
        let outcome = try ExchangeProbe(plan).run()
        let times = outcome.milliseconds.map { "\($0)" }.joined(separator: ", ")
        print(
            "{\"rank\": \(rank), \"bytesPerRound\": \(outcome.bytesPerRound), "
                + "\"digest\": \"\(outcome.digest)\", \"milliseconds\": [\(times)]}")
    }
}
