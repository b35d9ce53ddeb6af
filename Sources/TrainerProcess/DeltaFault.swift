/// One bit of one replica's delta in one round, computed wrongly, as a failing core would do it:
/// the variable `MLCTL_FLIP_DELTA=ROUND:REPLICA` of a worker, for tests of what finds such a thing.
struct DeltaFault {
    /// The variable's name.
    static let variable = "MLCTL_FLIP_DELTA"

    private let round: Int
    private let replica: Int

    /// Reads `ROUND:REPLICA`, both counted from 0; nil for anything else.
    init?(_ text: String?) {
        let numbers = (text ?? "").split(separator: ":").compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        (round, replica) = (numbers[0], numbers[1])
    }

    /// Flips a high bit of an element's fraction when its round and replica have come.
    func apply(
        to delta: UnsafeMutablePointer<Float>, element: Int, of replica: Int, round: Int
    ) {
        guard round == self.round, replica == self.replica else { return }
        delta[element] = Float(bitPattern: delta[element].bitPattern ^ 1 << 21)
    }
}
