/// Recognises texts and numbers that stand for a missing value.
struct MissingMarkers {
    private let texts: [[UInt8]]
    /// Bytes of the longest text.
    private let longest: Int
    private let numbers: [Float]
    /// Whether a number may stand for a missing value, as -999 does.
    let hasNumbers: Bool

    init(_ markers: [String], point: UInt8) {
        texts = markers.map { Array($0.utf8) }.filter { !$0.isEmpty }
        longest = texts.map(\.count).max() ?? 0
        var numbers: [Float] = []
        for text in texts {
            var value: Float = 0
            let end = text.withUnsafeBufferPointer { bytes in
                bytes.baseAddress.flatMap {
                    DecimalNumber.parse($0, from: 0, to: bytes.count, point: point, value: &value)
                }
            }
            if end == text.count { numbers.append(value) }
        }
        self.numbers = numbers
        hasNumbers = !numbers.isEmpty
    }

    /// Whether this number stands for none.
    func contains(_ value: Float) -> Bool { numbers.contains(value) }

    /// Whether the field is empty or one of the texts.
    func contains(_ scanner: CSVFieldScanner, _ field: CSVFieldScanner.Field) -> Bool {
        if field.start == field.end { return !field.isMalformed }
        guard field.end - field.start <= longest else { return false }
        let bytes = UnsafeBufferPointer(
            start: scanner.bytes + field.start, count: field.end - field.start)
        return texts.contains { $0.count == bytes.count && bytes.elementsEqual($0) }
    }
}
