/// A bijection of 0..<count under a key: a Feistel network on the smallest square grid that holds
/// the range, with cycle walking over the few cells outside it.
///
/// Cell (left, right) stands for `left * side + right`; a round is
/// `(left, right) -> (right, (left + mix(right)) mod side)`. The grid exceeds the range by at most
/// two sides, so walking is rare. Eight rounds, each with its own 64-bit Philox key.
struct KeyedPermutation {
    /// Which of the two levels of a row permutation the keys are for; picks the counter domain.
    enum Level: UInt32 {
        case blocks = 1
        case rows = 5
    }

    private let count: UInt64
    private let side: UInt32
    private let firstKeys: SIMD8<UInt32>
    private let secondKeys: SIMD8<UInt32>

    /// Keys are the blocks `(epoch low, epoch high, window, level + 0...3)` of the stream.
    ///
    /// `count` must be 1...2³² - 1.
    init(count: UInt32, stream: RandomStream, epoch: UInt64, window: UInt32, level: Level) {
        precondition(count >= 1, "a permutation needs at least one element")
        self.count = UInt64(count)
        side = Self.ceilingSquareRoot(count)
        var firstKeys = SIMD8<UInt32>()
        var secondKeys = SIMD8<UInt32>()
        for pair in 0..<4 {
            let domain = level.rawValue + UInt32(pair)
            let words = stream.block(epoch, lane: window, domain: domain)
            firstKeys[2 * pair] = words.0
            secondKeys[2 * pair] = words.1
            firstKeys[2 * pair + 1] = words.2
            secondKeys[2 * pair + 1] = words.3
        }
        self.firstKeys = firstKeys
        self.secondKeys = secondKeys
    }

    /// The image of an index below `count`.
    @inline(__always)
    func image(of index: UInt32) -> UInt32 {
        walk(left: index / side, right: index % side)
    }

    /// The images of eight consecutive indices, all below `count`: the same values, four times
    /// as fast.
    @inline(__always)
    func images(ofEightFrom index: UInt32) -> SIMD8<UInt32> {
        let steps = SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7)
        guard side >= 8 else {
            var images = SIMD8<UInt32>()
            for lane in 0..<8 { images[lane] = image(of: index &+ UInt32(lane)) }
            return images
        }
        let sides = SIMD8(repeating: side)
        // With eight or more columns a run of eight crosses at most one end of a row.
        let columns = SIMD8(repeating: index % side) &+ steps
        let crossed = columns .>= sides
        var left = SIMD8(repeating: index / side)
        left.replace(with: left &+ 1, where: crossed)
        var right = columns.replacing(with: columns &- sides, where: crossed)
        for round in 0..<8 {
            let sum = left &+ mix(right, firstKeys[round], secondKeys[round])
            left = right
            right = sum.replacing(with: sum &- sides, where: sum .>= sides)
        }
        var images = SIMD8<UInt32>()
        for lane in 0..<8 {
            let cell = UInt64(left[lane]) &* UInt64(side) &+ UInt64(right[lane])
            images[lane] =
                cell < count
                ? UInt32(truncatingIfNeeded: cell) : walk(left: left[lane], right: right[lane])
        }
        return images
    }

    /// Applies the network until the cell lies inside the range, at least once.
    private func walk(left startLeft: UInt32, right startRight: UInt32) -> UInt32 {
        var left = startLeft
        var right = startRight
        while true {
            for round in 0..<8 {
                // Both terms are below side <= 65536, so the sum cannot overflow.
                let keys = (firstKeys[round], secondKeys[round])
                let sum = left &+ mix(SIMD2(repeating: right), keys.0, keys.1)[0]
                left = right
                right = sum >= side ? sum &- side : sum
            }
            let cell = UInt64(left) &* UInt64(side) &+ UInt64(right)
            if cell < count { return UInt32(truncatingIfNeeded: cell) }
        }
    }

    /// The keyed round function of each lane, scaled to 0..<side: the finalizer of MurmurHash3 with
    /// a key before and a key between its multiplications.
    @inline(__always)
    private func mix<Lanes: SIMD>(
        _ values: Lanes,
        _ firstKey: UInt32,
        _ secondKey: UInt32
    ) -> Lanes where Lanes.Scalar == UInt32 {
        var mixed = values ^ Lanes(repeating: firstKey)
        mixed ^= mixed &>> 16
        mixed = mixed &* 0x85EB_CA6B
        mixed = (mixed ^ (mixed &>> 13)) &+ Lanes(repeating: secondKey)
        mixed = mixed &* 0xC2B2_AE35
        // The upper 16 bits times a side of at most 65536 stay inside 32 bits.
        return ((mixed &>> 16) &* Lanes(repeating: side)) &>> 16
    }

    private static func ceilingSquareRoot(_ value: UInt32) -> UInt32 {
        // Exact: a 32-bit integer and its root are far inside the precision of Double.
        var root = UInt64(Double(value).squareRoot())
        while root * root < UInt64(value) { root += 1 }
        return UInt32(root)
    }
}
