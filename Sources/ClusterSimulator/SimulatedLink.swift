import Determinism

/// One direction of the connection between a node and the scheduler.
struct SimulatedLink: Sendable {
    /// Nothing arrives before this: what was sent earlier comes first.
    var arrivesAt = LogicalInstant.zero
    /// What is sent before this is lost: a partition.
    var cutUntil = LogicalInstant.zero
}

/// How bad the network of one simulation is, in messages of a thousand.
struct NetworkWeather: Sendable {
    let loss: Int64
    let delay: Int64
    let doubling: Int64
    let disorder: Int64

    init(_ random: inout SimulationRandom) {
        loss = random.number(0..<150)
        delay = random.number(0..<60)
        doubling = random.number(0..<60)
        disorder = random.number(0..<30)
    }
}
