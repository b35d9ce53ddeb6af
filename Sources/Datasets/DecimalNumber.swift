import Glibc

/// Reads decimal numbers out of text, correctly rounded to Double and from there to Float.
///
/// Three ways, all exact: one multiplication or division of exactly representable doubles, one
/// 64 x 64 bit integer product or quotient with a sticky bit, and `strtod` for the rest.
enum DecimalNumber {
    /// Longer numerals are treated as text; no real number needs so many characters.
    static let maximumLength = 4_096

    private static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
    private static let maximumSignificantDigits = 19
    private static let maximumIntegerPower = 19
    private static let exponentClamp = 100_000

    /// As many digits always make a mantissa that is an exact double.
    static let maximumExactDigits = 15

    /// `mantissa` / 10^`decimals` for a mantissa and decimals of at most fifteen digits.
    @inline(__always)
    static func value(_ mantissa: UInt64, decimals: Int, isNegative: Bool) -> Float {
        var magnitude = Double(Int64(bitPattern: mantissa))
        if decimals > 0 { magnitude /= exactPowers[decimals] }
        return Float(isNegative ? -magnitude : magnitude)
    }

    /// The parts of a numeral before its value is made.
    private struct Numeral {
        var isNegative = false
        var mantissa: UInt64 = 0
        var significantDigits = 0
        var hasDigits = false
        var exponent = 0
        var end = 0
    }

    /// Reads the longest numeral that starts at `start` and returns where it ends.
    ///
    /// Nil when none starts there; `point` stands before the decimals. The value is infinite when
    /// it does not fit into a Float.
    @inline(__always)
    static func parse(
        _ bytes: UnsafePointer<UInt8>,
        from start: Int,
        to end: Int,
        point: UInt8 = 0x2E,
        value: inout Float,
    ) -> Int? {
        if let shortEnd = shortInteger(bytes, from: start, to: end, point: point, value: &value) {
            return shortEnd
        }
        guard let numeral = scan(bytes, from: start, to: end, point: point) else { return nil }
        if numeral.significantDigits <= maximumSignificantDigits,
            numeral.mantissa <= 1 << 53, numeral.exponent >= -22, numeral.exponent <= 22
        {
            let magnitude = Double(numeral.mantissa)
            let exact =
                numeral.exponent < 0
                ? magnitude / exactPowers[-numeral.exponent]
                : magnitude * exactPowers[numeral.exponent]
            value = Float(numeral.isNegative ? -exact : exact)
            return numeral.end
        }
        guard let slow = slowValue(numeral, bytes, from: start, point: point) else { return nil }
        value = Float(slow)
        return numeral.end
    }

    /// One to seven digits and nothing more: most values of image and count data.
    @inline(__always)
    private static func shortInteger(
        _ bytes: UnsafePointer<UInt8>,
        from start: Int,
        to end: Int,
        point: UInt8,
        value: inout Float,
    ) -> Int? {
        // Below 2^24, where every integer is a Float.
        let maximumDigits = 7
        let limit = min(end, start &+ maximumDigits)
        var position = start
        var magnitude: Int32 = 0
        while position < limit {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            magnitude = magnitude &* 10 &+ Int32(digit)
            position &+= 1
        }
        guard position > start, position < end else { return nil }
        let next = bytes[position]
        guard next != point, next | 0x20 != 0x65, next &- 0x30 >= 10 else { return nil }
        value = Float(magnitude)
        return position
    }

    @inline(__always)
    private static func scan(
        _ bytes: UnsafePointer<UInt8>,
        from start: Int,
        to end: Int,
        point: UInt8,
    ) -> Numeral? {
        var numeral = Numeral()
        var position = start
        if position < end, bytes[position] == 0x2D || bytes[position] == 0x2B {
            numeral.isNegative = bytes[position] == 0x2D
            position += 1
        }
        position = scanDigits(bytes, from: position, to: end, into: &numeral)
        if position < end, bytes[position] == point {
            let afterPoint = position + 1
            position = scanDigits(bytes, from: afterPoint, to: end, into: &numeral)
            numeral.exponent = afterPoint - position
        }
        guard numeral.hasDigits else { return nil }
        if position < end, bytes[position] | 0x20 == 0x65 {
            position = scanExponent(bytes, from: position, to: end, into: &numeral)
        }
        numeral.end = position
        return numeral
    }

    @inline(__always)
    private static func scanDigits(
        _ bytes: UnsafePointer<UInt8>,
        from start: Int,
        to end: Int,
        into numeral: inout Numeral,
    ) -> Int {
        var position = start
        while position < end {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            // Wraps beyond 19 digits, where the mantissa is not used any more.
            numeral.mantissa = numeral.mantissa &* 10 &+ UInt64(digit)
            if numeral.mantissa != 0 || numeral.significantDigits > 0 {
                numeral.significantDigits &+= 1
            }
            position += 1
        }
        numeral.hasDigits = numeral.hasDigits || position > start
        return position
    }

    /// An `e` without digits behind it does not belong to the numeral.
    private static func scanExponent(
        _ bytes: UnsafePointer<UInt8>,
        from start: Int,
        to end: Int,
        into numeral: inout Numeral,
    ) -> Int {
        var position = start + 1
        var isNegative = false
        if position < end, bytes[position] == 0x2D || bytes[position] == 0x2B {
            isNegative = bytes[position] == 0x2D
            position += 1
        }
        let firstDigit = position
        var magnitude = 0
        while position < end {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            magnitude = min(magnitude * 10 + Int(digit), exponentClamp)
            position += 1
        }
        guard position > firstDigit else { return start }
        numeral.exponent += isNegative ? -magnitude : magnitude
        return position
    }

    @inline(never)
    private static func slowValue(
        _ numeral: Numeral,
        _ bytes: UnsafePointer<UInt8>,
        from start: Int,
        point: UInt8,
    ) -> Double? {
        if numeral.significantDigits == 0 {
            return numeral.isNegative ? -0.0 : 0.0
        }
        if numeral.significantDigits <= maximumSignificantDigits,
            abs(numeral.exponent) <= maximumIntegerPower
        {
            let value = integerRounded(numeral.mantissa, exponent: numeral.exponent)
            return numeral.isNegative ? -value : value
        }
        let length = numeral.end - start
        guard length <= maximumLength else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { text in
            for offset in 0..<length {
                let byte = bytes[start + offset]
                text[offset] = CChar(bitPattern: byte == point ? 0x2E : byte)
            }
            text[length] = 0
            // The process never calls setlocale, so this is the C locale; glibc rounds correctly.
            return text.baseAddress.map { strtod($0, nil) }
        }
    }

    /// `mantissa` x 10^`exponent` for a mantissa above 0 and |exponent| <= 19, correctly rounded.
    ///
    /// The integer product or quotient keeps at least 63 bits; what is cut off goes into the lowest
    /// bit, ten places below where Double rounds, so that one conversion rounds once and right.
    private static func integerRounded(_ mantissa: UInt64, exponent: Int) -> Double {
        var power: UInt64 = 1
        for _ in 0..<abs(exponent) {
            power *= 10
        }
        let kept: UInt64
        let binaryExponent: Int
        if exponent >= 0 {
            let product = mantissa.multipliedFullWidth(by: power)
            guard product.high > 0 else { return Double(product.low) }
            let shift = product.high.leadingZeroBitCount
            let high = product.high << UInt64(shift) | (product.low >> UInt64(63 - shift)) >> 1
            let lost = product.low << UInt64(shift)
            kept = high | (lost == 0 ? 0 : 1)
            binaryExponent = 64 - shift
        } else {
            let mantissaShift = mantissa.leadingZeroBitCount
            let powerShift = power.leadingZeroBitCount
            let numerator = mantissa << UInt64(mantissaShift)
            let divisor = power << UInt64(powerShift)
            // Halved, the numerator's high word is below the divisor, as the division needs.
            let result = divisor.dividingFullWidth((numerator >> 1, numerator << 63))
            kept = result.quotient | (result.remainder == 0 ? 0 : 1)
            binaryExponent = powerShift - mantissaShift - 63
        }
        // Exponents here are small, so the scale is a normal number and the product exact.
        return Double(kept) * Double(bitPattern: UInt64(1_023 + binaryExponent) << 52)
    }
}
