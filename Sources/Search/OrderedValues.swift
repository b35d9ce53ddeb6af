/// Finite numbers in ascending order, in blocks, so that one of 100 000 is inserted by moving a few
/// hundred.
struct OrderedValues: Sendable {
    /// A block is cut in two when it has twice as many numbers.
    private static var blockSize: Int { 512 }
    private var blocks: [[Double]] = []
    private(set) var count = 0

    mutating func insert(_ value: Double) {
        count += 1
        guard !blocks.isEmpty else {
            blocks.append([value])
            return
        }
        let block = min(blockIndex(of: value), blocks.count - 1)
        blocks[block].insert(value, at: Self.place(of: value, in: blocks[block]))
        guard blocks[block].count >= 2 * Self.blockSize else { return }
        let upper = Array(blocks[block][Self.blockSize...])
        blocks[block].removeLast(upper.count)
        blocks.insert(upper, at: block + 1)
    }

    /// Takes one number equal to this out; nothing happens when there is none.
    mutating func remove(_ value: Double) {
        let block = blockIndex(of: value)
        guard block < blocks.count else { return }
        let place = Self.place(of: value, in: blocks[block])
        guard place < blocks[block].count, blocks[block][place] == value else { return }
        blocks[block].remove(at: place)
        if blocks[block].isEmpty { blocks.remove(at: block) }
        count -= 1
    }

    /// How many numbers are below this one.
    func rank(of value: Double) -> Int {
        let block = blockIndex(of: value)
        var before = 0
        for index in 0..<block { before += blocks[index].count }
        return block < blocks.count ? before + Self.place(of: value, in: blocks[block]) : before
    }

    /// The number at a rank, from 0; the rank must be below `count`.
    func value(at rank: Int) -> Double {
        precondition(rank >= 0 && rank < count, "rank outside the values")
        var left = rank
        for block in blocks {
            if left < block.count { return block[left] }
            left -= block.count
        }
        return .nan
    }

    /// The middle number, or the mean of the two in the middle; nil without numbers.
    var median: Double? {
        guard count > 0 else { return nil }
        let upper = value(at: count / 2)
        return count % 2 == 1 ? upper : (value(at: count / 2 - 1) + upper) / 2
    }

    /// The first block whose last number is not below this one; the number of blocks when none is.
    private func blockIndex(of value: Double) -> Int {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if let last = blocks[middle].last, last < value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private static func place(of value: Double, in block: [Double]) -> Int {
        var low = 0
        var high = block.count
        while low < high {
            let middle = (low + high) / 2
            if block[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
