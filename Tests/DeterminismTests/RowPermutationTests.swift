import Determinism
import Testing

struct RowPermutationTests {
    private func order(
        _ count: Int,
        seed: UInt64 = 1,
        epoch: UInt64 = 0,
        purpose: StreamPurpose = .shuffle,
        blockRows: Int = 1024,
        windowBlocks: Int = 64
    ) -> [UInt32] {
        let permutation = RowPermutation(
            count: count,
            seed: seed,
            epoch: epoch,
            purpose: purpose,
            blockRows: blockRows,
            windowBlocks: windowBlocks
        )
        var rows = [UInt32](repeating: .max, count: count)
        rows.withUnsafeMutableBufferPointer { permutation.fill(positions: 0..<count, into: $0) }
        return rows
    }

    private func isBijection(_ rows: [UInt32]) -> Bool {
        var seen = [Bool](repeating: false, count: rows.count)
        for row in rows {
            guard Int(row) < rows.count, !seen[Int(row)] else { return false }
            seen[Int(row)] = true
        }
        return true
    }

    @Test func everySmallCountAndWindowShapeIsABijection() {
        for (blockRows, windowBlocks) in [(1, 1), (1, 5), (3, 2), (4, 4), (7, 1), (1024, 64)] {
            for count in 1...160 {
                let rows = order(count, blockRows: blockRows, windowBlocks: windowBlocks)
                #expect(isBijection(rows), "count \(count), \(blockRows) x \(windowBlocks)")
            }
        }
    }

    @Test(arguments: [1023, 1024, 1025, 1797, 60_000, 65_535, 65_536, 65_537, 131_073, 300_001])
    func largeCountsAreBijections(count: Int) {
        #expect(isBijection(order(count)))
        #expect(isBijection(order(count, seed: .max, epoch: .max)))
    }

    @Test func theShortBlockMayStandInAnyWindow() {
        for epoch in 0..<64 as Range<UInt64> {
            let rows = order(10 * 8 + 3, epoch: epoch, blockRows: 8, windowBlocks: 3)
            #expect(isBijection(rows), "epoch \(epoch)")
        }
    }

    @Test func singleRowsAndPartsOfTheRangeAgreeWithTheWholeOrder() {
        let count = 5000
        let permutation = RowPermutation(
            count: count,
            seed: 9,
            epoch: 4,
            purpose: .shuffle,
            blockRows: 64,
            windowBlocks: 8
        )
        let whole = order(count, seed: 9, epoch: 4, blockRows: 64, windowBlocks: 8)
        for position in 0..<count {
            #expect(permutation.row(at: position) == Int(whole[position]))
        }
        for start in stride(from: 0, to: count, by: 37) {
            let range = start..<min(count, start + 700)
            var part = [UInt32](repeating: .max, count: range.count)
            part.withUnsafeMutableBufferPointer { permutation.fill(positions: range, into: $0) }
            #expect(part == Array(whole[range]))
        }
    }

    @Test func aReaderNeedsOnlyTheBlocksOfOneWindow() {
        let blockRows = 16
        let windowBlocks = 4
        let count = 16 * 40
        let rows = order(count, blockRows: blockRows, windowBlocks: windowBlocks)
        for start in stride(from: 0, to: count, by: blockRows * windowBlocks) {
            let window = rows[start..<start + blockRows * windowBlocks]
            #expect(Set(window.map { Int($0) / blockRows }).count == windowBlocks)
            #expect(Array(window) != window.sorted())
        }
        let firstBlocks = stride(from: 0, to: count, by: blockRows * windowBlocks)
            .map { Int(rows[$0]) / blockRows }
        #expect(firstBlocks != firstBlocks.sorted())
    }

    @Test func seedEpochAndPurposeChangeTheOrder() {
        let base = order(2000)
        #expect(base == order(2000))
        #expect(base != order(2000, seed: 2))
        #expect(base != order(2000, epoch: 1))
        #expect(base != order(2000, epoch: 1 << 32))
        #expect(base != order(2000, purpose: .split))
        #expect(base != Array(0..<2000))
    }

    @Test func everyRowReachesEveryPlaceAboutEquallyOften() {
        let count = 12
        let epochs = 12_000
        var hits = [Int](repeating: 0, count: count * count)
        for epoch in 0..<epochs {
            for (position, row) in order(count, epoch: UInt64(epoch)).enumerated() {
                hits[position * count + Int(row)] += 1
            }
        }
        // 1000 expected in each cell, standard deviation 30.
        #expect(hits.allSatisfy { abs($0 - 1000) < 160 })
    }

    @Test func neighboursOfOneEpochAreNotNeighboursOfTheNext() {
        let first = order(60_000)
        let second = order(60_000, epoch: 1)
        let fixed = zip(first, second).count { $0 == $1 }
        // One expected.
        #expect(fixed < 10)
        let adjacent = zip(first, first.dropFirst()).count { $0 + 1 == $1 }
        #expect(adjacent < 10)
    }

    @Test(arguments: [
        (1, 1, 0, "e1967f149cc93dbdd2b3b5e17c7f8ab8"),
        (1797, 7, 3, "a0145f361da09730d34db50eaf37670a"),
        (60_000, 1, 0, "92340642a1e59640102ef99f774b20b1"),
        (200_000, 42, 9, "baa92f15704c2d04cf9624b6213cc65e"),
    ])
    func ordersKeepTheirBits(count: Int, seed: UInt64, epoch: UInt64, digest: String) {
        let rows = order(count, seed: seed, epoch: epoch)
        #expect(rows.withUnsafeBytes { FastDigest.of($0) }.description == digest)
    }
}
