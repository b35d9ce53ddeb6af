/// Finds where the fields of a text table begin and end.
struct CSVFieldScanner {
    /// One field: where its text lies and where the next one starts.
    struct Field {
        var start = 0
        /// One past the text, closing quote and surrounding spaces excluded.
        var end = 0
        /// Behind the delimiter or the line end.
        var next = 0
        var endsRecord = false
        var isQuoted = false
        /// Text behind a closing quote, or no closing quote at all.
        var isMalformed = false
        /// Line ends inside quotes.
        var newlines = 0
    }

    static let quote: UInt8 = 0x22
    static let newline: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D

    let bytes: UnsafePointer<UInt8>
    let count: Int
    let isFinal: Bool
    let delimiter: UInt8
    /// What stands before the decimals of a number.
    var point: UInt8 = 0x2E

    @inline(__always)
    func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte == 0x09 && delimiter != 0x09)
    }

    @inline(__always)
    func isFieldEnd(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == Self.newline || byte == Self.carriageReturn
    }

    /// Reads a plain number and the field end behind it; false when the field is anything else or
    /// may go on beyond the window.
    @inline(__always)
    func scanNumber(at start: Int, value: inout Float, field: inout Field) -> Bool {
        if scanSmallInteger(at: start, value: &value, field: &field)
            || scanPlainDecimal(at: start, value: &value, field: &field)
        {
            return true
        }
        var position = start
        while position < count, isSpace(bytes[position]) {
            position += 1
        }
        guard
            var end = DecimalNumber.parse(
                bytes, from: position, to: count, point: point, value: &value)
        else { return false }
        while end < count, isSpace(bytes[end]) {
            end += 1
        }
        return finish(at: end, field: &field) && value.isFinite
    }

    /// One or two digits and the delimiter, by far the most common field of counts and pixels.
    @inline(__always)
    private func scanSmallInteger(at start: Int, value: inout Float, field: inout Field) -> Bool {
        guard start &+ 3 <= count else { return false }
        let first = bytes[start] &- 0x30
        let second = bytes[start &+ 1]
        let hasTwoDigits = second != delimiter
        let tens = hasTwoDigits ? first : 0
        let ones = hasTwoDigits ? second &- 0x30 : first
        let end = hasTwoDigits ? start &+ 2 : start &+ 1
        guard tens < 10, ones < 10, bytes[end] == delimiter else { return false }
        value = Float(Int32(tens) &* 10 &+ Int32(ones))
        field.next = end &+ 1
        field.endsRecord = false
        return true
    }

    /// Bytes that a number of the fast path and the field end behind it stay within.
    private static let plainLength = 24

    /// At most fifteen digits with or without a sign and a point, directly before a field end: what
    /// most numbers are. Read in one pass; the quotient of two exact doubles is that of
    /// `DecimalNumber`.
    @inline(__always)
    private func scanPlainDecimal(at start: Int, value: inout Float, field: inout Field) -> Bool {
        guard start &+ Self.plainLength < count else { return false }
        let limit = start &+ Self.plainLength
        var position = start
        if bytes[position] == 0x20, delimiter != 0x20 { position &+= 1 }
        let isNegative = bytes[position] == 0x2D
        if isNegative { position &+= 1 }
        var mantissa: UInt64 = 0
        var digits = scanDigits(at: &position, before: limit, into: &mantissa)
        var decimals = 0
        if bytes[position] == point {
            position &+= 1
            decimals = scanDigits(at: &position, before: limit, into: &mantissa)
            digits &+= decimals
        }
        guard digits > 0, digits <= DecimalNumber.maximumExactDigits else { return false }
        let last = bytes[position]
        guard last == delimiter || last == Self.newline else { return false }
        value = DecimalNumber.value(mantissa, decimals: decimals, isNegative: isNegative)
        field.next = position &+ 1
        field.endsRecord = last != delimiter
        return true
    }

    /// Reads digits into the mantissa and says how many there were.
    @inline(__always)
    private func scanDigits(
        at position: inout Int, before limit: Int, into mantissa: inout UInt64
    ) -> Int {
        let start = position
        while position < limit {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            position &+= 1
        }
        return position &- start
    }

    /// Reads any field; false when the window ends before the field does.
    @inline(never)
    func scanField(at start: Int, field: inout Field) -> Bool {
        field = Field()
        var position = start
        while position < count, isSpace(bytes[position]) {
            position += 1
        }
        if position < count, bytes[position] == Self.quote {
            return scanQuoted(at: position, field: &field)
        }
        field.start = position
        while position < count, !isFieldEnd(bytes[position]) {
            position += 1
        }
        field.end = position
        while field.end > field.start, isSpace(bytes[field.end - 1]) {
            field.end -= 1
        }
        return finish(at: position, field: &field)
    }

    private func scanQuoted(at opening: Int, field: inout Field) -> Bool {
        field.isQuoted = true
        var position = opening + 1
        field.start = position
        while position < count {
            let byte = bytes[position]
            if byte == Self.newline {
                field.newlines += 1
            } else if byte == Self.quote {
                if position + 1 < count, bytes[position + 1] == Self.quote {
                    position += 1
                } else {
                    break
                }
            }
            position += 1
        }
        guard position < count else {
            field.isMalformed = true
            field.end = count
            field.next = count
            field.endsRecord = true
            return isFinal
        }
        field.end = position
        position += 1
        while position < count, !isFieldEnd(bytes[position]) {
            field.isMalformed = field.isMalformed || !isSpace(bytes[position])
            position += 1
        }
        return finish(at: position, field: &field)
    }

    /// Steps over the delimiter or line end at `position`; false when neither can be decided yet.
    @inline(__always)
    private func finish(at position: Int, field: inout Field) -> Bool {
        guard position < count else {
            field.next = count
            field.endsRecord = true
            return isFinal
        }
        let byte = bytes[position]
        field.next = position + 1
        if byte == delimiter {
            field.endsRecord = false
            return true
        }
        field.endsRecord = true
        if byte == Self.newline {
            return true
        }
        guard byte == Self.carriageReturn else { return false }
        if position + 1 < count {
            if bytes[position + 1] == Self.newline {
                field.next = position + 2
            }
            return true
        }
        return isFinal
    }

    /// The bytes of a field without blanks around them; doubled quotes are resolved into `scratch`.
    @inline(__always)
    func plainBytes(
        of field: Field, _ scratch: inout [UInt8]
    ) -> UnsafeBufferPointer<UInt8>? {
        guard field.isQuoted else {
            return UnsafeBufferPointer(start: bytes + field.start, count: field.end - field.start)
        }
        var start = field.start
        var end = field.end
        while start < end, isSpace(bytes[start]) { start += 1 }
        while start < end, isSpace(bytes[end - 1]) { end -= 1 }
        let raw = UnsafeBufferPointer(start: bytes + start, count: end - start)
        guard raw.contains(Self.quote) else { return raw }
        scratch.removeAll(keepingCapacity: true)
        var position = 0
        while position < raw.count {
            scratch.append(raw[position])
            position += raw[position] == Self.quote ? 2 : 1
        }
        return nil
    }

    /// The text of a field with doubled quotes resolved, nil when it is not UTF-8.
    func text(of field: Field) -> String? {
        let raw = UnsafeBufferPointer(start: bytes + field.start, count: field.end - field.start)
        guard field.isQuoted, raw.contains(Self.quote) else {
            return String(validating: raw, as: UTF8.self)
        }
        var resolved: [UInt8] = []
        var position = 0
        while position < raw.count {
            resolved.append(raw[position])
            position += raw[position] == Self.quote ? 2 : 1
        }
        return String(validating: resolved, as: UTF8.self)
    }

    /// The start of a field for a message, whatever its bytes are.
    func excerpt(of field: Field) -> String {
        let maximumBytes = 200
        let raw = UnsafeBufferPointer(
            start: bytes + field.start,
            count: min(field.end - field.start, maximumBytes),
        )
        return DataFinding.printable(String(decoding: raw, as: UTF8.self))
    }
}
