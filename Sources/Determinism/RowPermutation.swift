/// The order in which the rows of a data set are read in one epoch: a bijection of 0..<count.
///
/// Two levels. Rows form blocks of `blockRows` (the last one may be shorter); the order of blocks
/// is permuted; then each window of `windowBlocks` consecutive permuted blocks has its rows
/// permuted among themselves. A reader of a file larger than memory therefore needs the blocks of
/// one window at a time. The order is a pure function of the arguments of `init`; the window
/// shape is part of it. Memory is 4 bytes per block.
package struct RowPermutation: Sendable {
    private let count: Int
    private let blockRows: Int
    private let windowBlocks: Int
    private let epoch: UInt64
    private let stream: RandomStream
    /// The block that stands at each slot.
    private let blockOrder: [UInt32]
    /// The slot of the last, possibly shorter, block, and how many rows it lacks.
    private let raggedSlot: Int
    private let missingRows: Int

    /// The order of `count` rows in this epoch.
    ///
    /// `count` is 1...2³² - 1; `blockRows` and `windowBlocks` are at least 1 and their product
    /// below 2³².
    package init(
        count: Int,
        seed: UInt64,
        epoch: UInt64,
        purpose: StreamPurpose,
        blockRows: Int = 1024,
        windowBlocks: Int = 64
    ) {
        let limit = Int(UInt32.max)
        precondition(count >= 1 && count <= limit, "row count outside 1...2^32-1")
        precondition(
            blockRows >= 1 && windowBlocks >= 1 && blockRows <= limit / windowBlocks,
            "window shape outside its bounds"
        )
        self.count = count
        self.blockRows = blockRows
        self.windowBlocks = windowBlocks
        self.epoch = epoch
        stream = RandomStream(seed: seed, purpose: purpose)
        let blockCount = (count - 1) / blockRows + 1
        let lastBlock = UInt32(blockCount - 1)
        let blocks = KeyedPermutation(
            count: UInt32(blockCount),
            stream: stream,
            epoch: epoch,
            window: 0,
            level: .blocks
        )
        var raggedSlot = 0
        blockOrder = [UInt32](unsafeUninitializedCapacity: blockCount) { buffer, initialized in
            for slot in 0..<blockCount {
                let block = blocks.image(of: UInt32(slot))
                buffer.initializeElement(at: slot, to: block)
                if block == lastBlock { raggedSlot = slot }
            }
            initialized = blockCount
        }
        self.raggedSlot = raggedSlot
        missingRows = blockCount * blockRows - count
    }

    /// The row read at a position of the epoch; both are in 0..<count.
    package func row(at position: Int) -> Int {
        precondition(position >= 0 && position < count, "position outside the epoch")
        let window = window(containing: position)
        let permuted = window.order.image(of: UInt32(position - window.start))
        return Int(row(atPermuted: permuted, in: window))
    }

    /// The rows read at a range of positions, in order; `out` holds exactly as many elements.
    package func fill(positions: Range<Int>, into out: UnsafeMutableBufferPointer<UInt32>) {
        precondition(
            positions.lowerBound >= 0 && positions.upperBound <= count,
            "positions outside the epoch"
        )
        precondition(out.count == positions.count, "buffer and range differ in length")
        var position = positions.lowerBound
        while position < positions.upperBound {
            let window = window(containing: position)
            let end = min(positions.upperBound, window.start + window.count)
            while position &+ 8 <= end {
                let local = UInt32(truncatingIfNeeded: position &- window.start)
                let permuted = window.order.images(ofEightFrom: local)
                let place = position &- positions.lowerBound
                for lane in 0..<8 {
                    out[place &+ lane] = row(atPermuted: permuted[lane], in: window)
                }
                position &+= 8
            }
            while position < end {
                let local = UInt32(truncatingIfNeeded: position &- window.start)
                let permuted = window.order.image(of: local)
                out[position &- positions.lowerBound] = row(atPermuted: permuted, in: window)
                position &+= 1
            }
        }
    }

    private struct Window {
        let start: Int
        let count: Int
        let firstSlot: Int
        /// Local rows from here on are moved up by `missingRows`, over the end of the short block.
        let shiftedFrom: UInt32
        let order: KeyedPermutation
    }

    private func window(containing position: Int) -> Window {
        let windowRows = blockRows * windowBlocks
        let raggedWindow = raggedSlot / windowBlocks
        // Windows after the one with the short block start earlier by what that block lacks.
        let index =
            position < (raggedWindow + 1) * windowRows - missingRows
            ? position / windowRows : (position + missingRows) / windowRows
        let firstSlot = index * windowBlocks
        let slotCount = min(windowBlocks, blockOrder.count - firstSlot)
        let isRagged = index == raggedWindow
        let rows = slotCount * blockRows - (isRagged ? missingRows : 0)
        let shortBlockEnd = (raggedSlot - firstSlot + 1) * blockRows - missingRows
        return Window(
            start: index * windowRows - (index > raggedWindow ? missingRows : 0),
            count: rows,
            firstSlot: firstSlot,
            shiftedFrom: isRagged ? UInt32(shortBlockEnd) : .max,
            order: KeyedPermutation(
                count: UInt32(rows),
                stream: stream,
                epoch: epoch,
                window: UInt32(index),
                level: .rows
            )
        )
    }

    @inline(__always)
    private func row(atPermuted local: UInt32, in window: Window) -> UInt32 {
        let isShifted = local >= window.shiftedFrom
        let place = isShifted ? local &+ UInt32(truncatingIfNeeded: missingRows) : local
        let rowsPerBlock = UInt32(truncatingIfNeeded: blockRows)
        let slot = window.firstSlot &+ Int(place / rowsPerBlock)
        return blockOrder[slot] &* rowsPerBlock &+ place % rowsPerBlock
    }
}
