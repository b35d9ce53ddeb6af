/// The trials of one rung: who came, in which order of cost, and who already went up.
struct HalvingRung: Sendable {
    private(set) var all = CostRanking()
    /// Those that have not gone up.
    private var left = CostRanking()
    /// Trials that ended here without a value; they count among the compared ones, as the worst.
    private(set) var failedCount = 0
    private var failed: Set<Int> = []
    /// Those that ended here for good, though they may stand among the best.
    private var settled: [(row: Int, cost: Double)] = []

    /// How many trials are done here.
    var doneCount: Int { all.count + failedCount }

    mutating func complete(_ row: Int, cost: Double) {
        guard !all.contains(row), !failed.contains(row) else { return }
        all.insert(row, cost: cost)
        left.insert(row, cost: cost)
    }

    mutating func fail(_ row: Int) {
        guard !all.contains(row), failed.insert(row).inserted else { return }
        failedCount += 1
    }

    /// The trial cannot go on any more: it keeps its place but is not promoted.
    mutating func settle(_ row: Int, cost: Double) {
        guard left.contains(row) else { return }
        left.remove(row, cost: cost)
        settled.append((row, cost))
    }

    /// How many go up when the best `kept` may: all of them but those that cannot.
    func climbers(kept: Int) -> Int {
        kept - settled.count { all.rank(cost: $0.cost, row: $0.row) < kept }
    }

    mutating func promote(_ row: Int, cost: Double) {
        left.remove(row, cost: cost)
    }

    /// The best trial that may still go up when the best `kept` may, and its place from 0.
    func candidate(kept: Int) -> (row: Int, cost: Double, place: Int)? {
        guard let entry = left.first else { return nil }
        let place = all.rank(cost: entry.cost, row: entry.row)
        return place < kept ? (entry.row, entry.cost, place) : nil
    }
}
