/// How a replica's delta is rounded and written on the wire.
///
/// A replica rounds what it sends itself (``quantize``), keeps what was lost and adds it to its
/// next delta (error feedback: Seide et al. 2014; Karimireddy et al. 2019). So every sum is one
/// of the same rounded values wherever it is added, and writing them (``encode``) loses nothing.
package enum DeltaCodec: Sendable, Hashable {
    /// The upper half of a float, rounded to nearest, ties to even: 2 bytes an element.
    case bfloat16
    /// Whole multiples, -127...127, of a power of two for each block of ``blockElements``: one
    /// byte an element and one for the exponent of a block.
    case int8

    /// Elements that share a scale; shards and frames begin at multiples of it.
    package static let blockElements = 64
    /// The least exponent of a scale: smaller deltas round to 0 and wait in the residual.
    static let leastExponent = -100
    /// In place of an exponent: the block held something that is no number.
    static let notFinite: Int8 = 127
    /// Adding and subtracting it rounds to whole numbers, ties to even, below 2^22.
    private static let rounder: Float = 12_582_912

    /// Bytes of so many elements on the wire.
    package func byteCount(_ count: Int) -> Int {
        switch self {
        case .bfloat16: 2 * count
        case .int8: count + Self.blocks(count)
        }
    }

    private static func blocks(_ count: Int) -> Int {
        (count + blockElements - 1) / blockElements
    }

    /// Rounds `delta + residual` into `delta` and puts what was lost into `nextResidual`.
    ///
    /// All three hold `count` elements and do not overlap.
    package func quantize(
        _ delta: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>,
        nextResidual: UnsafeMutablePointer<Float>, count: Int
    ) {
        VectorArithmetic.add(delta, residual, into: nextResidual, count: count)
        round(nextResidual, into: delta, count: count)
        for index in 0..<count {
            nextResidual[index] = nextResidual[index] - delta[index]
        }
    }

    /// Rounds values to those that can be written; no overlap.
    package func round(
        _ values: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch self {
        case .bfloat16:
            for index in 0..<count { out[index] = Self.rounded(values[index]) }
        case .int8:
            var start = 0
            while start < count {
                let length = min(Self.blockElements, count - start)
                Self.roundBlock(values + start, into: out + start, count: length)
                start += length
            }
        }
    }

    /// Rounds to bfloat16 in place.
    package static func roundToBfloat16(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for index in 0..<count { values[index] = rounded(values[index]) }
    }

    /// Writes values that ``round`` gave: ``byteCount`` bytes, exactly those values.
    package func encode(
        _ values: UnsafePointer<Float>, into bytes: UnsafeMutableRawPointer, count: Int
    ) {
        switch self {
        case .bfloat16:
            let out = bytes.bindMemory(to: UInt16.self, capacity: count)
            for index in 0..<count {
                out[index] = UInt16(truncatingIfNeeded: values[index].bitPattern &>> 16)
            }
        case .int8:
            let exponents = bytes.bindMemory(to: Int8.self, capacity: byteCount(count))
            let out = exponents + Self.blocks(count)
            for block in 0..<Self.blocks(count) {
                let start = block * Self.blockElements
                let length = min(Self.blockElements, count - start)
                let exponent = Self.exponent(values + start, count: length)
                exponents[block] = exponent.map { Int8($0) } ?? Self.notFinite
                let inverse = Self.power(-(exponent ?? 0))
                for index in start..<start + length {
                    let moved = values[index] * inverse + Self.rounder
                    out[index] = Int8(truncatingIfNeeded: Int32(bitPattern: moved.bitPattern))
                }
            }
        }
    }

    /// Reads what ``encode`` wrote, at any alignment: `count` elements of ``byteCount`` bytes.
    package func decode(
        _ bytes: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch self {
        case .bfloat16:
            for index in 0..<count {
                let half = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                out[index] = Float(bitPattern: UInt32(half) &<< 16)
            }
        case .int8:
            let values = bytes + Self.blocks(count)
            for block in 0..<Self.blocks(count) {
                let exponent = bytes.loadUnaligned(fromByteOffset: block, as: Int8.self)
                let scale = exponent == Self.notFinite ? .nan : Self.power(Int(exponent))
                let start = block * Self.blockElements
                for index in start..<min(start + Self.blockElements, count) {
                    let value = values.loadUnaligned(fromByteOffset: index, as: Int8.self)
                    out[index] = Float(value) * scale
                }
            }
        }
    }

    private static func rounded(_ value: Float) -> Float {
        let bits = value.bitPattern
        let up = bits &+ 0x7FFF &+ ((bits &>> 16) & 1)
        // A NaN must not round to a number.
        let kept = bits & 0x7FFF_FFFF > 0x7F80_0000 ? bits | 0x40_0000 : up
        return Float(bitPattern: kept & 0xFFFF_0000)
    }

    private static func roundBlock(
        _ values: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        guard let exponent = exponent(values, count: count) else {
            for index in 0..<count { out[index] = .nan }
            return
        }
        let (scale, inverse) = (power(exponent), power(-exponent))
        for index in 0..<count {
            out[index] = ((values[index] * inverse + rounder) - rounder) * scale
        }
    }

    /// The least exponent for which no value is above 127 scales; nil when one is not finite.
    ///
    /// A block of rounded values has the same exponent as the one it was rounded from: its
    /// greatest multiple is at least 64, or the exponent is the least one.
    private static func exponent(_ values: UnsafePointer<Float>, count: Int) -> Int? {
        var greatest: Float = 0
        var sum: Float = 0
        for index in 0..<count {
            let magnitude = values[index].magnitude
            greatest = magnitude > greatest ? magnitude : greatest
            sum += magnitude * 0
        }
        // 0 times what is not finite is NaN.
        guard sum == 0 else { return nil }
        guard greatest > 127 * power(leastExponent) else { return leastExponent }
        let share = greatest / 127
        let exponent = Int(share.exponent)
        return 127 * power(exponent) < greatest ? exponent + 1 : exponent
    }

    /// 2 to a power within -126...127.
    private static func power(_ exponent: Int) -> Float {
        Float(bitPattern: UInt32(exponent + 127) &<< 23)
    }
}
