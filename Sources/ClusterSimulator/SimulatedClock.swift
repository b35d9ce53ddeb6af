import Determinism

/// The monotone clock of one process or host: another origin and a slightly other pace than the
/// true time of the simulation.
struct SimulatedClock: Sendable {
    /// True time at which it reads ``reading``.
    private let origin: LogicalInstant
    private let reading: Int64
    /// Parts in a million it runs fast.
    private let drift: Int64

    /// A quartz that is out by more than this many parts in a million is broken.
    static let largestDrift: Int64 = 500

    init(startingAt origin: LogicalInstant, reading: Int64 = 0, drift: Int64 = 0) {
        self.origin = origin
        self.reading = reading
        self.drift = drift
    }

    /// What it shows at a true time.
    func local(_ now: LogicalInstant) -> LogicalInstant {
        let passed = now.nanoseconds - origin.nanoseconds
        return LogicalInstant(nanoseconds: reading + passed + passed / 1_000_000 * drift)
    }

    /// The first true time, within a microsecond, at which it shows `local`.
    func global(_ local: LogicalInstant) -> LogicalInstant {
        let passed = local.nanoseconds - reading
        let corrected = passed - passed / 1_000_000 * drift * 1_000_000 / (1_000_000 + drift)
        return LogicalInstant(nanoseconds: origin.nanoseconds + corrected + 1_000)
    }
}
