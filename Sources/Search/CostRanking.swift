/// Rows by cost, the best first, ties by the lower row: an ordered set in blocks, so that telling
/// one of 100 000 trials moves a few hundred elements.
struct CostRanking: Sendable {
    struct Entry: Sendable, Comparable {
        let cost: Double
        let row: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.cost < right.cost || (left.cost == right.cost && left.row < right.row)
        }
    }

    /// A block is cut in two when it has twice as many entries.
    private static var blockSize: Int { 512 }
    private var blocks: [[Entry]] = []
    private var members: [Bool] = []
    private(set) var count = 0

    func contains(_ row: Int) -> Bool {
        row < members.count && members[row]
    }

    var first: Entry? { blocks.first?.first }

    mutating func insert(_ row: Int, cost: Double) {
        while members.count <= row { members.append(false) }
        guard !members[row] else { return }
        members[row] = true
        count += 1
        let entry = Entry(cost: cost, row: row)
        guard !blocks.isEmpty else {
            blocks.append([entry])
            return
        }
        let block = min(blockIndex(of: entry), blocks.count - 1)
        blocks[block].insert(entry, at: Self.place(of: entry, in: blocks[block]))
        guard blocks[block].count >= 2 * Self.blockSize else { return }
        let upper = Array(blocks[block][Self.blockSize...])
        blocks[block].removeLast(upper.count)
        blocks.insert(upper, at: block + 1)
    }

    mutating func remove(_ row: Int, cost: Double) {
        guard contains(row) else { return }
        let entry = Entry(cost: cost, row: row)
        let block = blockIndex(of: entry)
        let place = Self.place(of: entry, in: blocks[block])
        blocks[block].remove(at: place)
        if blocks[block].isEmpty { blocks.remove(at: block) }
        members[row] = false
        count -= 1
    }

    /// The best rows, at most `limit`, the best first.
    func best(_ limit: Int) -> [Entry] {
        var result: [Entry] = []
        result.reserveCapacity(min(limit, count))
        for block in blocks {
            guard result.count < limit else { break }
            result.append(contentsOf: block.prefix(limit - result.count))
        }
        return result
    }

    /// How many rows are better than this entry would be.
    func rank(cost: Double, row: Int) -> Int {
        let entry = Entry(cost: cost, row: row)
        let block = blockIndex(of: entry)
        var before = 0
        for index in 0..<min(block, blocks.count) { before += blocks[index].count }
        guard block < blocks.count else { return before }
        return before + Self.place(of: entry, in: blocks[block])
    }

    /// The first block whose last entry is not before this one; `blocks.count` when none is.
    private func blockIndex(of entry: Entry) -> Int {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if let last = blocks[middle].last, last < entry {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private static func place(of entry: Entry, in block: [Entry]) -> Int {
        var low = 0
        var high = block.count
        while low < high {
            let middle = (low + high) / 2
            if block[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
