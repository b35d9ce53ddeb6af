/// Losses of one output per row (and, for hinges, of one output per class): scores and gradients.
///
/// Each kernel replaces the outputs by the gradient of `scale * sum of weight * loss` and returns
/// the sum of `weight * loss`, in row order and double precision. `weights` nil means all 1. A NaN
/// among outputs or targets gives a NaN loss, never one that looks fine.
package enum LossKernels {
    /// What one loss does to one output.
    package struct Point {
        /// The loss.
        package var loss: Float
        /// Its derivative by the output.
        package var slope: Float

        @inline(__always)
        init(_ loss: Float, _ slope: Float) {
            self.loss = loss
            self.slope = slope
        }
    }

    /// A loss of one output z and one number y, with its parameter where it has one.
    package enum Pointwise: Sendable, Hashable {
        /// `(z - y)²`.
        case squared
        /// `|z - y|`; no slope at 0.
        case absolute
        /// Half the square up to `delta`, then a line: `delta * (|z - y| - delta / 2)`.
        case huber(delta: Float)
        /// `max(q * (y - z), (q - 1) * (y - z))`, which the q-quantile minimises.
        case quantile(Float)
        /// `e^z - y * z`: counts y with mean e^z.
        case poisson
        /// `log(1 + e^z) - y * z`: y is 0 or 1.
        case logistic
        /// `max(0, 1 - y * z)`: y is -1 or 1.
        case hinge
        /// `max(0, 1 - y * z)²`: y is -1 or 1.
        case squaredHinge
    }

    /// One output per row against one number per row.
    package static func gradient(
        _ loss: Pointwise, outputs: UnsafeMutablePointer<Float>, targets: UnsafePointer<Float>,
        weights: UnsafePointer<Float>?, rows: Int, scale: Float
    ) -> Double {
        switch loss {
        case .squared: each(outputs, targets, weights, rows, scale) { squared($0, $1) }
        case .absolute: each(outputs, targets, weights, rows, scale) { absolute($0, $1) }
        case .huber(let delta):
            each(outputs, targets, weights, rows, scale) { huber($0, $1, delta) }
        case .quantile(let share):
            each(outputs, targets, weights, rows, scale) { quantile($0, $1, share) }
        case .poisson: each(outputs, targets, weights, rows, scale) { poisson($0, $1) }
        case .logistic: each(outputs, targets, weights, rows, scale) { logistic($0, $1) }
        case .hinge: each(outputs, targets, weights, rows, scale) { hinge($0, $1) }
        case .squaredHinge: each(outputs, targets, weights, rows, scale) { squaredHinge($0, $1) }
        }
    }

    @inline(__always)
    private static func each(
        _ outputs: UnsafeMutablePointer<Float>, _ targets: UnsafePointer<Float>,
        _ weights: UnsafePointer<Float>?, _ rows: Int, _ scale: Float,
        _ point: (Float, Float) -> Point
    ) -> Double {
        var sum = 0.0
        for row in 0..<rows {
            let weight = weights.map { $0[row] } ?? 1
            let found = point(outputs[row], targets[row])
            sum += Double(found.loss) * Double(weight)
            outputs[row] = kept(found.slope * (weight * scale))
        }
        return sum
    }

    /// One output per class: the sum over classes of `max(0, 1 - y * z)` (or its square), y being
    /// 1 for the row's class and -1 for the others (one against the rest).
    package static func hingePerClass(
        outputs: UnsafeMutablePointer<Float>, labels: UnsafePointer<Int32>, isSquared: Bool,
        weights: UnsafePointer<Float>?, rows: Int, classes: Int, scale: Float
    ) -> Double {
        var sum = 0.0
        for row in 0..<rows {
            let line = outputs + row &* classes
            let weight = weights.map { $0[row] } ?? 1
            let label = Int(labels[row])
            var loss = 0.0
            for index in 0..<classes {
                let sign: Float = index == label ? 1 : -1
                let point = isSquared ? squaredHinge(line[index], sign) : hinge(line[index], sign)
                loss += Double(point.loss)
                line[index] = kept(point.slope * (weight * scale))
            }
            sum += loss * Double(weight)
        }
        return sum
    }

    @inline(__always)
    private static func squared(_ z: Float, _ y: Float) -> Point {
        let error = z - y
        return Point(error * error, error + error)
    }

    @inline(__always)
    private static func absolute(_ z: Float, _ y: Float) -> Point {
        let error = z - y
        return Point(error.magnitude, error > 0 ? 1 : (error < 0 ? -1 : error))
    }

    @inline(__always)
    private static func huber(_ z: Float, _ y: Float, _ delta: Float) -> Point {
        let error = z - y
        let size = error.magnitude
        guard size > delta else { return Point(0.5 * error * error, error) }
        return Point(delta * (size - 0.5 * delta), error < 0 ? -delta : delta)
    }

    @inline(__always)
    private static func quantile(_ z: Float, _ y: Float, _ share: Float) -> Point {
        let short = y - z
        guard short < 0 else { return Point(share * short, short == 0 ? 0 : -share) }
        return Point((share - 1) * short, 1 - share)
    }

    @inline(__always)
    private static func poisson(_ z: Float, _ y: Float) -> Point {
        let mean = ElementaryFunctions.exp(z)
        return Point(mean - y * z, mean - y)
    }

    @inline(__always)
    private static func logistic(_ z: Float, _ y: Float) -> Point {
        Point(ElementaryFunctions.softplus(z) - y * z, ElementaryFunctions.sigmoid(z) - y)
    }

    @inline(__always)
    private static func hinge(_ z: Float, _ y: Float) -> Point {
        let short = 1 - y * z
        return short <= 0 ? Point(0, 0) : Point(short, -y)
    }

    @inline(__always)
    private static func squaredHinge(_ z: Float, _ y: Float) -> Point {
        let short = 1 - y * z
        return short <= 0 ? Point(0, 0) : Point(short * short, -2 * y * short)
    }

    @inline(__always)
    static func kept(_ value: Float) -> Float {
        value.magnitude < 0x1p-100 ? 0 : value
    }
}
