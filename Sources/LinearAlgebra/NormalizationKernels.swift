/// Layer and batch normalisation over row-major [rows x columns] matrices without gaps.
///
/// Sums over a row run in eight lanes (element j in lane j mod 8; then lanes j and j+4, j and j+2,
/// 0 and 1); sums over rows run in row order: every output has one defined value.
package enum NormalizationKernels {
    /// Normalises each row to mean 0 and deviation 1, then scales and shifts by column
    /// (Ba, Kiros and Hinton 2016): `(x - mean) / sqrt(variance + epsilon) * gain + shift`.
    ///
    /// `normalized` [rows x columns] and `inverse` [rows] receive what the way back needs; `output`
    /// may be the input.
    package static func rows(
        _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
        normalized: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>,
        gain: UnsafePointer<Float>, shift: UnsafePointer<Float>, rows: Int, columns: Int,
        epsilon: Float
    ) {
        let share = 1 / Float(columns)
        for row in 0..<rows {
            let line = input + row &* columns
            let kept = normalized + row &* columns
            let out = output + row &* columns
            let mean = sum(columns) { line[$0] } * share
            let variance =
                sum(columns) { index in
                    let difference = line[index] - mean
                    return difference * difference
                } * share
            let scale = 1 / (variance + epsilon).squareRoot()
            inverse[row] = scale
            for column in 0..<columns {
                let value = (line[column] - mean) * scale
                kept[column] = value
                out[column] = shift[column].addingProduct(value, gain[column])
            }
        }
    }

    /// Gradients through ``rows(_:into:normalized:inverse:gain:shift:rows:columns:epsilon:)``, in
    /// place; `gainGradient` and `shiftGradient` [columns] are overwritten.
    package static func rowsBackward(
        gradient: UnsafeMutablePointer<Float>, normalized: UnsafePointer<Float>,
        inverse: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        gainGradient: UnsafeMutablePointer<Float>, shiftGradient: UnsafeMutablePointer<Float>,
        rows: Int, columns: Int
    ) {
        columnGradients(gradient, normalized, gainGradient, shiftGradient, rows, columns)
        let share = 1 / Float(columns)
        for row in 0..<rows {
            let line = gradient + row &* columns
            let value = normalized + row &* columns
            let first = sum(columns) { line[$0] * gain[$0] } * share
            let second = sum(columns) { line[$0] * gain[$0] * value[$0] } * share
            let scale = inverse[row]
            for column in 0..<columns {
                let centred = line[column] * gain[column] - first
                line[column] = kept(scale * centred.addingProduct(-second, value[column]))
            }
        }
    }

    /// Mean and biased variance of each column; `mean` and `variance` [columns] are overwritten.
    package static func columnMoments(
        _ input: UnsafePointer<Float>, mean: UnsafeMutablePointer<Float>,
        variance: UnsafeMutablePointer<Float>, rows: Int, columns: Int
    ) {
        let share = 1 / Float(rows)
        mean.update(repeating: 0, count: columns)
        variance.update(repeating: 0, count: columns)
        for row in 0..<rows {
            let line = input + row &* columns
            for column in 0..<columns { mean[column] += line[column] }
        }
        for column in 0..<columns { mean[column] *= share }
        for row in 0..<rows {
            let line = input + row &* columns
            for column in 0..<columns {
                let difference = line[column] - mean[column]
                variance[column] = variance[column].addingProduct(difference, difference)
            }
        }
        for column in 0..<columns { variance[column] *= share }
    }

    /// Normalises columns by the moments given, then scales and shifts (Ioffe and Szegedy 2015).
    ///
    /// `normalized` [rows x columns] and `inverse` [columns] receive what the way back needs;
    /// `output` may be the input.
    package static func columns(
        _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
        normalized: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>,
        mean: UnsafePointer<Float>, variance: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, rows: Int, columns: Int, epsilon: Float
    ) {
        for column in 0..<columns {
            let safe = variance[column] < 0 ? 0 : variance[column]
            inverse[column] = 1 / (safe + epsilon).squareRoot()
        }
        for row in 0..<rows {
            let line = input + row &* columns
            let kept = normalized + row &* columns
            let out = output + row &* columns
            for column in 0..<columns {
                let value = (line[column] - mean[column]) * inverse[column]
                kept[column] = value
                out[column] = shift[column].addingProduct(value, gain[column])
            }
        }
    }

    /// Gradients through batch moments and
    /// ``columns(_:into:normalized:inverse:mean:variance:gain:shift:rows:columns:epsilon:)``, in
    /// place; `gainGradient` and `shiftGradient` [columns] are overwritten.
    package static func columnsBackward(
        gradient: UnsafeMutablePointer<Float>, normalized: UnsafePointer<Float>,
        inverse: UnsafePointer<Float>, gain: UnsafePointer<Float>,
        gainGradient: UnsafeMutablePointer<Float>, shiftGradient: UnsafeMutablePointer<Float>,
        rows: Int, columns: Int
    ) {
        columnGradients(gradient, normalized, gainGradient, shiftGradient, rows, columns)
        let share = 1 / Float(rows)
        for row in 0..<rows {
            let line = gradient + row &* columns
            let value = normalized + row &* columns
            for column in 0..<columns {
                let centred = line[column] - shiftGradient[column] * share
                let bent = centred.addingProduct(-(gainGradient[column] * share), value[column])
                line[column] = kept(bent * (gain[column] * inverse[column]))
            }
        }
    }

    /// `running = (1 - momentum) * running + momentum * value`, element by element.
    package static func follow(
        _ running: UnsafeMutablePointer<Float>, _ value: UnsafePointer<Float>, count: Int,
        momentum: Float, factor: Float
    ) {
        let old = 1 - momentum
        let new = momentum * factor
        for index in 0..<count {
            running[index] = (old * running[index]).addingProduct(new, value[index])
        }
    }

    private static func columnGradients(
        _ gradient: UnsafePointer<Float>, _ normalized: UnsafePointer<Float>,
        _ gain: UnsafeMutablePointer<Float>, _ shift: UnsafeMutablePointer<Float>, _ rows: Int,
        _ columns: Int
    ) {
        gain.update(repeating: 0, count: columns)
        shift.update(repeating: 0, count: columns)
        for row in 0..<rows {
            let line = gradient + row &* columns
            let value = normalized + row &* columns
            for column in 0..<columns {
                shift[column] += line[column]
                gain[column] = gain[column].addingProduct(line[column], value[column])
            }
        }
    }

    @inline(__always)
    private static func sum(_ count: Int, _ value: (Int) -> Float) -> Float {
        var lanes = SIMD8<Float>(repeating: 0)
        var index = 0
        while index &+ 8 <= count {
            for lane in 0..<8 { lanes[lane] += value(index &+ lane) }
            index &+= 8
        }
        for lane in 0..<(count &- index) { lanes[lane] += value(index &+ lane) }
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }

    @inline(__always)
    private static func kept(_ value: Float) -> Float {
        value.magnitude < 0x1p-100 ? 0 : value
    }
}
