/// Where a line search stands: the numbers of ``LBFGSSolver`` beside its vectors.
struct SearchState: Equatable {
    /// What the next figures are of.
    enum Phase: Int {
        /// The first point of all.
        case begin = 0
        /// A step that may be too short.
        case bracket = 1
        /// A step between two that hold a good one.
        case zoom = 2
        /// The best step there was, to be taken whatever comes.
        case last = 3
        /// Nothing: the search has ended.
        case done = 4
    }

    /// A step length with the loss there and its slope along the direction.
    struct Point: Equatable {
        var step = 0.0
        var loss = 0.0
        var slope = 0.0
    }

    var phase = Phase.begin
    /// The accepted point's loss, penalties included, and its slope along the direction.
    var loss = 0.0
    var slope = 0.0
    /// Its mean loss over the rows, and the rows put into the right class.
    var rowLoss = 0.0
    var correct = 0
    /// The step under trial.
    var step = 0.0
    /// The better end of the bracket, or the step before while there is none; the other end.
    var low = Point()
    var high = Point()
    /// Points tried along this direction.
    var trials = 0
    /// Pairs kept, and the slot of the newest.
    var kept = 0
    var newest = 0
    /// Accepted points in a row that were hardly better.
    var flat = 0

    /// The loss a step must not exceed.
    func sufficient(_ step: Double) -> Double {
        loss + LBFGSSolver.sufficientDecrease * step * slope + LBFGSSolver.noise * loss.magnitude
    }

    /// Takes a point that is not good enough and gives the next step; nil when the bracket is
    /// closed.
    mutating func narrow(by point: Point) -> Double? {
        let noise = LBFGSSolver.noise * loss.magnitude
        let isTooHigh =
            !(point.loss <= sufficient(point.step)) || point.loss > low.loss + noise
        if phase == .bracket {
            if isTooHigh {
                high = point
            } else if point.slope >= 0 {
                high = low
                low = point
            } else {
                let next = Self.further(low, point)
                low = point
                return next
            }
            phase = .zoom
        } else if isTooHigh {
            high = point
        } else {
            if point.slope * (high.step - low.step) >= 0 { high = low }
            low = point
        }
        let width = (high.step - low.step).magnitude
        guard width > 1e-7 * max(high.step, low.step) else { return nil }
        return between
    }

    /// A step beyond the newest: where the cubic through both is least, two to ten times as far.
    private static func further(_ before: Point, _ point: Point) -> Double {
        let width = point.step - before.step
        let wished = leastOfCubic(before, point) ?? .infinity
        return max(point.step + width, min(wished, point.step + 9 * width))
    }

    /// A step within the bracket: where the cubic is least, a tenth of the width from either end.
    private var between: Double {
        let (first, last) = (min(low.step, high.step), max(low.step, high.step))
        let margin = (last - first) / 10
        let wished = Self.leastOfCubic(low, high) ?? (first + last) / 2
        return max(first + margin, min(wished, last - margin))
    }

    /// Nocedal and Wright's formula 3.59; nil when it gives no number.
    private static func leastOfCubic(_ first: Point, _ second: Point) -> Double? {
        let width = second.step - first.step
        let mean = first.slope + second.slope - 3 * (first.loss - second.loss) / -width
        let square = mean * mean - first.slope * second.slope
        guard square >= 0 else { return nil }
        let root = width < 0 ? -square.squareRoot() : square.squareRoot()
        let share = (second.slope + root - mean) / (second.slope - first.slope + 2 * root)
        let step = second.step - width * share
        return step.isFinite ? step : nil
    }
}

extension SearchState {
    /// Elements of the encoded form: two for each number.
    static let elementCount = 32

    private var numbers: [Double] {
        [
            Double(phase.rawValue), loss, slope, rowLoss, Double(correct), step, low.step,
            low.loss, low.slope, high.step, high.loss, high.slope, Double(trials), Double(kept),
            Double(newest), Double(flat),
        ]
    }

    /// Writes every number as the bits of two elements, the lower half first.
    func write(to out: UnsafeMutablePointer<Float>) {
        for (index, number) in numbers.enumerated() {
            let bits = number.bitPattern
            out[2 * index] = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            out[2 * index + 1] = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))
        }
    }

    /// Reads what `write` wrote; bits that no search leaves count as none.
    init(_ elements: UnsafePointer<Float>) {
        let numbers = (0..<Self.elementCount / 2).map { index in
            Double(
                bitPattern: UInt64(elements[2 * index].bitPattern)
                    | UInt64(elements[2 * index + 1].bitPattern) << 32)
        }
        func whole(_ index: Int) -> Int { max(0, Int(exactly: numbers[index]) ?? 0) }
        phase = Phase(rawValue: whole(0)) ?? .done
        (loss, slope, rowLoss, correct) = (numbers[1], numbers[2], numbers[3], whole(4))
        step = numbers[5]
        low = Point(step: numbers[6], loss: numbers[7], slope: numbers[8])
        high = Point(step: numbers[9], loss: numbers[10], slope: numbers[11])
        trials = whole(12)
        kept = min(whole(13), LBFGSSolver.mostPairs)
        newest = min(whole(14), LBFGSSolver.mostPairs)
        flat = whole(15)
    }
}
